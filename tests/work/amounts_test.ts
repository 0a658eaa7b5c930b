import assert from "node:assert/strict";
import { formatBytes, shortList } from "../../src/work/amounts.ts";

const KIB = 1024;
const MIB = KIB * 1024;
const GIB = MIB * 1024;
const TIB = GIB * 1024;

const SIZES: readonly (readonly [bytes: number, text: string])[] = [
  [0, "0 B"],
  [1, "1 B"],
  [1023, "1023 B"],
  [KIB, "1.0 KiB"],
  [KIB * 1.5, "1.5 KiB"],
  [KIB * 10, "10.0 KiB"],
  [MIB - KIB, "1023.0 KiB"],
  [MIB, "1.0 MiB"],
  [GIB, "1.0 GiB"],
  [GIB * 3, "3.0 GiB"],
  [TIB, "1.0 TiB"],
  [TIB * 2048, "2048.0 TiB"],
  [Number.MAX_SAFE_INTEGER, "8192.0 TiB"],
];

for (const [bytes, text] of SIZES) {
  Deno.test(`formatBytes() writes ${bytes} as ${text}`, () => {
    assert.equal(formatBytes(bytes), text);
  });
}

const LISTS: readonly (readonly [names: readonly string[], text: string])[] = [
  [[], ""],
  [["a"], "a"],
  [["a", "b"], "a, b"],
  [["a", "b", "c"], "a, b and 1 more"],
  [["a", "b", "c", "d"], "a, b and 2 more"],
];

for (const [names, text] of LISTS) {
  Deno.test(`shortList() names two of ${names.length}: ${JSON.stringify(text)}`, () => {
    assert.equal(shortList(names, 2), text);
  });
}
