import assert from "node:assert/strict";
import { tempDirectory } from "../../../support/temp_directory.ts";
import { runTool } from "../../../support/tools.ts";
import { writeTree } from "../../../support/tree.ts";

const ENDLESS: readonly (readonly [when: string, options: string, then: string, message: string])[] = [
  ["too long", "timeout: 20", "", "Cannot load ./plugin.mjs: it was not loaded after 0.02 s"],
  ["when it is aborted", "", 'abort.abort(new Error("enough"));', "enough"],
];

for (const [when, options, then, message] of ENDLESS) {
  Deno.test(`loadPlugin() does not wait for a module that never finishes loading: ${when}`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, { "plugin.mjs": "await new Promise(() => {});\nexport default 1;\n" });
    // A process of its own: an endless module makes the test runner fail.
    const { code, stdout, stderr } = await runTool(Deno.execPath(), [
      "eval",
      `import { loadPlugin } from "${
        new URL("../../../../src/verbs/publish/stages/load_plugin.ts", import.meta.url).href
      }";
       const abort = new AbortController();
       const base = ${JSON.stringify(directory.path)};
       loadPlugin("./plugin.mjs", { base, env() {}, signal: abort.signal, ${options} }).catch((error) => {
         console.log(error.message);
         Deno.exit(3);
       });
       ${then}`,
    ]);
    assert.deepEqual([code, stdout], [3, `${message}\n`], stderr);
  });
}
