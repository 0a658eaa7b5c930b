import assert from "node:assert/strict";
import type { CustomSteps } from "../../src/pipeline/flow.ts";
import { planArtifact, publish } from "../../src/pipeline/publish.ts";
import type { Target } from "../../src/pipeline/target.ts";
import type { StageName } from "../../src/pipeline/stage_error.ts";
import { memoryTarget } from "../support/memory_target.ts";
import {
  type AnyStep,
  brokenStep,
  fakeContext,
  fakePipeline,
  fakePlugin,
  fileEntry,
  journalingPipeline,
  SOURCE,
  stageErrorOf,
} from "./fakes.ts";

const STAGES: readonly StageName[] = ["collect", "filter", "archive", "annotate", "upload", "tag"];

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
  const expected = STAGES.flatMap((stage) => {
    return [`before ${stage} 1`, `before ${stage} 2`, `after ${stage} 1`, `after ${stage} 2`];
  });
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

    const pipeline = { ...journalingPipeline(journal, [target]), custom };
    const error = await stageErrorOf(publish(SOURCE, pipeline, fakeContext(abort.signal)));

    assert.deepEqual([error.stage, error.plugin, error.cause], [stage, undefined, reason]);
    const started = ["collect", "filter", "archive", "annotate", "name tags", "resolve 1.0.0", "upload"];
    const expected = at < 5 ? started.slice(0, at) : started;
    assert.deepEqual(journal, at < 4 ? expected : [...expected, "discard"]);
    assert.equal(target.tags.size, 0);
  });
}

Deno.test("plan() gives the artifact that publish() makes, and touches no target", async () => {
  const targets = [
    memoryTarget(),
    memoryTarget({ ownTag: "edge" }),
    memoryTarget({ ownDigest: `sha256:${"0".repeat(64)}` }),
  ];
  const named: string[] = [];
  const pipeline = fakePipeline({
    upload: targets,
    tag: [fakePlugin("tag", "watching", () => (named.push("asked"), { tags: [] }))],
    custom: {
      before: { upload: [brokenStep()], tag: [brokenStep()] },
      after: { upload: [brokenStep()], tag: [brokenStep()] },
    },
  });
  const artifact = await planArtifact(SOURCE, pipeline, fakeContext());
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
  const custom = aroundEveryStage((place) => {
    return [{ name: place, run: (value) => Promise.resolve((ran.push(place), value)) }];
  });
  await planArtifact(SOURCE, fakePipeline({ custom }), fakeContext());
  assert.deepEqual(ran, STAGES.slice(0, 4).flatMap((stage) => [`before ${stage}`, `after ${stage}`]));
});

function aroundEveryStage(steps: (place: string) => readonly AnyStep[]): CustomSteps {
  const places = (when: string): Record<string, readonly AnyStep[]> =>
    Object.fromEntries(STAGES.map((stage) => [stage, steps(`${when} ${stage}`)]));
  return { before: places("before"), after: places("after") };
}

function trailOf(value: object): readonly string[] {
  return "trail" in value && Array.isArray(value.trail) ? value.trail : [];
}

Deno.test("publish() tells a target that its tags are next only when nothing stands between", async () => {
  const step = { name: "step", run: <Value>(value: Value) => Promise.resolve(value) };
  const cases: readonly (readonly [targets: number, custom: CustomSteps, areNext: boolean])[] = [
    [1, {}, true],
    [1, { before: { upload: [step] }, after: { tag: [step] } }, true],
    [1, { after: { upload: [step] } }, false],
    [1, { before: { tag: [step] } }, false],
    [2, {}, false],
  ];
  for (const [count, custom, areNext] of cases) {
    const told: unknown[] = [];
    const targets = Array.from({ length: count }, (_, at) => {
      const target = memoryTarget({ url: `oci://memory.test/${at}` });
      const spied: Target = {
        ...target,
        upload: (artifact, tags, context, options) => (told.push(options), target.upload(artifact, tags, context)),
      };
      return spied;
    });
    await publish(SOURCE, fakePipeline({ upload: targets, custom }), fakeContext());
    assert.deepEqual(told, targets.map(() => ({ areTagsNext: areNext })));
  }
});
