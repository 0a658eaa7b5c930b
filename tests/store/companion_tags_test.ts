import assert from "node:assert/strict";
import { companionTags, isCompanionTag, isCosignTag, isReferrersTag } from "../../src/store/companion_tags.ts";

Deno.test("companionTags() names cosign's tags, and none for a digest that is too long for a tag", () => {
  const hex = "0".repeat(64);
  assert.deepEqual(companionTags(`sha256:${hex}`), [`sha256-${hex}.sig`, `sha256-${hex}.att`, `sha256-${hex}.sbom`]);
  assert.deepEqual(companionTags(`sha512:${hex}${hex}`), []);
});

Deno.test("isCompanionTag(), isReferrersTag() and isCosignTag() tell what a tag belongs to", () => {
  const hex = "ab".repeat(32);
  for (
    const [tag, isCompanion, isReferrers, isCosign] of [
      [`sha256-${hex}`, true, true, false],
      [`sha256-${hex}.sig`, true, false, true],
      [`sha256-${hex}.att`, true, false, true],
      [`sha256-${hex}.sbom`, true, false, true],
      [`sha256-${hex}.other`, false, false, false],
      [`sha256-${hex}0`, false, false, false],
      [`sha512-${hex}`, true, true, false],
      [`sha512-${hex}.sig`, true, false, false],
      ["1.0.0", false, false, false],
    ] as const
  ) {
    assert.deepEqual([isCompanionTag(tag), isReferrersTag(tag), isCosignTag(tag)], [
      isCompanion,
      isReferrers,
      isCosign,
    ], tag);
  }
});
