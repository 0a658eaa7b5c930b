import assert from "node:assert/strict";
import { figure, formatResults, table } from "../../bench/tables.ts";
import { sampleResults } from "./sample_results.ts";

Deno.test("table() makes columns as wide as their widest cell, and keeps a cell one cell", () => {
  assert.equal(
    table(["a", "tool"], [["1", "x | y"], ["12345", "one\ntwo"]]),
    [
      "| a     | tool    |",
      "| ----- | ------- |",
      "| 1     | x \\| y  |",
      "| 12345 | one two |",
    ].join("\n"),
  );
});

Deno.test("figure() keeps about three digits", () => {
  for (
    const [seconds, text] of [
      [0.0123, "0.012"],
      [0.1234, "0.123"],
      [1.234, "1.23"],
      [12.34, "12.3"],
      [1234.5, "1235"],
    ] as const
  ) assert.equal(figure(seconds), text);
});

Deno.test("formatResults() shows medians, ratios to the fastest peer, and what was left out", () => {
  assert.equal(
    formatResults(sampleResults()),
    `2 cores of Sample <1>, 4,096 MiB, linux 6.

| program | version |
| ------- | ------- |
| oras    | 1.3.6   |

### small: 1,000 files, 2.5 MB

Made of manifests.

**push**, 1 round

| tool               | wall s | ratio  | CPU s | memory MiB | sent MB | requests | layer MB |
| ------------------ | ------ | ------ | ----- | ---------- | ------- | -------- | -------- |
| gantry, binary     | 0.200  | 0.50   | 2.00  | 10         | 123     | 10       | 0        |
| oras               | 0.400  | 1.00   | 12.3  |            |         |          |          |
| tar \\| pigz -6 -p2 | 123    | 308.50 | 0.000 |            |         |          |          |

### deflate, one thread

| sample           | compressor | CPU s | speed, zlib 9 = 1 | speed, zlib 6 = 1 | size, zlib 6 = 1 |
| ---------------- | ---------- | ----- | ----------------- | ----------------- | ---------------- |
| sources, 32.0 MB | gantry 6   | 1.00  | 3.00              | 1.50              | 0.990            |
| sources, 32.0 MB | zlib 6     | 1.50  | 2.00              | 1.00              | 1.000            |
| sources, 32.0 MB | zlib 9     | 3.00  | 1.00              | 0.50              | 0.980            |

### Left out

| tree  | work | tool |
| ----- | ---- | ---- |
| small | push | helm |`,
  );
});
