/** `gantry plugin init` and `gantry plugin types`: a plugin of one's own without a checkout of gantry. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { hasTemplate, TEMPLATE_LANGUAGES, TEMPLATE_STAGES } from "../../../src/cli/plugin/init/templates.ts";
import { PLUGIN_TYPES } from "../../../src/cli/plugin/init/types_text.ts";
import { GANTRY } from "../../support/processes/gantry_process.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runTool, tool, type ToolResult, toolTest } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const [DENO = "", ...REST] = GANTRY;

function gantryIn(cwd: string, ...args: readonly string[]): Promise<ToolResult> {
  return runTool(DENO, [...REST, ...args], { cwd });
}

for (const stage of TEMPLATE_STAGES) {
  for (const language of TEMPLATE_LANGUAGES) {
    if (!hasTemplate({ stage, language })) continue;
    const tools = { ts: [], sh: ["jq"], python: ["python3"] }[language];
    toolTest(`plugin init writes a plugin of ${stage} in ${language} that passes at once`, tools, async () => {
      await using directory = await tempDirectory();
      await writeTree(directory.path, { "app.yaml": "a: 1\n", "app.draft.yaml": "b: 1\n" });
      const flags = ["--stage", stage, "--language", language];
      const made = await gantryIn(directory.path, "plugin", "init", "my-plugin", ...flags);
      assert.equal(made.code, 0, made.stderr);
      const file = { ts: "plugins/my_plugin.ts", sh: "plugins/my_plugin.sh", python: "plugins/my_plugin.py" }[language];
      assert.equal(made.stdout.split("\n")[0], file);
      const use = `${language === "ts" ? "" : "exec:"}./${file}`;
      const tested = await gantryIn(directory.path, "plugin", "test", use);
      assert.equal(tested.code, 0, tested.stderr);
      assert.match(tested.stderr, /two runs, one output/);
      const planned = await gantryIn(directory.path, "plan", "--stages", "--no-cache");
      assert.equal(planned.code, 0, planned.stderr);
      assert.ok(planned.stdout.includes("my_plugin"), planned.stdout);
      const files = await gantryIn(directory.path, "plan", "--no-digest", "--no-cache");
      assert.doesNotMatch(files.stdout, /\+ plugins\//, "what is published must not hold the plugin");
    });
  }
}

Deno.test("plugin init writes a plugin that deno checks with the types beside it", async () => {
  await using directory = await tempDirectory();
  for (const stage of TEMPLATE_STAGES) {
    const name = `of-${stage.replace(":", "-")}`;
    const { code, stderr } = await gantryIn(directory.path, "plugin", "init", name, "--stage", stage);
    assert.equal(code, 0, stderr);
  }
  // The package that the types name is that of gantry, which is in the cache.
  const zod: string = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json"))).imports.zod;
  const imports = { "@gantry/gantry/plugin": "./gantry.d.ts", zod };
  await Deno.writeTextFile(join(directory.path, "plugins/deno.json"), JSON.stringify({ imports }));
  await tool("sh", ["-c", `"${DENO}" check *.ts`], { cwd: join(directory.path, "plugins") });
});

Deno.test("plugin types prints the contract that gantry has", async () => {
  await using directory = await tempDirectory();
  const { stdout } = await gantryIn(directory.path, "plugin", "types");
  assert.equal(stdout, PLUGIN_TYPES);
  const config = join(ROOT, "deno.json");
  await writeTree(directory.path, {
    "gantry.d.ts": stdout,
    "same.ts": `import type * as Printed from "./gantry.d.ts";
import type * as Own from "${ROOT}plugin.ts";
export const there: Printed.PluginFactory = undefined as unknown as Own.PluginFactory;
export const back: Own.PluginFactory = undefined as unknown as Printed.PluginFactory;
export const kit: Printed.Kit = undefined as unknown as Own.Kit;
export const ownKit: Own.Kit = undefined as unknown as Printed.Kit;
`,
  });
  await tool(DENO, ["check", "--quiet", "--config", config, join(directory.path, "same.ts")]);
});

Deno.test("plan of a directory below says that the configuration beside it does not count", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "gantry.jsonc": "{}", "deploy/app.yaml": "a: 1\n" });
  const said = async (...args: readonly string[]): Promise<boolean> => {
    const { code, stderr } = await gantryIn(directory.path, "plan", ...args, "--no-cache");
    assert.equal(code, 0, stderr);
    return stderr.includes("gantry.jsonc is not that of ./deploy, and does not count; --config gantry.jsonc takes it");
  };
  assert.equal(await said("./deploy"), true);
  assert.equal(await said("."), false);
  assert.equal(await said("./deploy", "--no-config"), false);
  assert.equal(await said("./deploy", "--config", "gantry.jsonc"), false);
});

const NAMES: readonly (readonly [typed: string, name: string, file: string])[] = [
  ["no-drafts", "no-drafts", "no_drafts.ts"],
  ["no_drafts", "no-drafts", "no_drafts.ts"],
  ["noDrafts", "no-drafts", "no_drafts.ts"],
  ["NoDrafts2", "no-drafts2", "no_drafts2.ts"],
  ["drafts", "drafts", "drafts.ts"],
];

for (const [typed, name, file] of NAMES) {
  Deno.test(`plugin init ${typed} writes ${file}, a plugin that is called ${name}`, async () => {
    await using directory = await tempDirectory();
    const { code, stdout, stderr } = await gantryIn(directory.path, "plugin", "init", typed);
    assert.equal(code, 0, stderr);
    assert.equal(stdout.split("\n")[0], `plugins/${file}`);
    const text = await Deno.readTextFile(join(directory.path, "plugins", file));
    assert.ok(text.includes(`name: "local:${name}"`), text);
  });
}

Deno.test("plugin init begins a configuration that leaves out what npm has installed", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    "app.yaml": "a: 1\n",
    "node_modules/zod/index.js": "",
    "web/node_modules/a.js": "",
  });
  const { code, stderr } = await gantryIn(directory.path, "plugin", "init", "no-notes");
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^gantry\.jsonc has .*, and leaves out \/plugins\/ and node_modules\/$/m);
  const { stdout } = await gantryIn(directory.path, "plan", ".", "--no-digest", "--no-cache");
  assert.match(stdout, /\+ app\.yaml/);
  assert.doesNotMatch(stdout, /\+ .*node_modules/);
  assert.doesNotMatch(await Deno.readTextFile(join(directory.path, "plugins/no_notes.ts")), /drafts/i);
});

Deno.test("plugin init adds every plugin to the configuration that is there, and all of them run", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    "gantry.jsonc": '{\n  // Mine.\n  "ignore": ["/plugins/"],\n}\n',
    "app.yaml": "a: 1\n",
    "README.md": "",
  });
  for (const name of ["first", "second"]) {
    const { code, stdout, stderr } = await gantryIn(directory.path, "plugin", "init", name);
    assert.equal(code, 0, stderr);
    assert.ok(stdout.split("\n").includes("gantry.jsonc"), stdout);
  }
  const list = '"pipeline.filter": ["ignore","./plugins/first.ts","./plugins/second.ts","./plugins/third.ts"]';
  const third = await gantryIn(directory.path, "plugin", "init", "third");
  assert.ok(third.stderr.includes(`gantry.jsonc has ${list}\n`), third.stderr);
  assert.match(await Deno.readTextFile(join(directory.path, "gantry.jsonc")), /^\{\n {2}\/\/ Mine\.\n/);
  const { code, stdout, stderr } = await gantryIn(directory.path, "plan", ".", "--stages", "--no-cache");
  assert.equal(code, 0, stderr);
  for (const name of ["first", "second", "third"]) assert.ok(stdout.includes(`local:${name}`), stdout);
});

Deno.test("plugin init replaces nothing, and says what it cannot begin", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "gantry.json": "{}" });
  assert.equal((await gantryIn(directory.path, "plugin", "init", "mine")).code, 0);
  const again = await gantryIn(directory.path, "plugin", "init", "mine");
  assert.equal(again.code, 2);
  assert.match(again.stderr, /^error: Cannot write "plugins\/mine\.ts": it exists$/m);
  const named = await gantryIn(directory.path, "plugin", "init", "../Mine");
  assert.equal(named.code, 2);
  assert.match(named.stderr, /^error: Cannot call a plugin "\.\.\/Mine": /m);
  const packing = await gantryIn(directory.path, "plugin", "init", "pack", "--stage", "archive", "--language", "sh");
  assert.equal(packing.code, 2);
  assert.match(packing.stderr, /^error: Cannot begin a plugin of archive in sh: /m);
});
