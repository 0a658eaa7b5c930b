/** A program with compiled code in it does what it does without. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { withCodeCache } from "../../scripts/code_cache.ts";
import { writeProgram } from "../support/script.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

/** A bundle, in the form in which `deno bundle` writes one. */
const BUNDLE = {
  "deno.json": "{}",
  "main.js": `import { count, greet, say } from "./chunk-A.js";
    if (import.meta.main) {
      const [command] = Deno.args;
      const done = command === "version" ? say("0.1") : import(command === "push" ? "./push-B.js" : "./rest-C.js")
        .then(({ run }) => run());
      Promise.resolve(done).then(() => { greet(); say(count, typeof setTimeout(() => {}, 0)); Deno.exit(0); });
    }`,
  "chunk-A.js": `import { basename } from "node:path";
    let count = 0;
    export { count, greet, say };
    function greet() { count++; say(this === undefined, basename(new URL("./worker.js", import.meta.url).href)); }
    function say(...words) { console.log(...words); }`,
  "push-B.js": `import { greet, count, say } from "./chunk-A.js";
    export async function run() { greet(); say("pushed", count); }`,
  "rest-C.js": `import { say } from "./chunk-A.js";
    export async function run() { const { run } = await import("./push-B.js"); await run(); say("more"); }`,
};
const COMMANDS = ["version", "push", "list"] as const;

const wanted = ["DENORT_BIN", "GANTRY_REQUIRE_TOOLS", "GANTRY_TEST_COMPILE"].some((name) => Deno.env.has(name));
const reason = wanted ? "" : " (ignored: set GANTRY_TEST_COMPILE=1 to download what `deno bundle` needs)";

Deno.test({
  name: `withCodeCache() gives a program that does the same${reason}`,
  ignore: !wanted,
  async fn(t): Promise<void> {
    await using work = await tempDirectory();
    await writeTree(work.path, BUNDLE);
    const at = (name: string): string => join(work.path, name);
    const run = async (module: string): Promise<readonly string[]> =>
      await Promise.all(
        COMMANDS.map((command) => tool(Deno.execPath(), ["run", "-A", "--no-config", module, command])),
      );
    const before = await run(at("main.js"));
    assert.match(before[2] ?? "", /^true worker.js\npushed 1\nmore\ntrue worker.js\n2 (?:number|object)\n$/);

    const { entry, included } = await withCodeCache(
      { entry: at("main.js"), config: at("deno.json"), included: [] },
      {
        directory: work.path,
        external: [],
        compile: (output, { entry }) =>
          writeProgram(output, `#!/bin/sh\nexec '${Deno.execPath()}' run -A --no-config '${entry}' "$@"\n`),
      },
    );
    // Nothing else is in the binary.
    for (const name of ["main.js", "chunk-A.js", "push-B.js", "rest-C.js"]) await Deno.remove(at(name));
    const parts = (await Array.fromAsync(Deno.readDir(at("parts")))).map(({ name }) => name).sort();

    await t.step("the modules that a push needs are two scripts, with compiled code", () => {
      assert.deepEqual(included, [at("parts")]);
      assert.deepEqual(parts, ["push.cache", "push.script", "rest-C.js.gz", "start.cache", "start.script"]);
    });
    await t.step("with the code that V8 has compiled", async () => assert.deepEqual(await run(entry), before));
    await t.step("with code that V8 refuses", async () => {
      for (const name of ["push.cache", "start.cache"]) await Deno.writeTextFile(at(`parts/${name}`), "of another V8");
      assert.deepEqual(await run(entry), before);
    });
  },
});
