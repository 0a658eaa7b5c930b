import assert from "node:assert/strict";
import { companionTags } from "../../src/store/companion_tags.ts";

Deno.test("companionTags() names cosign's tags, and none for a digest that is too long for a tag", () => {
  const hex = "0".repeat(64);
  assert.deepEqual(companionTags(`sha256:${hex}`), [`sha256-${hex}.sig`, `sha256-${hex}.att`, `sha256-${hex}.sbom`]);
  assert.deepEqual(companionTags(`sha512:${hex}${hex}`), []);
});
