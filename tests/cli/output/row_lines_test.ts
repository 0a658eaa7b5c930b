import assert from "node:assert/strict";
import { rowLines, stacked } from "../../../src/cli/output/row_lines.ts";

const ROW = ["  key", "value", "(from)"];

const SHAPES: readonly (readonly [width: number | undefined, lines: readonly string[]])[] = [
  [undefined, ["  key       value  (from)"]],
  [25, ["  key       value  (from)"]],
  [24, ["  key  value  (from)"]],
  [20, ["  key  value  (from)"]],
  [19, ["  key", "    value  (from)"]],
  [16, ["  key", "    value", "    (from)"]],
  [3, ["  key", "    value", "    (from)"]],
];

for (const [width, lines] of SHAPES) {
  Deno.test(`rowLines() writes a row on ${width ?? "no"} columns as far as there is room`, () => {
    assert.deepEqual(rowLines(ROW, { pad: 10, width }), lines);
  });
}

Deno.test("rowLines() ends no line with spaces, and stacked() leaves empty cells out", () => {
  assert.deepEqual(rowLines(["a", ""], { pad: 5 }), ["a"]);
  assert.deepEqual(stacked(["a", "", "b", ""], 20), ["a", "  b"]);
  assert.deepEqual(stacked(["a"], 20), ["a"]);
});
