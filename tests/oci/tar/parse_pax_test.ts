import assert from "node:assert/strict";
import fc from "fast-check";
import { parsePax } from "../../../src/oci/tar/parse_pax.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A record with its length, which counts its own digits. */
function record(key: string, value: string): string {
  const rest = encode(` ${key}=${value}\n`).byteLength;
  let length = rest + 1;
  while (String(length).length + rest !== length) length++;
  return `${length} ${key}=${value}\n`;
}

const READ: readonly (readonly [what: string, text: string, records: ReturnType<typeof parsePax>])[] = [
  ["nothing", "", {}],
  ["a path", record("path", "a/b"), { path: "a/b" }],
  ["a target", record("linkpath", "../c"), { target: "../c" }],
  ["a size as it is written", record("size", "0012"), { size: "0012" }],
  ["a sparse file", record("GNU.sparse.major", "1"), { sparse: true }],
  ["a path with =, a line break and more than ASCII", record("path", "a=b\n\ufeff\u{1F600}"), {
    path: "a=b\n\ufeff\u{1F600}",
  }],
  ["the last one of a key", record("path", "a") + record("size", "1") + record("path", "b"), { path: "b", size: "1" }],
  ["no other keys", record("mtime", "1.5") + record("paths", "x") + record("SCHILY.xattr.user.path", "y"), {}],
  ["a key that is long", record(`path${"x".repeat(100)}`, "a"), {}],
  ["a length with zeros before it", "0014 path=a/b\n", { path: "a/b" }],
];

for (const [what, text, records] of READ) {
  Deno.test(`parsePax() reads ${what}`, () => {
    assert.deepEqual(parsePax(encode(text)), records);
  });
}

const MALFORMED: readonly (readonly [what: string, text: string])[] = [
  ["no length", " path=a\n"],
  ["a length that is no number", "1/ key=a\n"],
  ["a length with a sign", "+10 path=a\n"],
  ["a length of too many digits", "0000000018 path=a\n"],
  ["a length that leads before the record", "2 path=a\n"],
  ["a length that leads behind the end", "99 path=a\n"],
  ["a length that leads into the record", "8 path=a\n"],
  ["no end", "9 path=a"],
  ["no space", "9"],
  ["no =", "7 path\n"],
  ["no key", "5 =a\n"],
  ["zeros behind the records", `${record("path", "a")}\0\0`],
];

for (const [what, text] of MALFORMED) {
  Deno.test(`parsePax() refuses records with ${what}`, () => {
    assert.throws(() => parsePax(encode(text)), new SyntaxError("A PAX header is malformed"));
  });
}

Deno.test("parsePax() reads whatever was written", () => {
  fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), (path, target) => {
    const text = record("linkpath", target) + record("path", path);
    assert.deepEqual(parsePax(encode(text)), { path, target });
  }));
});
