import assert from "node:assert/strict";
import { rotated } from "../../bench/rounds.ts";

Deno.test("rotated() keeps the order and lets each be first in turn", () => {
  const orders = [0, 1, 2, 3].map((by) => rotated(["a", "b", "c"], by).join(""));
  assert.deepEqual(orders, ["abc", "bca", "cab", "abc"]);
  assert.deepEqual(rotated([], 3), []);
});
