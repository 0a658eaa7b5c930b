/** The plugin in `docs/plugins.md` does what the page says. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantryOk } from "../support/gantry.ts";
import { blocksIn } from "../support/examples/pages.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

Deno.test("the first plugin of docs/plugins.md does what the page says, and so does its test", async () => {
  const [plugin = "", test = ""] = await blocksIn("docs/plugins.md", "ts");
  const [config = ""] = await blocksIn("docs/plugins.md", "jsonc");
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
