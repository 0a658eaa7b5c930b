import assert from "node:assert/strict";
import { byteSize } from "../../src/cli/byte_size.ts";

Deno.test("byteSize() reads bytes, decimal units and binary units", () => {
  const sizes: readonly (readonly [text: string, size: number])[] = [
    ["1", 1],
    ["1048576", 1048576],
    ["5B", 5],
    ["500kB", 500_000],
    ["10 MB", 10_000_000],
    ["1GB", 1e9],
    ["64KiB", 65536],
    ["10GiB", 10 * 1024 ** 3],
    ["2TiB", 2 * 1024 ** 4],
  ];
  for (const [text, size] of sizes) assert.equal(byteSize(text), size, text);
});

Deno.test("byteSize() refuses everything else", () => {
  for (
    const text of [
      "",
      "0",
      "0MB",
      "-1",
      "1.5GiB",
      "1gib",
      "MB",
      "10X",
      "9999999TiB",
      "1 000",
      "constructor",
      "1toString",
    ]
  ) {
    assert.throws(() => byteSize(text), { message: "It must be a number of bytes, such as 500MB or 10GiB." }, text);
  }
});
