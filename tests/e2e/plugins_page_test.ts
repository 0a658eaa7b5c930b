/** The examples in `docs/plugins.md` and `docs/configuration.md` are right. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { parseConfig } from "../../src/cli/config/parse_config.ts";
import { blocks } from "../support/examples/blocks.ts";
import { gantryOk } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const PAGE = await Deno.readTextFile(join(ROOT, "docs/plugins.md"));

Deno.test("every configuration in the pages about plugins and configuration is valid", async () => {
  let count = 0;
  for (const page of ["plugins.md", "configuration.md"]) {
    for (const text of blocks(await Deno.readTextFile(join(ROOT, "docs", page)), "jsonc")) {
      if (text.includes('"imports"')) continue;
      const readEnv = (names: readonly string[]): Record<string, string> =>
        Object.fromEntries(names.map((name) => [name, "x"]));
      parseConfig(text, { path: "gantry.jsonc", readEnv });
      count++;
    }
  }
  assert.ok(count >= 4);
});

Deno.test("the first plugin of docs/plugins.md does what the page says, and so does its test", async () => {
  const [plugin = "", test = ""] = blocks(PAGE, "ts");
  const [config = ""] = blocks(PAGE, "jsonc");
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    "gantry.jsonc": config,
    "deploy/app.yaml": "a: 1\n",
    "deploy/app.draft.yaml": "a: 2\n",
    "plugins/no_drafts.ts": plugin,
    "plugins/no_drafts_test.ts": test,
    "plugins/deno.json": JSON.stringify({ imports: await imports(), nodeModulesDir: "none" }),
  });
  const { stdout } = await gantryOk(["plan", "--config", join(directory.path, "gantry.jsonc"), "-o", "json"]);
  const { files, dropped } = JSON.parse(stdout);
  assert.deepEqual(files.map(({ path }: { path: string }) => path), ["app.yaml"]);
  assert.deepEqual(dropped, [{ path: "app.draft.yaml", reason: "ends in .draft.yaml (acme:no-drafts)" }]);
  const { code, stderr } = await runTool(Deno.execPath(), ["test", "--no-lock", "-A", "no_drafts_test.ts"], {
    cwd: join(directory.path, "plugins"),
  });
  assert.equal(code, 0, stderr);
});

/** What a project says that has a checkout of gantry beside it. */
async function imports(): Promise<Readonly<Record<string, string>>> {
  const { imports } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  return {
    ...imports,
    "@gantry/gantry/plugin": join(ROOT, "plugin.ts"),
    "@gantry/gantry/testing": join(ROOT, "testing.ts"),
  };
}
