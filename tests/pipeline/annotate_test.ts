import assert from "node:assert/strict";
import { annotate } from "../../src/pipeline/annotate.ts";
import type { ReadyPlugin } from "../../src/pipeline/ready_plugin.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { annotator, fakeArchive, fakeContext, fakePacked, fakePlugin } from "./fakes.ts";

Deno.test("annotate() lets the first annotator to know a key win, and keeps who that was", async () => {
  const step = annotate([
    annotator("flags", { b: "1" }),
    annotator("env", { b: "2", a: "2", c: "" }),
    annotator("git", { a: "3", b: "3", c: "3", d: "3" }),
  ]);
  const { annotations } = await step(fakePacked(), fakeContext());
  assert.deepEqual(annotations, {
    a: { value: "2", from: "env" },
    b: { value: "1", from: "flags" },
    // An empty value is known as well.
    c: { value: "", from: "env" },
    d: { value: "3", from: "git" },
  });
  assert.deepEqual(Object.keys(annotations), ["a", "b", "c", "d"]);
});

Deno.test("annotate() tells each annotator what is packed, and what is known so far", async () => {
  const packed = fakePacked();
  const seen: unknown[] = [];
  const watching = fakePlugin("annotate", "watching", ({ entries, config, layers, known }) => {
    seen.push([entries, config, layers], known);
    return { set: {} };
  });
  const step = annotate([watching, annotator("flags", { b: "1" }), annotator("env", { b: "2", a: "2" }), watching]);
  await step(packed, fakeContext());
  const { config, layers } = packed.archive;
  const given = [packed.entries, config.descriptor, layers.map(({ descriptor }) => descriptor)];
  assert.deepEqual(seen, [
    given,
    {},
    given,
    { b: { value: "1", from: "flags" }, a: { value: "2", from: "env" } },
  ]);
});

Deno.test("annotate() publishes no credentials in the source, whoever knows it", async () => {
  const key = "org.opencontainers.image.source";
  const { annotations } = await annotate([annotator("mine", { [key]: "git@example.com:acme/app.git" })])(
    fakePacked(),
    fakeContext(),
  );
  assert.deepEqual(annotations[key], { value: "https://example.com/acme/app", from: "mine" });
  const step = annotate([annotator("mine", { [key]: "file:///robot:hunter2@host" })]);
  await assert.rejects(step(fakePacked(), fakeContext()), {
    message:
      `Plugin mine (annotate) gave a wrong result: set["${key}"] must be the URL of a repository, without credentials`,
  });
});

Deno.test("annotate() publishes a creation time as consumers parse it, and none that is no time", async () => {
  const key = "org.opencontainers.image.created";
  const created = (value: string) => annotate([annotator("mine", { [key]: value })])(fakePacked(), fakeContext());
  const { annotations } = await created("2024-05-31T12:00:00.5+02:00");
  assert.deepEqual(annotations[key], { value: "2024-05-31T10:00:00Z", from: "mine" });
  for (const value of ["yesterday", "", "2024-05-31", "1717158896", "2024-02-30T12:00:00Z"]) {
    await assert.rejects(created(value), {
      name: "PluginError",
      message:
        /^Plugin mine \(annotate\) gave a wrong result: set\[".*created"\] must be a time \(RFC 3339\): Cannot parse/,
    }, value);
  }
});

Deno.test("annotate() does not let an annotator change what others know", async () => {
  const meddling = (origin?: string): ReadyPlugin<"annotate"> =>
    fakePlugin("annotate", "meddling", ({ known }) => {
      Reflect.deleteProperty(known, "a");
      return { set: {} };
    }, origin === undefined ? {} : { origin });
  for (const each of [meddling(), meddling("./meddling.ts")]) {
    const { annotations } = await annotate([annotator("flags", { a: "1" }), each])(fakePacked(), fakeContext());
    assert.deepEqual(annotations, { a: { value: "1", from: "flags" } });
  }
});

Deno.test("annotate() names the plugin as the origin of a value that has none", async () => {
  const plain = fakePlugin("annotate", "plain", () => ({ set: { a: "1" } }));
  const { annotations } = await annotate([plain])(fakePacked(), fakeContext());
  assert.deepEqual(annotations, { a: { value: "1", from: "plain" } });
});

Deno.test("annotate() writes the manifest with config, layers and annotations", async () => {
  const packed = fakePacked();
  const { manifest, ...rest } = await annotate([annotator("flags", { b: "1", a: "2" })])(packed, fakeContext());
  const { config, layers } = packed.archive;
  const bytes = await collectBytes(manifest.open());
  assert.deepEqual(JSON.parse(new TextDecoder().decode(bytes)), {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
    annotations: { a: "2", b: "1" },
  });
  assert.equal(manifest.descriptor.mediaType, "application/vnd.oci.image.manifest.v1+json");
  assert.equal(manifest.descriptor.size, bytes.byteLength);
  assert.equal("artifactType" in manifest.descriptor, false);
  assert.deepEqual({ ...rest, annotations: undefined }, { ...packed, annotations: undefined });
});

Deno.test("annotate() puts the artifact's type into the manifest and into its descriptor", async () => {
  const packed = fakePacked();
  const typed = {
    ...packed,
    archive: fakeArchive(packed.entries, "application/vnd.test.v1"),
  };
  const { manifest } = await annotate([])(typed, fakeContext());
  const json = JSON.parse(new TextDecoder().decode(await collectBytes(manifest.open())));
  assert.equal(json.artifactType, "application/vnd.test.v1");
  assert.equal("annotations" in json, false);
  assert.equal(manifest.descriptor.artifactType, "application/vnd.test.v1");
});

Deno.test("annotate() gives the same digest whichever annotator knew a value", async () => {
  const packed = fakePacked();
  const one = await annotate([annotator("flags", { a: "1", b: "2" })])(packed, fakeContext());
  const two = await annotate([annotator("env", { b: "2" }), annotator("git", { a: "1" })])(packed, fakeContext());
  assert.equal(one.manifest.descriptor.digest, two.manifest.descriptor.digest);
});

Deno.test("annotate() takes __proto__ for a key like any other", async () => {
  const odd = fakePlugin(
    "annotate",
    "odd",
    () => ({ set: JSON.parse('{"__proto__":{"value":"1","from":"odd"}}') }),
    { origin: "./odd.ts" },
  );
  const later = annotator("later", JSON.parse('{"__proto__":"2"}'));
  const { annotations, manifest } = await annotate([odd, later])(fakePacked(), fakeContext());
  assert.deepEqual(Object.entries(annotations), [["__proto__", { value: "1", from: "odd" }]]);
  const text = new TextDecoder().decode(await collectBytes(manifest.open()));
  assert.match(text, /"annotations":\{"__proto__":"1"\}/);
});

Deno.test("annotate() names the annotator that failed", async () => {
  const cause = new Error("Cannot ask git");
  const broken = fakePlugin("annotate", "broken", () => Promise.reject(cause));
  await assert.rejects(annotate([annotator("fine", {}), broken])(fakePacked(), fakeContext()), {
    name: "StageError",
    message: "Cannot ask git",
    stage: "annotate",
    plugin: "broken",
    cause,
  });
});
