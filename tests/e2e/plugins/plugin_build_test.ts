import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gantry } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const FILES = {
  "plugin.ts":
    'import { join } from "node:path";\nimport { part } from "./lib/part.ts";\nexport default (): string => join("a", part);\n',
  "lib/part.ts": 'export const part: string = "part";\n',
};

Deno.test("gantry plugin build makes one module of several, the same wherever they are", async () => {
  await using one = await tempDirectory();
  await using two = await tempDirectory();
  const texts: string[] = [];
  for (const root of [one.path, join(two.path, "deep/er")]) {
    await writeTree(root, FILES);
    const output = join(root, "made/for/it/out.mjs");
    const result = await gantry(["plugin", "build", join(root, "plugin.ts"), "-o", output]);
    assert.deepEqual(result, { code: 0, stdout: `${output}\n`, stderr: "" });
    texts.push(await Deno.readTextFile(output));
    const { default: made } = await import(pathToFileURL(output).href);
    assert.equal(made(), join("a", "part"));
  }
  assert.equal(texts[0], texts[1]);
  assert.doesNotMatch(texts[0] ?? "", /lib/);
});

Deno.test("gantry plugin build writes beside a .ts file, and over nothing that it reads", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "a.ts": "export default (x: number) => x;\n", "b.mjs": "export default 1;\n" });
  const built = await gantry(["plugin", "build", join(directory.path, "a.ts")]);
  assert.equal(built.stdout, `${join(directory.path, "a.mjs")}\n`);
  assert.equal(await Deno.readTextFile(join(directory.path, "a.mjs")), "export default (x        ) => x;\n");
  for (const args of [["b.mjs"], ["a.ts", "-o", join(directory.path, "x/../a.ts")]]) {
    const [name = "", ...more] = args;
    const refused = await gantry(["plugin", "build", join(directory.path, name), ...more]);
    const said = `error: Cannot build ${join(directory.path, name)} over itself: say where it goes, with -o\n`;
    assert.deepEqual(refused, { code: 2, stdout: "", stderr: said });
  }
});

const BAD: readonly (readonly [what: string, stderr: RegExp])[] = [
  ["npm:@acme/x@1", /^error: Cannot build npm:@acme\/x@1: say where it goes, with -o\n$/],
  ["plugn.ts", /^error: Cannot find "\/.*\/plugn\.ts", did you mean "plugin\.ts"\?\n$/],
  ["syntax.ts", /^error: Cannot parse \/.*\/syntax\.ts:1:\d+: .*\n$/],
  [
    "missing.ts",
    /^error: Cannot bundle \/.*\/missing\.ts: .*nowhere\.ts(?:.|\n)*\nadvice: a plugin's file may import nothing/,
  ],
  ["later.ts", /^error: Cannot bundle \/.*\/later\.ts: it imports .*, which is known only when it runs\n/],
];

for (const [what, stderr] of BAD) {
  Deno.test(`gantry plugin build refuses ${what} and writes nothing`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, {
      ...FILES,
      "syntax.ts": "const a: = 1;\n",
      "missing.ts": 'import x from "./nowhere.ts";\nexport default x;\n',
      "later.ts": "export default (name: string) => import(name);\n",
    });
    const before = [...Deno.readDirSync(directory.path)].length;
    const result = await gantry(["plugin", "build", what.startsWith("npm:") ? what : join(directory.path, what)]);
    assert.equal(result.code, 2);
    assert.equal(result.stdout, "");
    assert.match(result.stderr, stderr);
    assert.equal([...Deno.readDirSync(directory.path)].length, before);
  });
}
