/** Plugins that would end the process, or leave it waiting for ever: it never ends well without having published. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, push } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runTool, type ToolResult } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** Publishes a directory with a step after filter, in a process of its own. */
async function pushWith(path: string, plugin: string): Promise<ToolResult> {
  await writeTree(path, {
    "source/a.yaml": "a: 1\n",
    "plugin.mjs": plugin,
    "gantry.json": JSON.stringify({
      source: "./source",
      pipeline: { custom: [{ after: "filter", use: "./plugin.mjs" }] },
    }),
  });
  const args = ["run", "-A", "--quiet", "--frozen", "--config", join(ROOT, "deno.json"), join(ROOT, "main.ts")];
  return await runTool(Deno.execPath(), [...args, "push", "oci-layout:out:x", "-o", "json"], {
    cwd: path,
    env: { ACME_TOKEN: "tokS3CRET" },
  });
}

function step(run: string): string {
  return `export default (kit) => kit.plugin({
    name: "acme:step", version: "1.0.0", apiVersion: 1, stage: "after:filter", env: ["ACME_TOKEN"],
    options: kit.z.strictObject({}),
    async run(input, _options, context) { ${run} },
  });`;
}

const UNRULY: readonly (readonly [what: string, run: string, code: number, said: RegExp])[] = [
  ["ends the program", "Deno.exit(0);", 2, /^error: Plugin acme:step \(after:filter\) .*may not end the program$/m],
  [
    "ends the program by Node",
    'const { default: process } = await import("node:process"); process.exit(0);',
    2,
    /^error: Plugin acme:step \(after:filter\) .*may not end the program$/m,
  ],
  [
    "ends the program by what Node itself uses",
    'const { default: process } = await import("node:process"); process.reallyExit(0);',
    2,
    /^error: Plugin acme:step \(after:filter\) .*may not end the program$/m,
  ],
  ["closes the program", "close();", 2, /^error: Plugin acme:step \(after:filter\) .*may not end the program$/m],
  [
    "leaves a promise behind that fails",
    `Promise.reject(new Error("auth " + context.env.ACME_TOKEN));
     await new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason)));`,
    1,
    /^error: Nobody was waiting for what failed.* plugin acme:step.*: Error: auth \*\*\*$/m,
  ],
  [
    "throws in a timer",
    `setTimeout(() => { throw new Error("late"); });
     await new Promise((_, reject) => context.signal.addEventListener("abort", () => reject(context.signal.reason)));`,
    1,
    /^error: Nobody was waiting for what failed.* plugin acme:step.*: Error: late$/m,
  ],
];

for (const [what, run, code, said] of UNRULY) {
  Deno.test(`a plugin that ${what} is named, and nothing is published`, async () => {
    await using directory = await tempDirectory();
    const result = await pushWith(directory.path, step(run));
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, said);
    assert.ok(!`${result.stderr}${result.stdout}`.includes("tokS3CRET"));
    assert.match(JSON.parse(result.stdout).error.message, /plugin/i);
    await assert.rejects(Deno.stat(join(directory.path, "out")), Deno.errors.NotFound);
  });
}

Deno.test("gantry ends as a failure, and says so, when its own work can never end", async () => {
  const guard = new URL("../../../src/cli/process/guard_process.ts", import.meta.url).href;
  const result = await runTool(Deno.execPath(), [
    "eval",
    `import { guardProcess } from "${guard}";
     guardProcess({ say: (why) => console.error(why), fail() {} });
     new Promise(() => {}).then(() => {});`,
  ]);
  assert.equal(result.code, 1);
  assert.match(result.stderr, /^The work waits for something that can never happen$/m);
});

Deno.test("what a plugin writes to standard output by Deno or by Node goes to standard error, masked", async () => {
  await using directory = await tempDirectory();
  const { code, stdout, stderr } = await pushWith(
    directory.path,
    step(`const { default: process } = await import("node:process");
      const bytes = (text) => new TextEncoder().encode(text);
      await new Promise((resolve) => process.stdout.write("by node\\n", resolve));
      Deno.stdout.writeSync(bytes("at once " + context.env.ACME_TOKEN));
      await Deno.stdout.write(bytes("later\\n"));`),
  );
  assert.equal(code, 0, stderr);
  assert.equal(JSON.parse(stdout).tag, "x");
  for (const text of ["by node", "at once ***", "later"]) assert.ok(stderr.includes(`\nacme:step: ${text}\n`), stderr);
});

Deno.test("a target whose plugin skips the upload is not reported as published", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    "source/a.yaml": "a: 1\n",
    "plugin.mjs": `export default (kit) => kit.plugin({
      name: "acme:place", version: "1.0.0", apiVersion: 1, stage: "upload", options: kit.z.strictObject({}),
      run: (_input, _options, context) => context.skip("not today"),
      place: { url: () => "acme:place", tag: () => ({ moved: [] }) },
    });`,
    "gantry.json": JSON.stringify({ source: "./source", pipeline: { upload: ["./plugin.mjs"] } }),
  });
  const config = ["--config", join(directory.path, "gantry.json")];
  const alone = await gantry(["push", ...config]);
  assert.deepEqual([alone.code, alone.stdout], [1, ""]);
  assert.match(alone.stderr, /Skipped acme:place: not today\nerror: Nothing was published/);
  const { targets } = await push([`oci-layout:${join(directory.path, "out")}`, ...config]);
  assert.deepEqual(targets.map(({ url }) => url.startsWith("oci-layout:")), [true]);
});
