/** What `deno check` says in the project of somebody who writes plugins. */
import assert from "node:assert/strict";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const ROOT = new URL("../../", import.meta.url);

/** A plugin's file with parts that differ from one that is right. */
function plugin(parts: Readonly<Record<string, string>> = {}): string {
  const fields = {
    name: '"acme:mine"',
    version: '"1.0.0"',
    apiVersion: "1",
    stage: '"filter"',
    options: 'kit.z.strictObject({ suffix: kit.z.string().default(".md") })',
    run:
      "({ entries }, { suffix }) => ({ drop: entries.filter(({ path }) => path.endsWith(suffix)).map(({ path }) => ({ path, reason: suffix })) })",
    ...parts,
  };
  return `import type { Kit, PluginFactory } from "@gantry/gantry/plugin";
export default ((kit: Kit) => kit.plugin({
  ${Object.entries(fields).map((field) => field.join(": ")).join(",\n  ")},
})) satisfies PluginFactory;
`;
}

const TEST = `import { entriesOf, runStage } from "@gantry/gantry/testing";
import plugin from "./plugin.ts";
const { output, skipped, logs } = await runStage(plugin, { input: { entries: entriesOf({ "a.md": "a" }) } });
const paths: readonly string[] = output?.drop.map(({ path }) => path) ?? [];
console.log(paths, skipped, logs.length);
`;

const GOOD: readonly (readonly [what: string, text: string])[] = [
  ["a filter", plugin()],
  [
    "a collector",
    plugin({ stage: '"collect"', run: '(_source, _options, context) => ({ entries: [context.entry("a", "b")] })' }),
  ],
  [
    "an archiver",
    plugin({
      stage: '"archive"',
      run: "async ({ entries }, _options, context) => ({ layers: [await context.layer(entries)] })",
    }),
  ],
  ["an annotator", plugin({ stage: '"annotate"', run: '() => ({ set: { a: "b", c: { value: "d", from: "e" } } })' })],
  [
    "a target",
    plugin({
      stage: '"upload"',
      run: "({ manifest }) => ({ uploaded: [manifest.descriptor.digest], existing: [] })",
      place: "{ url: ({ suffix }) => suffix, tag: ({ tags }) => ({ moved: tags.map(({ name }) => ({ tag: name })) }) }",
    }),
  ],
  [
    "a tagger",
    plugin({
      stage: '"tag"',
      run: '({ digest }, _options, context) => digest ? { tags: [digest.slice(7, 19)] } : context.skip("none")',
    }),
  ],
  [
    "a gate",
    plugin({
      stage: '"after:archive"',
      run:
        '({ archive }, _options, { fail }) => { if (archive.layers.length > 9) fail("MANY", "There are too many layers"); }',
    }),
  ],
  [
    "a notifier",
    plugin({ stage: '"after:tag"', run: "async ({ published }) => { await Promise.resolve(published.length); }" }),
  ],
];

/** What is wrong, the file, and what the compiler says. */
const BAD: readonly (readonly [what: string, text: string, says: RegExp])[] = [
  ["a stage that there is not", plugin({ stage: '"filtr"' }), /Did you mean '"filter"'\?/],
  [
    "a result of another shape",
    plugin({ run: "() => ({ drops: [] })" }),
    /Type '\{ drops: never\[\]; \}' is not assignable to type 'MaybePromise<\{ readonly drop: /,
  ],
  [
    "an option of another type",
    plugin({ run: "(_input, { suffix }) => ({ drop: [suffix * 2] })" }),
    /must be of type 'any', 'number'/,
  ],
  [
    "an option that there is not",
    plugin({ run: "(_input, { sufix }) => ({ drop: [sufix] })" }),
    /Property 'sufix' does not exist/,
  ],
  ["another version of the contract", plugin({ apiVersion: "2" }), /Type '2' is not assignable to type '1'/],
  [
    "a target without a place",
    plugin({ stage: '"upload"', run: "() => ({ uploaded: [], existing: [] })" }),
    /'place' is missing/,
  ],
  [
    "a change of the input",
    plugin({ run: "({ entries }) => { entries.push(entries[0]); return { drop: [] }; }" }),
    /Property 'push' does not exist on type 'readonly Entry\[\]'/,
  ],
];

Deno.test("deno check takes good plugins of a user's project, and runStage() of it", async () => {
  await using directory = await tempDirectory();
  const good = GOOD.map(([what, text]) => [fileOf(what), text]);
  const files = { ...Object.fromEntries(good), "plugin.ts": plugin(), "plugin_test.ts": TEST };
  const { code, stderr } = await check(directory.path, files);
  assert.equal(code, 0, stderr);
});

Deno.test("deno check reports what is wrong in plugins of a user's project", async (t) => {
  await using directory = await tempDirectory();
  const files = Object.fromEntries(BAD.map(([what, text]) => [fileOf(what), text]));
  const { code, stderr } = await check(directory.path, files);
  assert.equal(code, 1);
  const reports = stderr.split(/^(?=TS\d+ \[ERROR\])/m);
  for (const [what, , says] of BAD) {
    await t.step(what, () => {
      const report = reports.filter((each) => each.includes(`/${fileOf(what)}:`)).join("");
      assert.match(report, says);
    });
  }
});

function fileOf(what: string): string {
  return `${what.replaceAll(" ", "_")}.ts`;
}

/** With an import map, as a project has it that knows where gantry is. */
async function check(directory: string, files: Readonly<Record<string, string>>): ReturnType<typeof runTool> {
  const { imports, compilerOptions } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));
  const own = Object.fromEntries(
    ["plugin", "testing"].map((name) => [`@gantry/gantry/${name}`, new URL(`${name}.ts`, ROOT).href]),
  );
  await writeTree(directory, {
    ...files,
    "deno.json": JSON.stringify({ imports: { ...imports, ...own }, compilerOptions, nodeModulesDir: "none" }),
  });
  return await runTool(Deno.execPath(), ["check", "--no-lock", ...Object.keys(files)], {
    cwd: directory,
    env: { NO_COLOR: "1" },
  });
}
