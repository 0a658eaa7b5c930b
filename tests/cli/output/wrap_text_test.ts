import assert from "node:assert/strict";
import { wrapText } from "../../../src/cli/output/wrap_text.ts";

Deno.test("wrapText() breaks between words, and no word", () => {
  assert.deepEqual(wrapText("a bc def ghij", 6), ["a bc", "def", "ghij"]);
  assert.deepEqual(wrapText("sha256:0123456789 is long", 8), ["sha256:0123456789", "is long"]);
  assert.deepEqual(wrapText("", 8), [""]);
  assert.deepEqual(wrapText("whole", 80), ["whole"]);
});
