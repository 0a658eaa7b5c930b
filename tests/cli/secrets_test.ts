import assert from "node:assert/strict";
import { createSecrets } from "../../src/cli/secrets.ts";

const MASKED: readonly (readonly [secret: string, text: string, masked: string])[] = [
  ["s3cret", "a s3cret b s3crets3cret, https://user:s3cret@host/", "a *** b ******, https://user:***@host/"],
  ["p@ss/w?rd", "p@ss/w?rd and p%40ss%2Fw%3Frd", "*** and ***"],
  ["a.c", "a.c abc", "*** abc"],
  ["$&$1", "x$&$1y", "x***y"],
  ["(a+)+", "(a+)+", "***"],
  ["p\u00e4ssw\u00f6rd", "p\u00e4ssw\u00f6rd p%C3%A4ssw%C3%B6rd", "*** ***"],
  ["line\nbreak", "line\nbreak line%0Abreak", "*** ***"],
  ['quo"te', 'he said {"password":"quo\\"te"}', 'he said {"password":"***"}'],
  ["lone\ud800", "lone\ud800", "***"],
];

for (const [secret, text, masked] of MASKED) {
  Deno.test(`mask() hides ${JSON.stringify(secret)}, as it is, in JSON and in a URL`, () => {
    const secrets = createSecrets();
    secrets.add(secret);
    assert.equal(secrets.mask(text), masked);
  });
}

Deno.test("mask() hides each line of a secret of several, but not what is too short to be one", () => {
  const secrets = createSecrets();
  secrets.add("-----BEGIN KEY-----\r\n  bGluZSBvbmU\nbGluZSB0d28\n}\n");
  assert.equal(secrets.mask("one: bGluZSBvbmU\ntwo: bGluZSB0d28 { }"), "one: ***\ntwo: *** { }");
});

Deno.test("mask() hides every secret that was added, and only from then on", () => {
  const secrets = createSecrets();
  assert.equal(secrets.mask("first second"), "first second");
  secrets.add("first");
  assert.equal(secrets.mask("first second"), "*** second");
  secrets.add("second");
  secrets.add("second");
  assert.equal(secrets.mask("first second"), "*** ***");
});

Deno.test("mask() hides all of a secret that begins with another one", () => {
  const secrets = createSecrets();
  secrets.add("token");
  secrets.add("token-and-more");
  assert.equal(secrets.mask("token-and-more token"), "*** ***");
});

Deno.test("add() leaves alone what is too short to be a secret, and nothing at all", () => {
  const secrets = createSecrets();
  for (const text of [undefined, "", "a", "an"]) secrets.add(text);
  assert.equal(secrets.mask("a banana"), "a banana");
  secrets.add("nan");
  assert.equal(secrets.mask("a banana"), "a ba***a");
});

Deno.test("mask() hides the beginning of a secret that was cut, and no word that a secret begins with", () => {
  const secrets = createSecrets();
  secrets.add("abcdefgh-secret-token");
  assert.equal(
    secrets.mask("bad header Bearer abcdefgh-secr\u2026 (GET x\u2026)"),
    "bad header Bearer ***\u2026 (GET x\u2026)",
  );
  assert.equal(secrets.mask("abcdefgh-sec, abcdefg\u2026"), "abcdefgh-sec, abcdefg\u2026");
});

Deno.test("maskResult() hides long secrets, and leaves what may be a part of a name", () => {
  const secrets = createSecrets();
  secrets.add("push");
  secrets.add("Sup3rS3cr3t");
  assert.equal(secrets.maskResult("oci://host/push/Sup3rS3cr3t"), "oci://host/push/***");
});
