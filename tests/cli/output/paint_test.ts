import assert from "node:assert/strict";
import { paint } from "../../../src/cli/output/paint.ts";

const DIGEST = `sha256:${"a".repeat(64)}`;

Deno.test("paint() colours what a line is, marks and digests", () => {
  assert.equal(paint("error: no\n"), "\x1b[1;31merror:\x1b[22;39m no\n");
  assert.equal(paint("warning: no\n"), "\x1b[33mwarning:\x1b[39m no\n");
  assert.equal(paint("x\nadvice: do\n"), "x\n\x1b[36madvice:\x1b[39m do\n");
  assert.equal(paint("\u2714 Done\n"), "\x1b[32m\u2714\x1b[39m Done\n");
  assert.equal(paint(`h/r@${DIGEST}`), `h/r@\x1b[1m${DIGEST}\x1b[22m`);
  assert.equal(paint("sha256:7bea39d3349b  new"), "\x1b[1msha256:7bea39d3349b\x1b[22m  new");
});

Deno.test("paint() leaves words within a line, and what is no digest", () => {
  for (const text of ["an error: x", "sha256:abc", "no \u2714", "sha256:XYZXYZXYZXYZ"]) assert.equal(paint(text), text);
});
