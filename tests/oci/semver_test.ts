import assert from "node:assert/strict";
import { parseRange, parseSemVer } from "../../src/oci/semver.ts";

const VERSIONS = ["1.0.0", "1.2.3", "2.0.0-rc.1", "2.0.0", "3.0.0", "v3.1.0"];

const RANGES: readonly (readonly [range: string, expected: readonly string[]])[] = [
  ["^1.2", ["1.2.3"]],
  [">=1 <3", ["1.0.0", "1.2.3", "2.0.0"]],
  ["1.0.0 - 2.0.0", ["1.0.0", "1.2.3", "2.0.0"]],
  ["1.x || 3", ["1.0.0", "1.2.3", "3.0.0", "v3.1.0"]],
  ["", ["1.0.0", "1.2.3", "2.0.0", "3.0.0", "v3.1.0"]],
  // As Flux and Timoni write it.
  [">=1.0.0, <3.0.0", ["1.0.0", "1.2.3", "2.0.0"]],
  [">= 1.0.0,<3.0.0", ["1.0.0", "1.2.3", "2.0.0"]],
  ["=>1.2.3, =<2.0.0", ["1.2.3", "2.0.0"]],
  ["!=1.0.0", ["1.2.3", "2.0.0", "3.0.0", "v3.1.0"]],
  ["!= 1.0.0, != 3.x", ["1.2.3", "2.0.0"]],
  ["<2, !=1.2.3 || 3", ["1.0.0", "3.0.0", "v3.1.0"]],
  [">=2.0.0-0, <3, !=2.0.0", ["2.0.0-rc.1"]],
  ["~1.2, *", ["1.2.3"]],
];

Deno.test("parseRange() takes ranges as npm writes them and as Flux does", () => {
  for (const [text, expected] of RANGES) {
    const range = parseRange(text);
    const found = VERSIONS.filter((version) => {
      const parsed = parseSemVer(version);
      return parsed !== undefined && range.test(parsed);
    });
    assert.deepEqual(found, expected, text);
  }
});

Deno.test("parseRange() refuses what is no range", () => {
  for (const text of ["newest", "!=", "!=newest", ">=1.0.0, newest", "1.0.0 || nope", "!1.0.0"]) {
    assert.throws(() => parseRange(text), { name: "TypeError" }, text);
  }
});
