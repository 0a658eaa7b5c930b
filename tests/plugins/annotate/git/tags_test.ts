import assert from "node:assert/strict";
import fc from "fast-check";
import { preferredTag } from "../../../../src/plugins/annotate/git/tags.ts";

Deno.test("preferredTag() gives the highest SemVer, else the first bytewise", async () => {
  const cases: readonly (readonly [readonly string[], string | undefined])[] = [
    [[], undefined],
    [["only"], "only"],
    [["b", "a", "C"], "C"],
    [["v1.9.0", "v1.10.0", "zzz"], "v1.10.0"],
    [["1.0.0-rc.1", "1.0.0", "1.0.0-rc.2"], "1.0.0"],
    [["v1.0.0", "1.0.0"], "1.0.0"],
    [["1.0.0+a", "1.0.0+b"], "1.0.0+b"],
    [["app/v2.0.0", "v1.0.0"], "v1.0.0"],
  ];
  for (const [tags, expected] of cases) assert.equal(await preferredTag(tags), expected, tags.join(" "));
});

Deno.test("preferredTag() does not depend on the order in which tags are found", async () => {
  const tag = fc.constantFrom("v1.0.0", "1.0.0", "v1.0.0+x", "1.0.0-a", "v2.0.0-b", "latest", "a", "ü", "\u{1f600}");
  await fc.assert(fc.asyncProperty(fc.array(tag, { minLength: 2 }), async (tags) => {
    assert.equal(await preferredTag(tags), await preferredTag(tags.toReversed()));
  }));
});
