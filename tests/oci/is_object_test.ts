import assert from "node:assert/strict";
import { isObject } from "../../src/oci/is_object.ts";

Deno.test("isObject() takes objects of JSON, and no list and no null", () => {
  assert.deepEqual([{}, { a: 1 }].map(isObject), [true, true]);
  assert.deepEqual([[], null, "", 1, true, undefined].map(isObject), [false, false, false, false, false, false]);
});
