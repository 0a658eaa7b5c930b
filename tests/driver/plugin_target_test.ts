import assert from "node:assert/strict";
import { pluginTarget } from "../../src/driver/plugin_target.ts";
import type { Digest } from "../../src/oci/digest.ts";
import type { Kit, Place, Plugin, StageIO } from "../../src/pipeline/plugin.ts";
import { PluginError } from "../../src/pipeline/plugin_error.ts";
import { publish } from "../../src/pipeline/publish.ts";
import { type Target, TargetsError } from "../../src/pipeline/target.ts";
import type { Artifact } from "../../src/pipeline/values.ts";
import { fakeArtifact, fakeContext, fakePipeline, SOURCE, stageErrorOf } from "../pipeline/fakes.ts";
import { prepared } from "../support/prepared.ts";

const TAGS = [{ name: "1.0.0", immutable: true }, { name: "latest", immutable: false }];
const OTHER: Digest = `sha256:${"0".repeat(64)}`;

/** What an upload plugin does; the rest of it is right. */
interface Parts extends Partial<Place<{ readonly root: string }>> {
  readonly run?: (input: StageIO["upload"]["in"]) => unknown;
}

function target({ run, ...place }: Parts = {}): Target {
  const factory = (kit: Kit): Plugin<"upload", { readonly root: string }> =>
    kit.plugin({
      name: "acme:webdav",
      version: "1.0.0",
      apiVersion: 1,
      stage: "upload",
      options: kit.z.strictObject({ root: kit.z.string() }),
      run: (input) => (run ?? everything)(input) as StageIO["upload"]["out"],
      place: {
        url: ({ root }) => `webdav:${root}`,
        resolve: () => undefined,
        tag: ({ tags }) => ({ moved: tags.map(({ name }) => ({ tag: name })) }),
        ...place,
      },
    });
  return pluginTarget(prepared<"upload">(factory, { origin: "./webdav.ts", options: { root: "https://files" } }));
}

function everything({ manifest, blobs }: StageIO["upload"]["in"]): StageIO["upload"]["out"] {
  return { uploaded: [...blobs, manifest].map(({ descriptor }) => descriptor.digest), existing: [] };
}

Deno.test("pluginTarget() is a target like any other, with the place of the plugin's options", async () => {
  const calls: unknown[] = [];
  const mine = target({
    resolve: ({ tag }) => (calls.push(`resolve ${tag}`), undefined),
    tag: ({ tags, blobs }) => {
      calls.push(["tag", blobs.length]);
      return { moved: tags.map(({ name }) => ({ tag: name, from: OTHER })) };
    },
    discard: () => void calls.push("discard"),
    run: (input) => (calls.push(input.tags.map(({ name }) => name)), everything(input)),
  });
  const { published, archive, manifest } = await publish(SOURCE, fakePipeline({ upload: [mine] }), fakeContext());
  const all = [archive.config, ...archive.layers, manifest].map(({ descriptor }) => descriptor);
  assert.deepEqual(calls, ["resolve 1.0.0", ["1.0.0", "latest"], ["tag", 2], "discard"]);
  assert.deepEqual(published, [{
    url: "webdav:https://files",
    uploaded: all,
    existing: [],
    bytesSent: all.reduce((sum, { size }) => sum + size, 0),
    tags: [{ tag: "1.0.0", from: OTHER }, { tag: "latest", from: OTHER }],
  }]);
});

Deno.test("pluginTarget() tells what was there, and what was sent in bytes as the plugin counts", async () => {
  const artifact = await fakeArtifact();
  const { manifest, archive: { config, layers: [layer] } } = artifact;
  const [a, b, c] = [config, layer ?? config, manifest].map(({ descriptor }) => descriptor);
  assert.ok(a !== undefined && b !== undefined && c !== undefined);
  const mine = target({
    run: () => ({ uploaded: [c.digest, b.digest, c.digest], existing: [a.digest], bytesSent: 99 }),
  });
  assert.deepEqual(await mine.upload(artifact, TAGS, fakeContext()), {
    url: "webdav:https://files",
    uploaded: [c, b],
    existing: [a],
    bytesSent: 99,
  });
});

Deno.test("pluginTarget() sets no tags in a place whose upload was skipped", async () => {
  const mine = target({ run: () => ({ skipped: "not on this branch" }), tag: () => assert.fail("it was tagged") });
  const artifact = await fakeArtifact();
  assert.deepEqual(await mine.upload(artifact, TAGS, fakeContext()), {
    url: "webdav:https://files",
    uploaded: [],
    existing: [],
    bytesSent: 0,
    isSkipped: true,
  });
  assert.deepEqual(await mine.tag(artifact, TAGS, fakeContext()), []);
});

const BLAMED: readonly (readonly [
  problem: string | RegExp,
  parts: Parts,
  work: (mine: Target, artifact: Artifact) => Promise<unknown>,
])[] = [
  [
    `it names ${OTHER}, which was not to be uploaded`,
    { run: (input) => ({ ...everything(input), existing: [OTHER] }) },
    (mine, artifact) => mine.upload(artifact, TAGS, fakeContext()),
  ],
  [
    /^it says nothing of sha256:/,
    { run: () => ({ uploaded: [], existing: [] }) },
    (mine, artifact) => mine.upload(artifact, TAGS, fakeContext()),
  ],
  [
    "uploaded[0] must be a digest, such as sha256:9f86d0...",
    { run: () => ({ uploaded: ["x"], existing: [] }) },
    (mine, artifact) => mine.upload(artifact, TAGS, fakeContext()),
  ],
  [
    'moved names tag "other", which was not to be set',
    { tag: ({ tags }) => ({ moved: [...tags.map(({ name }) => ({ tag: name })), { tag: "other" }] }) },
    (mine, artifact) => mine.tag(artifact, TAGS, fakeContext()),
  ],
  [
    'moved says nothing of tag "latest"',
    { tag: () => ({ moved: [{ tag: "1.0.0" }] }) },
    (mine, artifact) => mine.tag(artifact, TAGS, fakeContext()),
  ],
  [
    "it is missing",
    { tag: () => undefined as never },
    (mine, artifact) => mine.tag(artifact, TAGS, fakeContext()),
  ],
  [
    "place.resolve gave a string and no digest",
    { resolve: () => "abc" as never },
    (mine) => mine.resolve("latest", fakeContext()),
  ],
];

for (const [problem, parts, work] of BLAMED) {
  Deno.test(`pluginTarget() blames the plugin: ${problem}`, async () => {
    await assert.rejects(work(target(parts), await fakeArtifact()), (error) => {
      assert.ok(error instanceof PluginError);
      assert.deepEqual([error.code, error.plugin, error.stage], ["PLUGIN_OUTPUT", "acme:webdav", "upload"]);
      const said = error.message.replace("Plugin acme:webdav (upload) gave a wrong result: ", "");
      if (typeof problem === "string") assert.equal(said, problem);
      else assert.match(said, problem);
      return true;
    });
  });
}

Deno.test("publish() names the place of an upload plugin that failed, and the plugin", async () => {
  const mine = target({
    run: () => {
      throw new TypeError("fetch failed");
    },
  });
  const error = await stageErrorOf(publish(SOURCE, fakePipeline({ upload: [mine] }), fakeContext()));
  assert.equal(error.stage, "upload");
  assert.ok(error.cause instanceof TargetsError);
  assert.deepEqual(error.cause.failed, ["webdav:https://files"]);
  assert.equal(error.message, "Plugin acme:webdav (upload) threw TypeError: fetch failed");
});

Deno.test("a place that cannot say what a tag points to takes no tags that may not move", async () => {
  const bare = (kit: Kit): Plugin<"upload", unknown> =>
    kit.plugin({
      name: "acme:bare",
      version: "1.0.0",
      apiVersion: 1,
      stage: "upload",
      options: kit.z.strictObject({}),
      run: everything,
      place: { url: () => "webdav:x", tag: () => ({ moved: [] }) },
    });
  const mine = pluginTarget(prepared<"upload">(bare, { origin: "./webdav.ts" }));
  const error = await stageErrorOf(publish(SOURCE, fakePipeline({ upload: [mine] }), fakeContext()));
  assert.equal(
    error.message,
    'Cannot promise that tag "1.0.0" of webdav:x does not move: plugin acme:bare cannot say what it points to',
  );
  const { published } = await publish(SOURCE, fakePipeline({ upload: [mine], tag: [] }), fakeContext());
  assert.deepEqual(published.map(({ url }) => url), ["webdav:x"]);
});

Deno.test("a plugin whose place has no URL is refused before anything runs", () => {
  assert.throws(() => target({ url: () => "" }), {
    name: "PluginError",
    message: 'Cannot use plugin "acme:webdav": its place.url gives a string',
  });
});
