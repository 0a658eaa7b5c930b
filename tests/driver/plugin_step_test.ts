import assert from "node:assert/strict";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { PluginError } from "../../src/pipeline/plugin_error.ts";
import { pluginSteps, type StepStage } from "../../src/driver/plugin_step.ts";
import { planArtifact, publish } from "../../src/pipeline/publish.ts";
import type { ReadyOf } from "../../src/pipeline/ready_plugin.ts";
import { STAGES } from "../../src/pipeline/stages.ts";
import { UnsupportedError } from "../../src/store/store.ts";
import { type Target, TargetsError } from "../../src/pipeline/target.ts";
import { memoryTarget } from "../support/memory_target.ts";
import {
  fakeContext,
  fakePipeline,
  fakePlugin,
  type FakeUse,
  fileEntry,
  SOURCE,
  stageErrorOf,
} from "../pipeline/fakes.ts";

const FOREIGN: FakeUse = { origin: "./mine.ts" };
const LAYER = bytesContent("text/plain", new TextEncoder().encode("scanned"));

function pipelineWith(
  steps: readonly ReadyOf<StepStage>[],
  targets: readonly Target[] = [memoryTarget()],
): ReturnType<typeof fakePipeline> {
  return fakePipeline({ upload: targets, custom: pluginSteps(steps, targets) });
}

Deno.test("pluginSteps() runs plugins at every place, in order and each on the value that flows there", async () => {
  const places = STAGES.filter((stage): stage is StepStage => stage.includes(":"));
  const ran: string[] = [];
  const steps = places.flatMap((stage) =>
    ["1", "2"].map((name): ReadyOf<StepStage> =>
      fakePlugin<StepStage>(stage, name, (input) => {
        ran.push(`${stage} ${name}: ${Object.keys(input).at(-1)}`);
      }, FOREIGN)
    )
  );
  await publish(SOURCE, pipelineWith(steps), fakeContext());
  assert.equal(places.length, 12);
  assert.deepEqual(
    ran.map((each) => each.replace(/: .*/, "")),
    places.flatMap((place) => [`${place} 1`, `${place} 2`]),
  );
  assert.deepEqual([...new Set(ran.map((each) => each.replace(/ .: /, ": ")))], [
    "before:collect: location",
    "after:collect: entries",
    "before:filter: entries",
    "after:filter: dropped",
    "before:archive: dropped",
    "after:archive: archive",
    "before:annotate: archive",
    "after:annotate: manifest",
    "before:upload: manifest",
    "after:upload: receipts",
    "before:tag: receipts",
    "after:tag: published",
  ]);
});

for (const stage of ["after:collect", "before:filter", "after:filter", "before:archive"] as const) {
  Deno.test(`a plugin of ${stage} changes entries, and what it leaves out is named`, async () => {
    const step = fakePlugin(stage, "swap", ({ entries }, { entry }) => ({
      entries: [entry("z.yaml", "z"), ...entries.filter(({ path }) => path !== "a.yaml"), entry("0.yaml", "0")],
    }), FOREIGN);
    const artifact = await planArtifact(SOURCE, pipelineWith([step]), fakeContext());
    assert.deepEqual(artifact.entries.map(({ path }) => path), ["0.yaml", "z.yaml"]);
    const dropped = [{ path: "a.yaml", reason: "left out by swap" }, { path: "b.md", reason: "the rule of ignore" }];
    assert.deepEqual(artifact.dropped.toSorted((a, b) => a.path < b.path ? -1 : 1), dropped);
  });
}

Deno.test("a plugin that gives the same path twice is named", async () => {
  const step = fakePlugin("after:collect", "twice", () => ({ entries: [fileEntry("a"), fileEntry("a")] }), FOREIGN);
  const error = await stageErrorOf(planArtifact(SOURCE, pipelineWith([step]), fakeContext()));
  assert.deepEqual([error.stage, error.plugin, error.message], [
    "collect",
    "twice",
    'Plugin twice (after:collect) gave a wrong result: entries[1].path "a" is there twice',
  ]);
});

for (const stage of ["after:archive", "before:annotate"] as const) {
  Deno.test(`a plugin of ${stage} changes what is packed`, async () => {
    const step = fakePlugin(stage, "sign", ({ archive }) => ({
      artifactType: "application/vnd.signed",
      config: archive.config,
      layers: [...archive.layers, LAYER],
    }), FOREIGN);
    const artifact = await planArtifact(SOURCE, pipelineWith([step]), fakeContext());
    assert.equal(artifact.archive.profile, "test");
    assert.equal(artifact.archive.layers.at(-1)?.descriptor, LAYER.descriptor);
    assert.equal(artifact.manifest.descriptor.artifactType, "application/vnd.signed");
  });
}

Deno.test("a gate after archive stops the publication before anything was contacted", async () => {
  const target = memoryTarget();
  const gate = fakePlugin("after:archive", "acme:gate", (_packed, context) => {
    context.fail("POLICY", "Secrets must not be published", { hint: "seal them" });
  }, FOREIGN);
  const error = await stageErrorOf(publish(SOURCE, pipelineWith([gate], [target]), fakeContext()));
  assert.deepEqual([error.stage, error.plugin, error.message], [
    "archive",
    "acme:gate",
    "Secrets must not be published",
  ]);
  assert.ok(error.cause instanceof PluginError);
  assert.deepEqual([error.cause.code, error.cause.stage, error.cause.hint], ["POLICY", "after:archive", "seal them"]);
  assert.deepEqual(target.calls, []);
});

for (const stage of ["after:upload", "before:tag"] as const) {
  Deno.test(`a plugin of ${stage} attaches a referrer in every target before any tag is set`, async () => {
    const journal: string[] = [];
    const targets = ["a", "b"].map((name) =>
      memoryTarget({ url: `oci://${name}/x`, before: (call) => void journal.push(`${name} ${call}`) })
    );
    const step = fakePlugin(stage, "scan", () => ({
      referrers: [{ artifactType: "application/vnd.scan", layers: [LAYER], annotations: { by: "scan" } }],
    }), FOREIGN);
    const publication = await publish(SOURCE, pipelineWith([step], targets), fakeContext());
    assert.deepEqual(journal.filter((call) => !/resolve|discard/.test(call)), [
      "a upload",
      "b upload",
      "a attach application/vnd.scan",
      "b attach application/vnd.scan",
      "a tag 1.0.0 latest",
      "b tag 1.0.0 latest",
    ]);
    const [referrer] = publication.referrers ?? [];
    assert.ok(referrer !== undefined);
    const { mediaType, digest, size } = publication.manifest.descriptor;
    for (const { contents } of targets) {
      const bytes = contents.get(referrer.digest);
      assert.ok(bytes !== undefined && digestOf(bytes) === referrer.digest);
      assert.deepEqual(JSON.parse(new TextDecoder().decode(bytes)), {
        schemaVersion: 2,
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        artifactType: "application/vnd.scan",
        config: {
          mediaType: "application/vnd.oci.empty.v1+json",
          digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
          size: 2,
        },
        layers: [LAYER.descriptor],
        subject: { mediaType, digest, size },
        annotations: { by: "scan" },
      });
      assert.ok(contents.has(LAYER.descriptor.digest));
    }
  });
}

Deno.test("a place that takes no referrers is named, and nothing is attached or tagged anywhere", async () => {
  const able = memoryTarget({ url: "oci://a/x" });
  const unable: Target = { ...memoryTarget({ url: "webdav:b" }), takes: ["companions"] };
  const step = fakePlugin("after:upload", "scan", () => ({
    referrers: [{ artifactType: "application/vnd.scan", layers: [LAYER] }],
  }), FOREIGN);
  const targets = [able, unable];
  const pipeline = fakePipeline({ upload: targets, custom: pluginSteps([step], targets) });
  const error = await stageErrorOf(publish(SOURCE, pipeline, fakeContext()));
  assert.deepEqual([error.stage, error.plugin], ["upload", "scan"]);
  assert.equal(error.message, "Cannot attach application/vnd.scan in webdav:b: it takes no referrers");
  assert.ok(error.cause instanceof TargetsError);
  assert.ok(error.cause.errors[0]?.cause instanceof UnsupportedError);
  assert.deepEqual(able.calls, ["resolve 1.0.0", "upload", "discard"]);
});

for (const stage of ["after:upload", "before:tag"] as const) {
  Deno.test(`a step ${stage} puts layers beside the artifact in every target, before any tag`, async () => {
    const targets = [memoryTarget({ url: "oci://a/x" }), memoryTarget({ url: "oci://b/x" })];
    const step = fakePlugin(stage, "sign", () => ({ companions: [{ ending: "sig", layers: [LAYER] }] }), FOREIGN);
    const publication = await publish(SOURCE, pipelineWith([step], targets), fakeContext());
    const { digest } = publication.manifest.descriptor;
    assert.deepEqual(publication.companions, [`${digest.replace(":", "-")}.sig`]);
    assert.equal(publication.referrers, undefined);
    for (const { calls, contents } of targets) {
      assert.deepEqual(calls.slice(-4), ["upload", "append .sig", "tag 1.0.0 latest", "discard"]);
      assert.ok(contents.has(LAYER.descriptor.digest));
    }
  });
}

Deno.test("a place that takes no tags beside the artifact's own is named, and nothing is brought or tagged", async () => {
  const able = memoryTarget({ url: "oci://a/x" });
  const unable: Target = { ...memoryTarget({ url: "webdav:b" }), takes: ["referrers"] };
  const step = fakePlugin(
    "before:tag",
    "sign",
    () => ({ companions: [{ ending: "sig", layers: [LAYER] }] }),
    FOREIGN,
  );
  const error = await stageErrorOf(publish(SOURCE, pipelineWith([step], [able, unable]), fakeContext()));
  assert.match(error.message, /^Cannot write tag sha256-[0-9a-f]{64}\.sig in webdav:b: it takes no tags beside/);
  assert.ok(able.calls.every((call) => !/^(?:append|tag)/.test(call)));
});

Deno.test("nothing is tagged when a target cannot take a referrer", async () => {
  const targets = ["a", "b"].map((name) =>
    memoryTarget({
      url: `oci://${name}/x`,
      before: (call) => {
        if (name === "b" && call.startsWith("attach")) throw new Error("Cannot attach in b");
      },
    })
  );
  const step = fakePlugin("before:tag", "scan", () => ({
    referrers: [{ artifactType: "application/vnd.scan", layers: [LAYER] }],
  }), FOREIGN);
  const error = await stageErrorOf(publish(SOURCE, pipelineWith([step], targets), fakeContext()));
  assert.deepEqual([error.stage, error.plugin, error.message], ["tag", "scan", "Cannot attach in b"]);
  assert.deepEqual(targets.map(({ tags }) => tags.size), [0, 0]);
});

Deno.test("a notifier after tag sees what was published", async () => {
  const seen: unknown[] = [];
  const step = fakePlugin("after:tag", "notify", ({ published, manifest }) => {
    seen.push(manifest.descriptor.digest, published.map(({ url, tags }) => [url, tags.map(({ tag }) => tag)]));
  }, FOREIGN);
  const publication = await publish(SOURCE, pipelineWith([step]), fakeContext());
  assert.deepEqual(seen, [publication.manifest.descriptor.digest, [["oci://memory.test/app", ["1.0.0", "latest"]]]]);
});
