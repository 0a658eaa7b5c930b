import assert from "node:assert/strict";
import { descriptorOf } from "../../src/layout/entry.ts";

const digest = `sha256:${"0".repeat(64)}`;
const entry = { mediaType: "application/x", digest, size: 0 };

Deno.test("descriptorOf() gives what an entry names, without its annotations", () => {
  assert.deepEqual(descriptorOf({ ...entry, annotations: { a: "b" } }), entry);
  assert.deepEqual(descriptorOf({ ...entry, artifactType: "application/y" }), {
    ...entry,
    artifactType: "application/y",
  });
  assert.deepEqual(descriptorOf({ ...entry, artifactType: 5 }), entry);
});

const WRONG: readonly (readonly [what: string, more: Readonly<Record<string, unknown>>])[] = [
  ["has no media type", { mediaType: undefined }],
  ["has a media type that is no text", { mediaType: 5 }],
  ["has no size", { size: undefined }],
  ["has a negative size", { size: -1 }],
  ["has half a byte", { size: 0.5 }],
  ["has a size that is a text", { size: "5" }],
  ["has a size that cannot be counted with", { size: 2 ** 53 }],
];

for (const [what, more] of WRONG) {
  Deno.test(`descriptorOf() gives nothing for an entry that ${what}`, () => {
    assert.equal(descriptorOf({ ...entry, ...more }), undefined);
  });
}

Deno.test("descriptorOf() gives nothing for an entry with a digest of an unknown kind", () => {
  assert.equal(descriptorOf({ ...entry, digest: "md5:0" }), undefined);
});
