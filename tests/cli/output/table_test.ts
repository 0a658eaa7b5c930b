import assert from "node:assert/strict";
import { fittedTable, table } from "../../../src/cli/output/table.ts";

Deno.test("table() puts columns below each other, and no space at the end of a line", () => {
  assert.equal(
    table([["VERSION", "DIGEST"], ["1.0.0", "sha256:a"], ["2.0.0-rc.10", "b", "c"], ["x", ""]]),
    "VERSION      DIGEST\n1.0.0        sha256:a\n2.0.0-rc.10  b         c\nx\n",
  );
  assert.equal(table([]), "");
});

Deno.test("fittedTable() leaves cells out, in the order that it is given, until it fits", () => {
  const rows = [["+", "acme/app", "1.0.0", "sha256:a", "1.0 KiB"], ["+", "acme/db", "2.1.0", "sha256:b", "9 B"]];
  const drop = [4, 3];
  assert.equal(fittedTable(rows, { width: undefined, drop }), table(rows));
  assert.equal(fittedTable(rows, { width: 37, drop }), table(rows));
  assert.equal(fittedTable(rows, { width: 36, drop }), "+  acme/app  1.0.0  sha256:a\n+  acme/db   2.1.0  sha256:b\n");
  assert.equal(fittedTable(rows, { width: 3, drop }), "+  acme/app  1.0.0\n+  acme/db   2.1.0\n");
  assert.equal(
    fittedTable(rows, { width: 30, drop: [1, 4] }),
    "+  1.0.0  sha256:a  1.0 KiB\n+  2.1.0  sha256:b  9 B\n",
  );
});
