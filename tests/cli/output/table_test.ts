import assert from "node:assert/strict";
import { table } from "../../../src/cli/output/table.ts";

Deno.test("table() puts columns below each other, and no space at the end of a line", () => {
  assert.equal(
    table([["VERSION", "DIGEST"], ["1.0.0", "sha256:a"], ["2.0.0-rc.10", "b", "c"], ["x", ""]]),
    "VERSION      DIGEST\n1.0.0        sha256:a\n2.0.0-rc.10  b         c\nx\n",
  );
  assert.equal(table([]), "");
});
