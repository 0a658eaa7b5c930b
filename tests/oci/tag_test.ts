import assert from "node:assert/strict";
import fc from "fast-check";
import { isTag, parseTag } from "../../src/oci/tag.ts";

/** The regular expression of the OCI distribution-spec 1.1.1, section "Pulling manifests". */
const SPEC_TAG_REGEXP = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

for (const text of ["a", "_", "0", "latest", "1.2.3", "v1.2.3-rc.1", "A_b-C.d", "a..--__", "x".repeat(128)]) {
  Deno.test(`parseTag() takes ${text.slice(0, 20)}`, () => {
    assert.equal(parseTag(text), text);
    assert.equal(isTag(text), true);
  });
}

const LONG = "x".repeat(129);
const BAD: readonly (readonly [text: string, message: string])[] = [
  ["", 'Cannot parse tag "": it is empty'],
  [".a", 'Cannot parse tag ".a": an OCI tag cannot begin with "."'],
  ["-a", 'Cannot parse tag "-a": an OCI tag cannot begin with "-"'],
  ["v1.0+x", 'Cannot parse tag "v1.0+x": "+" is not allowed in an OCI tag'],
  ["a b", 'Cannot parse tag "a b": " " is not allowed in an OCI tag'],
  ["a/b", 'Cannot parse tag "a/b": "/" is not allowed in an OCI tag'],
  ["a:b", 'Cannot parse tag "a:b": ":" is not allowed in an OCI tag'],
  ["a@b", 'Cannot parse tag "a@b": "@" is not allowed in an OCI tag'],
  ["../a", 'Cannot parse tag "../a": "/" is not allowed in an OCI tag'],
  ["latest\n", 'Cannot parse tag "latest\\n": "\\n" is not allowed in an OCI tag'],
  ["é", 'Cannot parse tag "é": "é" is not allowed in an OCI tag'],
  ["a\u{1f600}b", 'Cannot parse tag "a\u{1f600}b": "\u{1f600}" is not allowed in an OCI tag'],
  ["a\ud800", 'Cannot parse tag "a\\ud800": "\\ud800" is not allowed in an OCI tag'],
  [LONG, `Cannot parse tag "${LONG}": it has 129 characters, an OCI tag at most 128`],
  [
    "y".repeat(10_000),
    `Cannot parse tag "${"y".repeat(140)}": it has 10000 characters, an OCI tag at most 128`,
  ],
];

for (const [text, message] of BAD) {
  Deno.test(`parseTag() throws for ${JSON.stringify(text.slice(0, 20))}`, () => {
    assert.equal(isTag(text), false);
    assert.throws(() => parseTag(text), { name: "SyntaxError", message });
  });
}

Deno.test("isTag() takes what the distribution-spec's regular expression takes", () => {
  const characters = fc.constantFrom(..."aZ09_.-+/:@ \né");
  const texts = fc.oneof(
    fc.string({ unit: characters, maxLength: 5 }),
    fc.string({ unit: fc.constantFrom(..."aZ09_.-"), minLength: 125, maxLength: 131 }),
  );
  fc.assert(fc.property(texts, (text) => assert.equal(isTag(text), SPEC_TAG_REGEXP.test(text))));
});
