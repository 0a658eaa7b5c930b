import assert from "node:assert/strict";
import type { Digest } from "../../src/oci/digest.ts";
import { StageError } from "../../src/pipeline/stage_error.ts";
import { TargetsError } from "../../src/pipeline/target.ts";
import { upload } from "../../src/pipeline/upload.ts";
import { memoryTarget } from "../support/memory_target.ts";
import { fakeArtifact, fakeContext, tagger, targetsErrorOf } from "./fakes.ts";
import { TagExistsError } from "../../src/store/store.ts";

const OTHER: Digest = `sha256:${"0".repeat(64)}`;
const VERSION = tagger("version", [{ name: "1.0.0", immutable: true }]);
const LATEST = tagger("latest", [{ name: "latest", immutable: false }]);

Deno.test("upload() brings everything to every target, the manifest last, and sets no tag", async () => {
  const targets = [memoryTarget({ url: "oci://a/x" }), memoryTarget({ url: "oci://b/x", ownTag: "edge" })];
  const artifact = await fakeArtifact();
  const { archive, manifest } = artifact;
  const all = [archive.config, ...archive.layers, manifest].map(({ descriptor }) => descriptor);

  const uploaded = await upload(targets, [VERSION, LATEST])(artifact, fakeContext());

  for (const target of targets) {
    assert.deepEqual([...target.contents.keys()], all.map(({ digest }) => digest));
    assert.deepEqual([...target.tags], []);
  }
  assert.deepEqual(uploaded, {
    ...artifact,
    tags: [{ name: "1.0.0", immutable: true }, { name: "latest", immutable: false }],
    receipts: targets.map(({ url }) => ({
      url,
      uploaded: all,
      existing: [],
      bytesSent: all.reduce((sum, { size }) => sum + size, 0),
    })),
  });
});

Deno.test("upload() tells each target the tags that it will set", async () => {
  const told: unknown[] = [];
  const target = memoryTarget({ ownTag: "edge" });
  const watching = {
    ...target,
    upload: (...args: Parameters<typeof target.upload>) => {
      told.push(args[1]);
      return target.upload(...args);
    },
  };
  await upload([watching], [VERSION])(await fakeArtifact(), fakeContext());
  assert.deepEqual(told, [[{ name: "edge", immutable: false }, { name: "1.0.0", immutable: true }]]);
});

Deno.test("upload() asks every target about immutable tags, and about no others, before any upload", async () => {
  const journal: string[] = [];
  const targets = ["a", "b"].map((name) =>
    memoryTarget({ url: `oci://${name}/x`, ownTag: "edge", before: (call) => void journal.push(`${name} ${call}`) })
  );
  await upload(targets, [LATEST, VERSION])(await fakeArtifact(), fakeContext());
  assert.deepEqual(journal, ["a resolve 1.0.0", "b resolve 1.0.0", "a upload", "b upload"]);
});

Deno.test("upload() stops before any upload when an immutable tag would have to move", async () => {
  const targets = [
    memoryTarget({ url: "oci://a/x" }),
    memoryTarget({ url: "oci://b/x", tags: { "1.0.0": OTHER, latest: OTHER } }),
  ];
  const artifact = await fakeArtifact();
  const error = await targetsErrorOf(upload(targets, [VERSION, LATEST])(artifact, fakeContext()));
  assert.deepEqual(targets.map(({ calls }) => calls), [["resolve 1.0.0"], ["resolve 1.0.0"]]);
  assert.deepEqual([error.done, error.failed], [["oci://a/x"], ["oci://b/x"]]);
  assert.equal(
    error.message,
    `Cannot move tag "1.0.0" of oci://b/x: it is immutable and already points to ${OTHER}, ` +
      `and this is ${artifact.manifest.descriptor.digest}`,
  );
  const [only] = error.errors;
  assert.ok(only instanceof StageError);
  assert.deepEqual([only.stage, only.plugin], ["upload", "oci://b/x"]);
  assert.ok(only.cause instanceof TagExistsError);
});

Deno.test("upload() takes an immutable tag that points to the same digest, and a free one that points elsewhere", async () => {
  const artifact = await fakeArtifact();
  const target = memoryTarget({ tags: { "1.0.0": artifact.manifest.descriptor.digest, latest: OTHER } });
  await upload([target], [VERSION, LATEST])(artifact, fakeContext());
  assert.deepEqual(target.calls, ["resolve 1.0.0", "upload"]);
});

Deno.test("upload() holds a target's own tag to what a tagger says of it", async () => {
  const target = memoryTarget({ ownTag: "1.0.0", tags: { "1.0.0": OTHER } });
  await assert.rejects(upload([target], [VERSION])(await fakeArtifact(), fakeContext()), TargetsError);
  await upload([target], [])(await fakeArtifact(), fakeContext());
  assert.deepEqual(target.calls, ["resolve 1.0.0", "upload"]);
});

Deno.test("upload() contacts nobody when a target's own digest is another one", async () => {
  const artifact = await fakeArtifact();
  const targets = [memoryTarget(), memoryTarget({ url: "oci://b/x", ownDigest: OTHER })];
  await assert.rejects(upload(targets, [VERSION])(artifact, fakeContext()), {
    name: "RangeError",
    message: `Cannot publish to oci://b/x@${OTHER}: the artifact's digest is ${artifact.manifest.descriptor.digest}`,
  });
  assert.deepEqual(targets.map(({ calls }) => calls), [[], []]);
});

Deno.test("upload() goes on when a target's own digest is the artifact's", async () => {
  const artifact = await fakeArtifact();
  const target = memoryTarget({ ownDigest: artifact.manifest.descriptor.digest });
  await upload([target], [])(artifact, fakeContext());
  assert.deepEqual(target.calls, ["upload"]);
});

Deno.test("upload() sends nothing that is there already", async () => {
  const target = memoryTarget();
  const artifact = await fakeArtifact();
  await upload([target], [])(artifact, fakeContext());
  const { receipts: [receipt] } = await upload([target], [])(artifact, fakeContext());
  assert.deepEqual([receipt?.uploaded, receipt?.existing.length, receipt?.bytesSent], [[], 3, 0]);
});

Deno.test("upload() names the target that cannot say what a tag points to", async () => {
  const target = memoryTarget({
    url: "oci://a/x",
    before: () => {
      throw new Error("Cannot reach a");
    },
  });
  const error = await targetsErrorOf(upload([target], [VERSION])(await fakeArtifact(), fakeContext()));
  const [only] = error.errors;
  assert.ok(only instanceof StageError);
  assert.deepEqual([only.message, only.stage, only.plugin], ["Cannot reach a", "upload", "oci://a/x"]);
});

Deno.test("upload() contacts nobody when a tagger fails", async () => {
  const target = memoryTarget();
  const step = upload([target], [VERSION, tagger("broken", [{ name: "a b", immutable: false }])]);
  await assert.rejects(step(await fakeArtifact(), fakeContext()), { name: "StageError", plugin: "broken" });
  assert.deepEqual(target.calls, []);
});
