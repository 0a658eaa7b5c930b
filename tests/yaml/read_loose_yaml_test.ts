import assert from "node:assert/strict";
import { readLooseYaml } from "../../src/yaml/read_loose_yaml.ts";
import type { YamlNode } from "../../src/yaml/read_yaml.ts";

const TEXTS: readonly (readonly [what: string, text: string, documents: readonly unknown[]])[] = [
  ["several documents, and none that is empty", "---\na: 1\n---\n---\n- b\n", [{ a: "1" }, ["b"]]],
  ["aliases", "a: &x { b: c }\nd: *x\ne: [*x]\n", [{ a: { b: "c" }, d: { b: "c" }, e: [{ b: "c" }] }]],
  ["an alias in what it stands for", "a: &x [1, *x]\n", [{ a: ["1", ""] }]],
  ["an alias of another document", "a: &x 1\n---\nb: *x\n", [{ a: "1" }, { b: "" }]],
  ["tags of other people", "a: !reset null\nb: !override [1]\nc: !x { d: e }\n", [{
    a: "null",
    b: ["1"],
    c: { d: "e" },
  }]],
  ["keys and values as they are written", "1.10: 0x10\ntrue: ~\n'q': \"r\"\n", [{ "1.10": "0x10", true: "~", q: "r" }]],
  ["what is empty", "a:\nb: []\nc: {}\n", [{ a: "", b: [], c: {} }]],
  ["nothing", "# nothing\n", []],
];

for (const [what, text, documents] of TEXTS) {
  Deno.test(`readLooseYaml() reads ${what}`, () => {
    const read = readLooseYaml(text);
    assert.deepEqual([read.documents.map(plain), read.problem], [documents, undefined]);
  });
}

Deno.test("readLooseYaml() says where the syntax is broken, and where things stand", () => {
  assert.deepEqual(readLooseYaml("a: [\n").documents, []);
  assert.equal(readLooseYaml("a: [\n").problem?.offset, 5);
  const [root] = readLooseYaml("a: 1\nb: { c: d }\n").documents;
  assert.ok(root?.kind === "object");
  const b = root.byKey.get("b");
  assert.deepEqual([b?.keyOffset, b?.value.offset], [5, 8]);
});

function plain(node: YamlNode): unknown {
  if (node.kind === "scalar") return node.text;
  if (node.kind === "list") return node.items.map(plain);
  return Object.fromEntries(node.members.map(({ key, value }) => [key, plain(value)]));
}
