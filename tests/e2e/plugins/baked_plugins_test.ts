/** Plugins in the compiled program: baked in, and loaded by it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { bakePlugins } from "../../../scripts/bake_plugins.ts";
import { gantry } from "../../support/gantry.ts";
import { writeScript } from "../../support/script.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runTool, tool } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

const ROOT = new URL("../../../", import.meta.url).pathname;
const wanted = ["DENORT_BIN", "GANTRY_REQUIRE_TOOLS", "GANTRY_TEST_COMPILE"].some((name) => Deno.env.has(name));
const reason = wanted ? "" : " (ignored: set DENORT_BIN, or GANTRY_TEST_COMPILE=1 to download a runtime)";

const plugin = (name: string): string =>
  `import type { Kit } from "jsr:@gantry/gantry/plugin";
export default (kit: Kit) => kit.plugin({
  name: ${JSON.stringify(name)}, version: "1.0.0", apiVersion: 1, stage: "tag", description: "Tags.",
  options: kit.z.strictObject({}), run: (): unknown => ({ tags: [] }),
});
`;
const FILES = {
  "one.ts": plugin("acme:one"),
  "two.ts": `import { two } from "./part.ts";\n${plugin("acme:two").replace('"acme:two"', "two as string")}`,
  "part.ts": 'export const two: string = "acme:two";\n',
  "again.ts": plugin("acme:one"),
  "path.ts": plugin("acme/path"),
  "latest.ts": plugin("latest"),
  "none.ts": "export const a: number = 1;\n",
};

Deno.test({
  name: `the compiled program loads plugins as deno run does, and has those that were baked in${reason}`,
  ignore: !wanted,
  async fn(t): Promise<void> {
    await using directory = await tempDirectory();
    await writeTree(directory.path, FILES);
    const exec = JSON.stringify({ protocol: [1], name: "acme:gate", version: "1.0.0", stage: "after:archive" });
    await writeScript(directory.path, "gate", `echo '${exec}'`);
    const file = (name: string): string => join(directory.path, name);
    // The program looks for them where it was built.
    const baked = join(ROOT, "dist/plugins");
    const included = await bakePlugins([file("one.ts"), file("two.ts")], baked);
    const empty = await compile(file("empty"));
    const full = await compile(file("full"), included);
    await Deno.remove(baked, { recursive: true });

    const run = async (program: string, ...specifiers: readonly string[]): Promise<readonly unknown[]> =>
      JSON.parse(await tool(program, specifiers, { cwd: directory.path }));

    await t.step("a program has the plugins that were baked in, and loads them by their names", async () => {
      assert.deepEqual(await run(full, "acme:one", "acme:two"), [
        [
          { name: "acme:one", version: "1.0.0", stage: "tag", description: "Tags.", module: "0.mjs" },
          { name: "acme:two", version: "1.0.0", stage: "tag", description: "Tags.", module: "1.mjs" },
        ],
        "acme:one",
        "acme:two",
      ]);
    });

    await t.step("a program without them has none, whatever lies where its files seem to be", async () => {
      const place = "/tmp/deno-compile-empty/dist/plugins";
      await Deno.mkdir(place, { recursive: true });
      try {
        await Deno.writeTextFile(join(place, "plugins.json"), '[{ "name": "acme:evil", "module": "0.mjs" }]');
        await Deno.writeTextFile(
          join(place, "0.mjs"),
          plugin("acme:evil").replaceAll(/import.*|: (?:Kit|unknown)/g, ""),
        );
        const [list, evil] = await run(empty, "acme:evil");
        assert.deepEqual(list, []);
        assert.match(String(evil), /^Cannot find a plugin of the name "acme:evil" in this gantry/);
      } finally {
        await Deno.remove("/tmp/deno-compile-empty", { recursive: true });
      }
    });

    await t.step("it takes the types out of a .ts file, and runs a program", async () => {
      assert.deepEqual(await run(empty, "./one.ts", file("one.ts"), "exec:./gate"), [
        [],
        "acme:one",
        "acme:one",
        "acme:gate",
      ]);
    });

    await t.step("it says the way out for what it cannot load", async () => {
      const build = (what: string): string =>
        `\`deno task gantry plugin build ${what} -o FILE.mjs\`, in a checkout of gantry, makes a file of it that works here; ` +
        `\`deno task compile --plugin ${what}\` makes a gantry that has it`;
      assert.deepEqual(await run(empty, "npm:@acme/x@1", "jsr:@acme/x", "./two.ts", "acme:one", "ignroe"), [
        [],
        ["Cannot load npm:@acme/x@1: the compiled gantry loads no packages", build("npm:@acme/x@1")],
        ["Cannot load jsr:@acme/x: the compiled gantry loads no packages", build("jsr:@acme/x")],
        [
          `Cannot load ${await Deno.realPath(file("two.ts"))}:1: it imports "./part.ts"`,
          "a plugin's file may import nothing when it runs but modules of Node: " +
          "`deno task gantry plugin build FILE`, in a checkout of gantry, makes one file of it and all that it imports",
        ],
        [
          'Cannot find a plugin of the name "acme:one" in this gantry',
          "`gantry plugin list` shows which there are; a file is named with its directory, such as ./plugin.ts",
        ],
        [
          'Cannot find a plugin of the name "ignroe" in this gantry, did you mean "ignore"?',
          "`gantry plugin list` shows which there are; a file is named with its directory, such as ./plugin.ts",
        ],
      ]);
    });

    await t.step("what plugin build makes loads in it", async () => {
      const built = await gantry(["plugin", "build", file("two.ts")]);
      assert.deepEqual(built, { code: 0, stdout: `${file("two.mjs")}\n`, stderr: "" });
      assert.deepEqual(await run(empty, "./two.mjs"), [[], "acme:two"]);
    });
  },
});

async function compile(output: string, included: readonly string[] = []): Promise<string> {
  const { code, stderr } = await runTool(Deno.env.get("GANTRY_COMPILE_DENO") ?? Deno.execPath(), [
    "compile",
    "-A",
    "--quiet",
    "--frozen",
    "--no-prompt",
    ...included.flatMap((file) => ["--include", file]),
    "--output",
    output,
    "tests/support/processes/load_program.ts",
  ], { cwd: ROOT });
  assert.equal(code, 0, stderr);
  return output;
}

const BAD: readonly (readonly [files: readonly string[], message: RegExp])[] = [
  [["one.ts", "again.ts"], /^Cannot bake \/.*\/again\.ts: \/.*\/one\.ts has the name "acme:one" as well$/],
  [
    ["path.ts"],
    /^Cannot bake \/.*\/path\.ts: a configuration could not tell its name "acme\/path" from a file or a package$/,
  ],
  [
    ["latest.ts"],
    /^Cannot bake \/.*\/latest\.ts: a built-in plugin has the name "latest", and would be taken instead$/,
  ],
  [["none.ts"], /^Cannot use plugin "\/.*\/none\.ts": it has no default export$/],
  [["nope.ts"], /^Cannot find "\/.*\/nope\.ts", did you mean "none\.ts"\?$/],
];

for (const [files, message] of BAD) {
  Deno.test(`bakePlugins() refuses ${files.join(" and ")}`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, FILES);
    const what = files.map((name) => join(directory.path, name));
    await assert.rejects(bakePlugins(what, join(directory.path, "out")), { message });
  });
}

Deno.test("bakePlugins() removes what an earlier build has left, and writes nothing without plugins", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "out/plugins.json": "[]" });
  assert.deepEqual(await bakePlugins([], join(directory.path, "out")), []);
  await assert.rejects(Deno.stat(join(directory.path, "out")), Deno.errors.NotFound);
});
