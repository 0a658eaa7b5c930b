import assert from "node:assert/strict";
import { applyDelta } from "../../../../src/plugins/annotate/git/delta.ts";

const BASE = new TextEncoder().encode("0123456789");

Deno.test("applyDelta() copies from the base and inserts what the delta holds", () => {
  // 10 bytes to 9: copy 4 from 2, insert "ab", copy 3 from 0.
  const delta = Uint8Array.of(10, 9, 0x91, 2, 4, 2, 0x61, 0x62, 0x90, 3);
  assert.equal(new TextDecoder().decode(applyDelta(BASE, delta)), "2345ab012");
});

Deno.test("applyDelta() copies 65536 bytes when the size is left out", () => {
  const base = new Uint8Array(70_000).fill(7);
  const size = [0xf0, 0xa2, 0x04];
  assert.deepEqual(applyDelta(base, Uint8Array.of(...size, 0x80, 0x80, 0x04, 0x80)), base.subarray(0, 65_536));
});

Deno.test("applyDelta() throws when the delta is damaged", () => {
  const cases: readonly (readonly [string, readonly number[]])[] = [
    ["empty", []],
    ["a size without end", [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]],
    ["another base", [9, 1, 0x90, 1]],
    ["a result that is too short", [10, 2, 0x90, 1]],
    ["a result that is too long", [10, 1, 0x90, 2]],
    ["a copy from behind the end", [10, 4, 0x91, 8, 4]],
    ["an insertion that is cut short", [10, 3, 3, 0x61]],
    ["a copy that is cut short", [10, 1, 0x91, 1]],
    ["the reserved command", [10, 0, 0]],
  ];
  for (const [name, delta] of cases) assert.throws(() => applyDelta(BASE, Uint8Array.from(delta)), SyntaxError, name);
});

Deno.test("applyDelta() refuses a result that is too large before it makes room for it", () => {
  const delta = Uint8Array.of(10, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x90, 1);
  assert.throws(() => applyDelta(BASE, delta), { name: "RangeError", message: /4294967295 bytes/ });
});
