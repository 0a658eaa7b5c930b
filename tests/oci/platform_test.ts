import assert from "node:assert/strict";
import { formatPlatform, isPlatform, parsePlatform } from "../../src/oci/platform.ts";

Deno.test("parsePlatform() reads what formatPlatform() writes", () => {
  assert.deepEqual(parsePlatform("linux/amd64"), { os: "linux", architecture: "amd64" });
  for (const text of ["linux/amd64", "linux/arm/v7", "windows/amd64"]) {
    assert.equal(formatPlatform(parsePlatform(text)), text);
  }
});

Deno.test("parsePlatform() refuses what is no platform", () => {
  for (const text of ["", "linux", "linux/", "/amd64", "linux/arm/v7/x", "Linux/amd64", "linux/..", "linux/arm/"]) {
    assert.throws(() => parsePlatform(text), { name: "SyntaxError", message: /^Cannot parse platform/ }, text);
  }
});

Deno.test("isPlatform() takes every variant where none is named", () => {
  const arm = parsePlatform("linux/arm/v7");
  assert.equal(isPlatform(arm, parsePlatform("linux/arm")), true);
  assert.equal(isPlatform(arm, parsePlatform("linux/arm/v7")), true);
  assert.equal(isPlatform(arm, parsePlatform("linux/arm/v6")), false);
  assert.equal(isPlatform(parsePlatform("linux/arm"), arm), false);
  assert.equal(isPlatform(undefined, arm), false);
});
