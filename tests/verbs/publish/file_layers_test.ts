import assert from "node:assert/strict";
import { join } from "node:path";
import type { OptionLayer } from "../../../src/options/wanted.ts";
import { withFilesRead } from "../../../src/verbs/publish/file_layers.ts";
import { gantryOk } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

function naming(annotationFile: string): OptionLayer {
  const place = "--annotation-file";
  return { by: "caller", values: { annotationFile }, origin: () => ({ name: place, place }) };
}

const READ: readonly (readonly [what: string, text: string, annotations: Readonly<Record<string, string>>])[] = [
  ["JSON", '{ "a": "1", "b.c": "two words" }', { a: "1", "b.c": "two words" }],
  ["YAML", 'a: "1"\nb.c: two words\n', { a: "1", "b.c": "two words" }],
  ["a key of an object's own", '{ "__proto__": "x" }', Object.fromEntries([["__proto__", "x"]])],
  ["nothing", "", {}],
];

for (const [what, text, annotations] of READ) {
  Deno.test(`withFilesRead() reads ${what}`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "annotations");
    await Deno.writeTextFile(path, text);
    const [inFile, itself] = await withFilesRead(naming(path));
    assert.deepEqual(inFile?.values, { annotations });
    assert.deepEqual(inFile?.origin("annotations"), { name: path, place: path, isFile: true });
    assert.deepEqual([inFile?.by, itself?.values], ["caller", { annotationFile: path }]);
  });
}

const REFUSED: readonly (readonly [what: string, text: string | Uint8Array, problems: readonly string[]])[] = [
  ["a list", "- a\n", ["FILE:1:1: it must be an object"]],
  ["values that are no texts", "a: 1.10\nb: { c: d }\n", [
    'FILE:1:4: "a" must be a string: put it in quotes',
    'FILE:2:4: "b" must be a string',
  ]],
  ["a key that is there twice", "a: b\na: c\n", ['FILE:2:1: the key "a" is there twice']],
  ["an empty key", '{ "": "x" }', ["FILE:1:3: a key must not be empty"]],
  ["what is not UTF-8", new Uint8Array([0xff, 0xfe]), ['Cannot read annotation file "FILE": it is not UTF-8']],
];

for (const [what, text, problems] of REFUSED) {
  Deno.test(`withFilesRead() refuses ${what}`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "annotations");
    await Deno.writeFile(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
    await assert.rejects(withFilesRead(naming(path)), {
      name: "OptionsError",
      problems: problems.map((problem) => problem.replace("FILE", path)),
    });
  });
}

Deno.test("push takes annotations of files below those that are given one by one, and flags above the configuration", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, {
    "app/a.yaml": "a: 1\n",
    "config.yaml": "a: file of config\nb: file of config\nc: file of config\n",
    "flag.json": '{ "b": "file of flag", "d": "file of flag" }',
    "gantry.json": JSON.stringify({
      source: "./app",
      annotationFile: "./config.yaml",
      annotations: { a: "field", b: "field", d: "field" },
    }),
  });
  const at = (name: string): string => join(directory.path, name);
  const args = [
    "plan",
    "--config",
    at("gantry.json"),
    "--annotation-file",
    at("flag.json"),
    "-a",
    "d=flag",
    "-o",
    "json",
  ];
  const { annotations } = JSON.parse((await gantryOk(args)).stdout);
  assert.deepEqual(annotations, {
    a: { value: "field", from: at("gantry.json") },
    b: { value: "file of flag", from: at("flag.json") },
    c: { value: "file of config", from: at("config.yaml") },
    d: { value: "flag", from: "--annotation" },
  });
});
