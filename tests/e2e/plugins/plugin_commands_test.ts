/** `gantry plugin list`, `info` and `test`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { listBuiltIns, namesOfStage } from "../../../src/verbs/publish/stages/built_ins.ts";
import { uncheckedKit } from "../../../src/driver/kit.ts";
import { STAGE_NAMES } from "../../../src/pipeline/stages.ts";
import { PROFILE_NAMES } from "../../../src/profiles/profiles.ts";
import { EXAMPLE_PLUGINS } from "../../support/examples/example_plugins.ts";
import { gantry, gantryOk } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const PLUGIN = `export default (kit) => kit.plugin({
  name: "acme:rules", version: "1.2.0", apiVersion: 1, stage: "filter", description: "Goes by rules.", env: ["RULES"],
  options: kit.z.strictObject({
    level: kit.z.enum(["warn", "stop"]).default("warn").describe("What a hit means."),
    rules: kit.z.array(kit.z.strictObject({ path: kit.z.string().describe("Where.") })).default([]),
    suffix: kit.z.string(),
  }),
  run: ({ entries }, { suffix }) => ({
    drop: entries.filter(({ path }) => path.endsWith(suffix)).map(({ path }) => ({ path, reason: suffix + REASON })),
  }),
});
`;

Deno.test("listBuiltIns() has every built-in plugin at its stage, under its name", async () => {
  const found = (await listBuiltIns(uncheckedKit())).map(([use, { stage, name, description = "" }]) => {
    assert.equal(name, use);
    assert.match(description, /^[A-Z].*\.$/);
    return `${stage} ${name}`;
  });
  assert.deepEqual(found, STAGE_NAMES.flatMap((stage) => namesOfStage(stage).map((name) => `${stage} ${name}`)));
  assert.ok(PROFILE_NAMES.every((name) => found.includes(`archive ${name}`)));
});

Deno.test("plugin list shows what is built in and what the configuration names, and runs none of it", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    "bad.mjs": 'throw new Error("it was run");\n',
    "gantry.json": JSON.stringify({
      pipeline: { filter: ["ignore", "./bad.mjs"], custom: [{ after: "tag", use: "exec:notify" }] },
    }),
  });
  const { stdout, stderr } = await gantryOk([
    "plugin",
    "list",
    "--config",
    join(directory.path, "gantry.json"),
    "-o",
    "json",
  ]);
  const { plugins } = JSON.parse(stdout);
  const config = join(directory.path, "gantry.json");
  const builtIn = STAGE_NAMES.flatMap(namesOfStage).length;
  assert.equal(plugins.length, builtIn + 2);
  assert.deepEqual(plugins.filter(({ from }: { from: string }) => from !== "built-in"), [
    { stage: "filter", use: join(directory.path, "bad.mjs"), from: `${config}:1:33` },
    { stage: "after:tag", use: "exec:notify", from: `${config}:1:56` },
  ]);
  assert.match(stderr, /are listed, not run/);
  const { stdout: text } = await gantryOk(["plugin", "list", directory.path, "--no-config"]);
  assert.equal(text.trimEnd().split("\n").length, builtIn + 1);
  assert.match(text, /^filter +ignore +1\.0\.0 +built-in  +Leaves out what patterns match/m);
});

Deno.test("plugin info shows name, stage, environment and options of a plugin's file", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "rules.mjs": PLUGIN });
  const path = join(directory.path, "rules.mjs");
  const { stdout } = await gantryOk(["plugin", "info", path]);
  assert.equal(
    stdout,
    `acme:rules 1.2.0
  Goes by rules.
stage        filter
from         ${path}
environment  RULES

OPTION        TYPE             DEFAULT   DESCRIPTION
level         "warn" | "stop"  "warn"    What a hit means.
rules         object[]         []
rules[].path  string           required  Where.
suffix        string           required
`,
  );
  const json = JSON.parse((await gantryOk(["plugin", "info", path, "-o", "json"])).stdout);
  assert.equal(json.plugins[0].optionsSchema.properties.suffix.type, "string");
});

Deno.test("plugin test shows no secret that a plugin gives, and writes none into a golden file", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "leak.mjs");
  const text = `export default (kit) => kit.plugin({ name: "acme:leak", version: "1.0.0", apiVersion: 1,
    stage: "annotate", env: ["SCAN_TOKEN"], options: kit.z.strictObject({}),
    run: (_input, _options, { env }) => ({ set: { "acme.token": env.SCAN_TOKEN } }) });`;
  await writeTree(directory.path, { "leak.mjs": text });
  const { stdout, stderr } = await gantryOk(["plugin", "test", path, "--update"], { env: { SCAN_TOKEN: "hunter2" } });
  const golden = await Deno.readTextFile(`${path}.golden.json`);
  for (const said of [stdout, stderr, golden]) assert.doesNotMatch(said, /hunter2/);
  assert.match(golden, /"acme\.token"[^]*\*\*\*/);
});

Deno.test("plugin info shows every built-in plugin of a name, and programs", async () => {
  const { stdout } = await gantryOk(["plugin", "info", "static"]);
  assert.deepEqual(stdout.match(/^stage.*$/gm), ["stage        annotate", "stage        tag"]);
  const program = await gantryOk(["plugin", "info", `exec:${join(EXAMPLE_PLUGINS, "image_policy.sh")}`]);
  assert.match(program.stdout, /^examples:image-policy 1\.0\.0$/m);
  assert.match(program.stdout, /^options {6}none$/m);
  const { code, stderr } = await gantry(["plugin", "info", "ignroe"]);
  assert.equal(code, 2);
  assert.match(stderr, /^error: Cannot find a plugin of the name "ignroe" in this gantry, did you mean "ignore"\?$/m);
});

Deno.test("plugin test runs a plugin twice on its fixture, and compares with a golden file", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "rules.mjs");
  await writeTree(directory.path, {
    "rules.mjs": PLUGIN.replace("REASON", '"!"'),
    "fixture/a.md": "a",
    "fixture/b.yaml": "b",
    "options.json": '{ "suffix": ".md" }',
  });
  const args = ["plugin", "test", path, "--fixture", join(directory.path, "fixture")];
  const options = ["--options", `@${join(directory.path, "options.json")}`];
  const first = await gantryOk([...args, ...options]);
  assert.deepEqual(JSON.parse(first.stdout), {
    plugin: "acme:rules",
    stage: "filter",
    output: { drop: [{ path: "a.md", reason: ".md!" }] },
  });
  assert.match(first.stderr, /two runs, one output; --update writes it/);
  await gantryOk([...args, ...options, "--update"]);
  assert.equal(await Deno.readTextFile(`${path}.golden.json`), first.stdout);
  assert.match((await gantryOk([...args, ...options])).stderr, /two runs, one output, as in /);

  const other = await gantry([...args, "--options", '{ "suffix": ".yaml" }']);
  assert.equal(other.code, 1);
  assert.match(
    other.stderr,
    /^error: Plugin acme:rules \(filter\) gives another output than ".*golden\.json", which --update/,
  );
  assert.match(other.stderr, /^- +"path": "a\.md",$/m);
  assert.match(other.stderr, /^\+ +"path": "b\.yaml",$/m);
});

Deno.test("plugin test shows what differs between two runs", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "rules.mjs": `let count = 0;\n${PLUGIN.replace("REASON", "count++")}` });
  const args = ["plugin", "test", join(directory.path, "rules.mjs"), "--options", '{ "suffix": "secret.yaml" }'];
  const { code, stdout, stderr } = await gantry(args);
  assert.deepEqual([code, stdout], [1, ""]);
  assert.match(stderr, /^error: Plugin acme:rules \(filter\) gives another output when it runs again:$/m);
  assert.match(stderr, /^- +"reason": "secret\.yaml0"$/m);
  assert.match(stderr, /^\+ +"reason": "secret\.yaml1"$/m);
});

const REFUSED: readonly (readonly [what: string, args: readonly string[], message: RegExp])[] = [
  ["options that are not JSON", ["--options", "{"], /^error: Cannot read the options "\{": /],
  [
    "options that the plugin does not have",
    ["--options", '{ "sufix": "" }'],
    /^error: --options: "suffix": is missing\n--options: "sufix": unknown option .*"suffix"\?$/m,
  ],
  [
    "a fixture that is not there",
    ["--fixture", "nowhere", "--options", '{ "suffix": "" }'],
    /^error: Cannot read "nowhere"/,
  ],
];

for (const [what, args, message] of REFUSED) {
  Deno.test(`plugin test refuses ${what}`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, { "rules.mjs": PLUGIN });
    const { code, stderr } = await gantry(["plugin", "test", join(directory.path, "rules.mjs"), ...args]);
    assert.notEqual(code, 0);
    assert.match(stderr, message);
  });
}

Deno.test("plugin test says how a program is named", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "rules.py": "#!/usr/bin/env python3\n" });
  const path = join(directory.path, "rules.py");
  const { code, stderr } = await gantry(["plugin", "test", path]);
  assert.equal(code, 2);
  assert.ok(stderr.endsWith(`advice: a program is named with exec: in front, exec:${path}\n`), stderr);
});

/** The examples with options that they need, and something of what they give on the default fixture. */
const EXAMPLES: readonly (readonly [name: string, options: object, gives: RegExp])[] = [
  ["strip_secrets.ts", {}, /"path": "deploy\/app\.yaml"/],
  ["version_file.ts", {}, /"value": "1\.2\.3"/],
  ["size_limit.ts", {}, /"output": null/],
  ["image_policy.sh", {}, /"output": null/],
];

for (const [name, options, gives] of EXAMPLES) {
  Deno.test(`plugin test runs examples/plugins/${name} on files that gantry knows`, async () => {
    const use = `${name.endsWith(".sh") ? "exec:" : ""}${join(EXAMPLE_PLUGINS, name)}`;
    const { stdout } = await gantryOk(["plugin", "test", use, "--options", JSON.stringify(options)]);
    assert.match(stdout, gives);
    assert.doesNotMatch(stdout, /deploy\/secret\.yaml/);
  });
}

Deno.test("plugin test lets a target take the fixture twice", async () => {
  await using directory = await tempDirectory();
  const options = JSON.stringify({ path: join(directory.path, "tree") });
  const { stdout } = await gantryOk([
    "plugin",
    "test",
    join(EXAMPLE_PLUGINS, "directory_tree.ts"),
    "--options",
    options,
  ]);
  const { output } = JSON.parse(stdout);
  const blobs = [...Deno.readDirSync(join(directory.path, "tree/blobs"))].map(({ name }) => `sha256:${name}`).sort();
  assert.deepEqual(output.present, blobs);
});

Deno.test("plugin test refuses what the pipeline refuses, and sends no author to the author", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "zzz.mjs");
  const text = `export default (kit) => kit.plugin({
    name: "acme:zzz", version: "1.0.0", apiVersion: 1, stage: "filter", options: kit.z.strictObject({}),
    run: () => ({ drop: [{ path: "zzz", reason: "last" }] }),
  });`;
  await writeTree(directory.path, { "zzz.mjs": text });
  const { code, stdout, stderr } = await gantry(["plugin", "test", path]);
  assert.deepEqual([code, stdout], [2, ""]);
  assert.match(stderr, /^error: Plugin acme:zzz \(filter\) gave a wrong result: drop\[0\]\.path is "zzz", .*\n$/);
});

const ASKED: readonly (readonly [line: string, usage: string])[] = [
  ["plugin list --help", "Usage: gantry plugin list [options] [source]\n"],
  ["plugin help test", "Usage: gantry plugin test [options] <plugin>\n"],
  ["help plugin info", "Usage: gantry plugin info [options] <plugin>\n"],
  ["help plugin build", "Usage: gantry plugin build [options] <file>\n"],
];

for (const [line, usage] of ASKED) {
  Deno.test(`gantry ${line} prints the help of that command`, async () => {
    const { code, stdout, stderr } = await gantry(line.split(" "));
    assert.deepEqual([code, stderr], [0, ""]);
    assert.ok(stdout.includes(`\n\n${usage}`), stdout);
  });
}

const MISUSED: readonly (readonly [line: string, error: string])[] = [
  ["plugin info", "error: Missing required argument 'plugin'"],
  ["plugin list --no-confg", "error: Unknown option '--no-confg' (Did you mean --no-config?)"],
  ["plugin inf", "error: Unknown command 'inf' (Did you mean info?)"],
  ["help plugin inf", "error: Unknown command 'inf' (Did you mean info?)"],
];

for (const [line, error] of MISUSED) {
  Deno.test(`gantry ${line} is a wrong command line, and says why`, async () => {
    const { code, stdout, stderr } = await gantry(line.split(" "));
    assert.deepEqual([code, stdout], [2, ""]);
    assert.ok(`\n${stderr}`.includes(`\n${error}\n`), stderr);
  });
}
