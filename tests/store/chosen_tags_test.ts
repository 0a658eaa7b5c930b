import assert from "node:assert/strict";
import fc from "fast-check";
import { Range } from "semver";
import { chosenTags, type TagSelection } from "../../src/store/chosen_tags.ts";

const hex = "ab".repeat(32);
const companions = [`sha256-${hex}`, `sha256-${hex}.sig`, `sha256-${hex}.att`, `sha256-${hex}.sbom`];

const cases:
  readonly (readonly [what: string, tags: readonly string[], choice: Partial<TagSelection>, readonly string[]])[] = [
    [
      "sorts by version and not by letter",
      ["1.2.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "2.0.0", "2.0.0-rc.10", "2.0.0-rc.9"],
      {},
      ["2.0.0", "2.0.0-rc.10", "2.0.0-rc.9", "2.0.0-rc.1", "1.10.0", "1.9.0", "1.2.0"],
    ],
    ["puts latest first", ["1.0.0", "latest", "2.0.0"], {}, ["latest", "2.0.0", "1.0.0"]],
    ["knows a v before a version, and Helm's _ for a +", ["v1.1.0", "1.0.0_build.2", "1.0.0_build.1"], {}, [
      "v1.1.0",
      "1.0.0_build.2",
      "1.0.0_build.1",
    ]],
    ["leaves out what is no version", ["1.0.0", "main", "1.0", "v1", "01.0.0", "stable"], {}, ["1.0.0"]],
    ["with all, adds the others bytewise", ["main", "1.0.0", "B", "a", "latest"], { all: true }, [
      "latest",
      "1.0.0",
      "B",
      "a",
      "main",
    ]],
    ["hides what belongs to a manifest", [...companions, "1.0.0"], {}, ["1.0.0"]],
    ["hides it from an expression too", [...companions, "sha256-short"], { regexp: /^sha256-/ }, ["sha256-short"]],
    ["with all, shows it", [companions[1] ?? "", "1.0.0"], { all: true }, ["1.0.0", companions[1] ?? ""]],
    ["takes versions in a range, and nothing else", ["1.0.0", "1.5.0", "2.0.0", "latest", "main", "1.6.0-rc.1"], {
      all: true,
      range: new Range("^1"),
    }, ["1.5.0", "1.0.0"]],
    ["takes any tags in which an expression is found", ["main-1", "main-2", "1.0.0", "latest"], { regexp: /^main-/ }, [
      "main-1",
      "main-2",
    ]],
    ["takes what a range and an expression agree on", ["1.0.0", "1.1.0", "2.1.0"], {
      range: new Range("1"),
      regexp: /\.1\.0$/,
    }, ["1.1.0"]],
    ["names each tag once", ["1.0.0", "1.0.0"], {}, ["1.0.0"]],
  ];

for (const [what, tags, choice, expected] of cases) {
  Deno.test(`chosenTags() ${what}`, () => {
    assert.deepEqual(chosenTags(tags, { all: false, ...choice }), expected);
    assert.deepEqual(chosenTags(tags.toReversed(), { all: false, ...choice }), expected);
  });
}

Deno.test("chosenTags() does not depend on the order of the tags", () => {
  const tag = fc.oneof(
    fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,20}$/),
    fc.stringMatching(/^v?[0-9]{1,2}\.[0-9]\.[0-9](-[a-z0-9]{1,3})?$/),
  );
  fc.assert(fc.property(fc.uniqueArray(tag), fc.infiniteStream(fc.nat()), (tags, random) => {
    const shuffled = tags.map((tag) => [random.next().value, tag] as const).sort(([a], [b]) => a - b);
    const names = shuffled.map(([, tag]) => tag);
    assert.deepEqual(chosenTags(names, { all: true }), chosenTags(tags, { all: true }));
    assert.equal(chosenTags(tags, { all: true }).length, tags.length);
  }));
});
