import assert from "node:assert/strict";
import { comparable, record } from "../../scripts/recording/recording.ts";
import { styledRows } from "../../scripts/recording/styled_rows.ts";
import { toolTest } from "../support/tools.ts";

toolTest(
  "docs/recording.svg shows what gantry prints today; deno task recording draws it",
  ["script", "stty", "git"],
  async () => {
    const drawn = await Deno.readTextFile(new URL("../../docs/recording.svg", import.meta.url));
    assert.equal(comparable(await record()), comparable(drawn));
  },
);

Deno.test("styledRows() keeps colours and weight over the end of a row, and takes them off where they end", () => {
  assert.deepEqual(styledRows("\x1b[1;31merror:\x1b[22;39m no\nx", 8), [
    [{ text: "error:", isBold: true, color: 1 }, { text: " n", isBold: false }],
    [{ text: "o", isBold: false }],
    [{ text: "x", isBold: false }],
  ]);
});

Deno.test("styledRows() leaves out what was erased, and refuses what else moves the cursor", () => {
  const drawn = styledRows("a\n10 %\n20 %\r\x1b[K\x1b[1A\x1b[Kb", 80);
  assert.deepEqual(drawn.map((row) => row.map(({ text }) => text).join("")), ["a", "b"]);
  assert.throws(() => styledRows("a\rb", 80), SyntaxError);
  assert.throws(() => styledRows("\x1b[2Jb", 80), SyntaxError);
});
