import assert from "node:assert/strict";
import type { Digest } from "../../src/oci/digest.ts";
import type { CustomSteps } from "../../src/pipeline/flow.ts";
import { type Pipeline, plan, publish } from "../../src/pipeline/publish.ts";
import { StageError, type StageName } from "../../src/pipeline/stage_error.ts";
import { TargetsError } from "../../src/pipeline/targets.ts";
import { type MemoryTarget, memoryTarget } from "../support/memory_target.ts";
import { annotator, collector, dropper, fakeContext, fakePipeline, fileEntry, SOURCE, tagger } from "./fakes.ts";

const STAGES: readonly StageName[] = ["collect", "filter", "archive", "annotate", "upload", "tag"];
const OTHER: Digest = `sha256:${"0".repeat(64)}`;

Deno.test("publish() runs the six stages in their order and gives what every target shows", async () => {
  const journal: string[] = [];
  const target = memoryTarget({ before: (call) => void journal.push(call) });
  const publication = await publish(SOURCE, journaling(journal, [target]), fakeContext());

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
  const targets = failing("b", "upload");
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
  const targets = failing("b", "tag");
  const error = await stageErrorOf(publish(SOURCE, fakePipeline({ upload: targets }), fakeContext()));
  assert.equal(error.stage, "tag");
  assert.ok(error.cause instanceof TargetsError);
  assert.deepEqual([error.cause.done, error.cause.failed], [["oci://a/x", "oci://c/x"], ["oci://b/x"]]);
  assert.deepEqual(targets.map(({ tags }) => tags.size), [2, 0, 2]);
});

const DISCARDED: readonly (readonly [when: string, targets: () => readonly MemoryTarget[], more: Partial<Pipeline>])[] =
  [
    ["everything went well", () => failing("nobody", "nothing"), {}],
    ["a target cannot say what a tag points to", () => failing("a", "resolve"), {}],
    ["the first target's upload fails", () => failing("a", "upload"), {}],
    ["the last target's upload fails", () => failing("c", "upload"), {}],
    ["a target cannot be tagged", () => failing("b", "tag"), {}],
    ["a target cannot be discarded", () => failing("a", "discard"), {}],
    [
      "an immutable tag is in the way",
      () => [...failing("nobody", "nothing"), memoryTarget({ tags: { "1.0.0": OTHER } })],
      {},
    ],
    ["a target's own digest is another one", () => [...failing("nobody", ""), memoryTarget({ ownDigest: OTHER })], {}],
    ["a tagger fails", () => failing("nobody", ""), { tag: [tagger("broken", [{ name: "", immutable: false }])] }],
    ["a custom step before upload fails", () => failing("nobody", ""), {
      custom: { before: { upload: [brokenStep()] } },
    }],
    ["a custom step after upload fails", () => failing("nobody", ""), {
      custom: { after: { upload: [brokenStep()] } },
    }],
    ["a custom step after tag fails", () => failing("nobody", ""), { custom: { after: { tag: [brokenStep()] } } }],
  ];

for (const [when, make, more] of DISCARDED) {
  Deno.test(`publish() discards every target once, as the last thing, when ${when}`, async () => {
    const targets = make();
    await publish(SOURCE, fakePipeline({ upload: targets, ...more }), fakeContext()).catch((error) => {
      assert.ok(error instanceof StageError);
    });
    for (const { calls } of targets) {
      assert.equal(calls.indexOf("discard"), calls.length - 1);
    }
  });
}

Deno.test("publish() succeeds with a warning when a target cannot be discarded", async () => {
  const context = fakeContext();
  const { published } = await publish(SOURCE, fakePipeline({ upload: failing("a", "discard") }), context);
  assert.equal(published.length, 3);
  assert.deepEqual(warnings(context.messages), ["warn: Cannot clean up oci://a/x: Cannot discard"]);
});

Deno.test("publish() tells why it failed even when a target cannot be discarded either", async () => {
  const context = fakeContext();
  const targets = [...failing("a", "discard"), memoryTarget({ tags: { "1.0.0": OTHER } })];
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
  ["collect", { collect: [{ name: "broken", collect: reject }] }],
  ["filter", { filter: [{ name: "broken", filter: reject }] }],
  ["archive", { archive: { name: "broken", archive: reject } }],
  ["annotate", { annotate: [{ name: "broken", annotate: reject }] }],
  ["tag", { tag: [{ name: "broken", tags: reject }] }],
];

for (const [stage, parts] of BROKEN) {
  Deno.test(`publish() names the plugin and the stage when a plugin of ${stage} fails`, async () => {
    const target = memoryTarget();
    const error = await stageErrorOf(publish(SOURCE, fakePipeline({ upload: [target], ...parts }), fakeContext()));
    assert.deepEqual([error.stage, error.plugin, error.message, error.cause], [stage, "broken", "Cannot do it", cause]);
    assert.equal(target.contents.size, 0);
  });
}

Deno.test("publish() runs custom steps around all six stages in their order, on the value that flows there", async () => {
  const trails: string[] = [];
  const marking = (name: string): AnyStep => ({
    name,
    run: (value) => {
      const trail = [...trailOf(value), name];
      trails.push(trail.join(", "));
      return Promise.resolve({ ...value, trail });
    },
  });
  const custom = aroundEveryStage((place) => [marking(`${place} 1`), marking(`${place} 2`)]);

  const publication = await publish(SOURCE, fakePipeline({ upload: [memoryTarget()], custom }), fakeContext());

  // Collect makes a new value; from there on each stage adds to the value, so the marks stay on it.
  assert.deepEqual(trailOf(publication.source), ["before collect 1", "before collect 2"]);
  const expected = STAGES.flatMap((
    stage,
  ) => [`before ${stage} 1`, `before ${stage} 2`, `after ${stage} 1`, `after ${stage} 2`]);
  assert.deepEqual(trailOf(publication), expected.slice(2));
  // Each step saw all marks before it.
  assert.deepEqual(trails.slice(0, 2), ["before collect 1", "before collect 1, before collect 2"]);
  assert.deepEqual(trails.slice(2), expected.slice(2).map((_, at) => expected.slice(2, at + 3).join(", ")));
});

Deno.test("publish() publishes what a custom step made of the value", async () => {
  const target = memoryTarget();
  const custom: CustomSteps = {
    after: {
      collect: [{
        name: "add",
        run: (collected) => Promise.resolve({ ...collected, entries: [...collected.entries, fileEntry("added")] }),
      }],
      upload: [{
        name: "no latest",
        run: (uploaded) =>
          Promise.resolve({ ...uploaded, tags: uploaded.tags.filter(({ name }) => name !== "latest") }),
      }],
    },
    before: {
      annotate: [{
        name: "rename",
        run: (packed) =>
          Promise.resolve({ ...packed, archive: { ...packed.archive, artifactType: "application/vnd.x" } }),
      }],
    },
  };
  const publication = await publish(SOURCE, fakePipeline({ upload: [target], custom }), fakeContext());
  assert.deepEqual(publication.entries.map(({ path }) => path), ["a.yaml", "added"]);
  assert.equal(publication.manifest.descriptor.artifactType, "application/vnd.x");
  assert.deepEqual([...target.tags.keys()], ["1.0.0"]);
});

for (const [at, stage] of STAGES.entries()) {
  Deno.test(`publish() stops before ${stage} when it is aborted just before`, async () => {
    const abort = new AbortController();
    const reason = new DOMException("Interrupted", "AbortError");
    const journal: string[] = [];
    const target = memoryTarget({ before: (call) => void journal.push(call) });
    const before = STAGES[at - 1];
    const aborting: AnyStep = {
      name: "abort",
      run: (value) => {
        abort.abort(reason);
        return Promise.resolve(value);
      },
    };
    const custom: CustomSteps = before === undefined ? {} : { after: { [before]: [aborting] } };
    if (before === undefined) abort.abort(reason);

    const pipeline = { ...journaling(journal, [target]), custom };
    const error = await stageErrorOf(publish(SOURCE, pipeline, fakeContext(abort.signal)));

    assert.deepEqual([error.stage, error.plugin, error.cause], [stage, undefined, reason]);
    const started = ["collect", "filter", "archive", "annotate", "name tags", "resolve 1.0.0", "upload"];
    const expected = at < 5 ? started.slice(0, at) : started;
    assert.deepEqual(journal, at < 4 ? expected : [...expected, "discard"]);
    assert.equal(target.tags.size, 0);
  });
}

Deno.test("plan() gives the artifact that publish() makes, and touches no target", async () => {
  const targets = [memoryTarget(), memoryTarget({ ownTag: "edge" }), memoryTarget({ ownDigest: OTHER })];
  const named: string[] = [];
  const pipeline = fakePipeline({
    upload: targets,
    tag: [{ name: "watching", tags: () => Promise.resolve((named.push("asked"), [])) }],
    custom: {
      before: { upload: [brokenStep()], tag: [brokenStep()] },
      after: { upload: [brokenStep()], tag: [brokenStep()] },
    },
  });
  const artifact = await plan(SOURCE, pipeline, fakeContext());
  assert.deepEqual(targets.map(({ calls }) => calls), [[], [], []]);
  assert.deepEqual(named, []);
  const target = memoryTarget();
  const publication = await publish(SOURCE, fakePipeline({ upload: [target] }), fakeContext());
  assert.equal(artifact.manifest.descriptor.digest, publication.manifest.descriptor.digest);
  assert.deepEqual(Object.keys(artifact).toSorted(), [
    "annotations",
    "archive",
    "dropped",
    "entries",
    "manifest",
    "source",
  ]);
});

Deno.test("plan() runs the custom steps around its four stages", async () => {
  const ran: string[] = [];
  const custom = aroundEveryStage((
    place,
  ) => [{ name: place, run: (value) => Promise.resolve((ran.push(place), value)) }]);
  await plan(SOURCE, fakePipeline({ custom }), fakeContext());
  assert.deepEqual(ran, STAGES.slice(0, 4).flatMap((stage) => [`before ${stage}`, `after ${stage}`]));
});

/** A pipeline whose plugins say when they run. */
function journaling(journal: string[], upload: readonly MemoryTarget[]): Pipeline {
  const { collect, filter, archive, annotate, tag } = fakePipeline();
  const note = <Args extends readonly unknown[], Result>(what: string, run: (...args: Args) => Result) => {
    return (...args: Args): Result => {
      journal.push(what);
      return run(...args);
    };
  };
  return {
    collect: collect.map((each) => ({ ...each, collect: note("collect", each.collect) })),
    filter: filter.map((each) => ({ ...each, filter: note("filter", each.filter) })),
    archive: { ...archive, archive: note("archive", archive.archive) },
    annotate: annotate.map((each) => ({ ...each, annotate: note("annotate", each.annotate) })),
    upload,
    tag: tag.map((each, at) => at === 0 ? { ...each, tags: note("name tags", each.tags) } : each),
  };
}

/** Three targets, a, b and c; in one of them a call fails. */
function failing(name: string, call: string): readonly MemoryTarget[] {
  return ["a", "b", "c"].map((each) =>
    memoryTarget({
      url: `oci://${each}/x`,
      before: (started) => {
        if (each === name && started.startsWith(call)) throw new Error(`Cannot ${call}`);
      },
    })
  );
}

/** A custom step that can stand anywhere. */
interface AnyStep {
  readonly name: string;
  run<Value extends object>(value: Value): Promise<Value>;
}

function aroundEveryStage(steps: (place: string) => readonly AnyStep[]): CustomSteps {
  return {
    before: Object.fromEntries(
      STAGES.map((stage): [StageName, readonly AnyStep[]] => [stage, steps(`before ${stage}`)]),
    ),
    after: Object.fromEntries(STAGES.map((stage): [StageName, readonly AnyStep[]] => [stage, steps(`after ${stage}`)])),
  };
}

function brokenStep(): AnyStep {
  return { name: "broken", run: () => Promise.reject(new Error("Cannot do it")) };
}

function trailOf(value: object): readonly string[] {
  return "trail" in value && Array.isArray(value.trail) ? value.trail : [];
}

function warnings(messages: readonly string[]): readonly string[] {
  return messages.filter((message) => message.startsWith("warn: "));
}

async function stageErrorOf(work: Promise<unknown>): Promise<StageError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof StageError);
    return error;
  }
  assert.fail("nothing was thrown");
}
