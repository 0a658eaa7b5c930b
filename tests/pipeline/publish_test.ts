import assert from "node:assert/strict";
import type { Digest } from "../../src/oci/digest.ts";
import { type Pipeline, publish } from "../../src/pipeline/publish.ts";
import { StageError, type StageName } from "../../src/pipeline/stage_error.ts";
import { TargetsError } from "../../src/pipeline/target.ts";
import { type MemoryTarget, memoryTarget } from "../support/memory_target.ts";
import {
  annotator,
  brokenStep,
  collector,
  dropper,
  fakeContext,
  fakePipeline,
  fakePlugin,
  fileEntry,
  journalingPipeline,
  SOURCE,
  stageErrorOf,
  tagger,
  threeTargets,
} from "./fakes.ts";

const OTHER: Digest = `sha256:${"0".repeat(64)}`;

Deno.test("publish() runs the six stages in their order and gives what every target shows", async () => {
  const journal: string[] = [];
  const target = memoryTarget({ before: (call) => void journal.push(call) });
  const publication = await publish(SOURCE, journalingPipeline(journal, [target]), fakeContext());

  assert.deepEqual(journal, [
    "collect",
    "filter",
    "archive",
    "annotate",
    "name tags",
    "resolve 1.0.0",
    "upload",
    "tag 1.0.0 latest",
    "discard",
  ]);
  const { archive, manifest } = publication;
  assert.deepEqual(publication.source, SOURCE);
  assert.deepEqual(publication.entries.map(({ path }) => path), ["a.yaml"]);
  assert.deepEqual(publication.dropped, [{ path: "b.md", reason: "the rule of ignore" }]);
  assert.deepEqual(publication.annotations, {
    "org.opencontainers.image.version": { value: "1.0.0", from: "flags" },
  });
  assert.deepEqual(publication.published, [{
    url: target.url,
    uploaded: [archive.config, ...archive.layers, manifest].map(({ descriptor }) => descriptor),
    existing: [],
    bytesSent: [archive.config, ...archive.layers, manifest].reduce((sum, { descriptor }) => sum + descriptor.size, 0),
    tags: [{ tag: "1.0.0" }, { tag: "latest" }],
  }]);
  assert.equal(target.tags.get("1.0.0"), manifest.descriptor.digest);
});

Deno.test("publish() sends and moves nothing when it runs again", async () => {
  const target = memoryTarget();
  const pipeline = fakePipeline({ upload: [target] });
  const { manifest: { descriptor: { digest } } } = await publish(SOURCE, pipeline, fakeContext());
  const { published: [again] } = await publish(SOURCE, pipeline, fakeContext());
  assert.deepEqual([again?.uploaded, again?.bytesSent], [[], 0]);
  assert.deepEqual(again?.tags, [{ tag: "1.0.0", from: digest }, { tag: "latest", from: digest }]);
});

Deno.test("publish() sets no tag anywhere before every target has everything", async () => {
  const journal: string[] = [];
  const [fast, slow] = ["fast", "slow"].map((name) =>
    memoryTarget({ url: `oci://${name}/x`, before: (call) => void journal.push(`${name} ${call}`) })
  );
  assert.ok(fast !== undefined && slow !== undefined);
  const lagging = {
    ...slow,
    upload: async (...args: Parameters<typeof slow.upload>) => {
      const receipt = await slow.upload(...args);
      // Many turns more than the fast target needs to go on.
      for (let turn = 0; turn < 100; turn++) await Promise.resolve();
      journal.push("slow uploaded");
      return receipt;
    },
  };
  await publish(SOURCE, fakePipeline({ upload: [fast, lagging], tag: [] }), fakeContext());
  assert.deepEqual(journal, [
    "fast upload",
    "slow upload",
    "slow uploaded",
    "fast tag",
    "slow tag",
    "fast discard",
    "slow discard",
  ]);
});

Deno.test("publish() tags nothing anywhere when one target's upload fails, and finishes the other uploads", async () => {
  const targets = threeTargets("b upload");
  const error = await stageErrorOf(publish(SOURCE, fakePipeline({ upload: targets }), fakeContext()));
  assert.deepEqual([error.stage, error.plugin, error.message], ["upload", undefined, "Cannot upload"]);
  assert.ok(error.cause instanceof TargetsError);
  assert.deepEqual([error.cause.done, error.cause.failed], [["oci://a/x", "oci://c/x"], ["oci://b/x"]]);
  assert.deepEqual(targets.map(({ contents }) => contents.size), [3, 0, 3]);
  assert.deepEqual(targets.map(({ tags }) => tags.size), [0, 0, 0]);
  const calls = ["resolve 1.0.0", "upload", "discard"];
  assert.deepEqual(targets.map((target) => target.calls), [calls, calls, calls]);
});

Deno.test("publish() says which targets have it and which do not when one cannot be tagged", async () => {
  const targets = threeTargets("b tag");
  const error = await stageErrorOf(publish(SOURCE, fakePipeline({ upload: targets }), fakeContext()));
  assert.equal(error.stage, "tag");
  assert.ok(error.cause instanceof TargetsError);
  assert.deepEqual([error.cause.done, error.cause.failed], [["oci://a/x", "oci://c/x"], ["oci://b/x"]]);
  assert.deepEqual(targets.map(({ tags }) => tags.size), [2, 0, 2]);
});

const DISCARDED: readonly (readonly [when: string, targets: () => readonly MemoryTarget[], more: Partial<Pipeline>])[] =
  [
    ["everything went well", () => threeTargets(), {}],
    ["a target cannot say what a tag points to", () => threeTargets("a resolve"), {}],
    ["the first target's upload fails", () => threeTargets("a upload"), {}],
    ["the last target's upload fails", () => threeTargets("c upload"), {}],
    ["a target cannot be tagged", () => threeTargets("b tag"), {}],
    ["a target cannot be discarded", () => threeTargets("a discard"), {}],
    [
      "an immutable tag is in the way",
      () => [...threeTargets(), memoryTarget({ tags: { "1.0.0": OTHER } })],
      {},
    ],
    ["a target's own digest is another one", () => [...threeTargets(), memoryTarget({ ownDigest: OTHER })], {}],
    ["a tagger fails", () => threeTargets(), { tag: [tagger("broken", [{ name: "", immutable: false }])] }],
    ["a custom step before upload fails", () => threeTargets(), {
      custom: { before: { upload: [brokenStep()] } },
    }],
    ["a custom step after upload fails", () => threeTargets(), {
      custom: { after: { upload: [brokenStep()] } },
    }],
    ["a custom step after tag fails", () => threeTargets(), { custom: { after: { tag: [brokenStep()] } } }],
  ];

for (const [when, make, more] of DISCARDED) {
  Deno.test(`publish() discards every target once, as the last thing, when ${when}`, async () => {
    const targets = make();
    await publish(SOURCE, fakePipeline({ upload: targets, ...more }), fakeContext()).catch((error) => {
      assert.ok(error instanceof StageError);
    });
    for (const { calls } of targets) {
      assert.deepEqual([calls.at(-1), calls.filter((call) => call === "discard").length], ["discard", 1]);
    }
  });
}

Deno.test("publish() succeeds with a warning when a target cannot be discarded", async () => {
  const context = fakeContext();
  const { published } = await publish(SOURCE, fakePipeline({ upload: threeTargets("a discard") }), context);
  assert.equal(published.length, 3);
  assert.deepEqual(warnings(context.messages), ["warn: Cannot clean up oci://a/x: Cannot discard"]);
});

Deno.test("publish() tells why it failed even when a target cannot be discarded either", async () => {
  const context = fakeContext();
  const targets = [...threeTargets("a discard"), memoryTarget({ tags: { "1.0.0": OTHER } })];
  const error = await stageErrorOf(publish(SOURCE, fakePipeline({ upload: targets }), context));
  assert.match(error.message, /^Cannot move tag "1.0.0"/);
  assert.deepEqual(warnings(context.messages), ["warn: Cannot clean up oci://a/x: Cannot discard"]);
});

const REFUSED: readonly (readonly [when: string, parts: Partial<Pipeline>, stage: StageName, message: RegExp])[] = [
  [
    "a path is found twice",
    { collect: [collector("one", [fileEntry("a")]), collector("two", [fileEntry("a")])] },
    "collect",
    /^Cannot collect "a": it was found twice$/,
  ],
  [
    "nothing is left to publish",
    { filter: [dropper("ignore", ["a.yaml", "b.md"])] },
    "filter",
    /^Cannot publish ".\/deploy": every file was left out, "a.yaml" by the rule of ignore$/,
  ],
  [
    "the manifest is too large",
    { annotate: [annotator("flags", { a: "x".repeat(4 * 1024 * 1024) })] },
    "annotate",
    /^Cannot use a manifest of [0-9]+ bytes: registries take at most 4194304$/,
  ],
];

for (const [when, parts, stage, message] of REFUSED) {
  Deno.test(`publish() contacts no target when ${when}`, async () => {
    const target = memoryTarget();
    const error = await stageErrorOf(publish(SOURCE, fakePipeline({ upload: [target], ...parts }), fakeContext()));
    assert.deepEqual([error.stage, error.plugin], [stage, undefined]);
    assert.match(error.message, message);
    assert.deepEqual(target.calls, []);
  });
}

const cause = new Error("Cannot do it");
const reject = (): Promise<never> => Promise.reject(cause);
const BROKEN: readonly (readonly [stage: StageName, parts: Partial<Pipeline>])[] = [
  ["collect", { collect: [fakePlugin("collect", "broken", reject)] }],
  ["filter", { filter: [fakePlugin("filter", "broken", reject)] }],
  ["archive", { archive: fakePlugin("archive", "broken", reject) }],
  ["annotate", { annotate: [fakePlugin("annotate", "broken", reject)] }],
  ["tag", { tag: [fakePlugin("tag", "broken", reject)] }],
];

for (const [stage, parts] of BROKEN) {
  Deno.test(`publish() names the plugin and the stage when a plugin of ${stage} fails`, async () => {
    const target = memoryTarget();
    const error = await stageErrorOf(publish(SOURCE, fakePipeline({ upload: [target], ...parts }), fakeContext()));
    assert.deepEqual([error.stage, error.plugin, error.message, error.cause], [stage, "broken", "Cannot do it", cause]);
    assert.equal(target.contents.size, 0);
  });
}

function warnings(messages: readonly string[]): readonly string[] {
  return messages.filter((message) => message.startsWith("warn: "));
}
