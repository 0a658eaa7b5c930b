import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { digestOf } from "../../src/oci/digest.ts";
import {
  encodeManifest,
  type Manifest,
  MANIFEST_SIZE_LIMIT,
  orderAnnotations,
  orderDescriptor,
} from "../../src/oci/manifest.ts";

const EMPTY: Descriptor = {
  mediaType: "application/vnd.oci.empty.v1+json",
  digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
  size: 2,
};

const LAYER: Descriptor = {
  mediaType: "text/plain",
  digest: "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  size: 3,
};

Deno.test("encodeManifest() writes a whole manifest in one order, whatever order it was made in", () => {
  // Every object here has its keys in another order than the image-spec.
  const manifest: Manifest = {
    annotations: { "\u{1f600}": "non-BMP", "\uffff": "BMP", b: '<&>\u2028"\\', a: "" },
    subject: { size: 7, digest: LAYER.digest, mediaType: "application/vnd.oci.image.manifest.v1+json" },
    layers: [
      {
        platform: { variant: "v8", os: "linux", architecture: "arm64" },
        artifactType: "application/vnd.example.v1",
        annotations: { z: "1", "org.opencontainers.image.title": "é.txt" },
        size: LAYER.size,
        digest: LAYER.digest,
        mediaType: LAYER.mediaType,
      },
      EMPTY,
    ],
    config: EMPTY,
    artifactType: "application/vnd.example.v1",
  };

  const bytes = encodeManifest(manifest);

  assert.equal(
    new TextDecoder().decode(bytes),
    '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",' +
      '"artifactType":"application/vnd.example.v1",' +
      '"config":{"mediaType":"application/vnd.oci.empty.v1+json",' +
      '"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},' +
      '"layers":[{"mediaType":"text/plain",' +
      '"digest":"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":3,' +
      '"annotations":{"org.opencontainers.image.title":"é.txt","z":"1"},' +
      '"platform":{"architecture":"arm64","os":"linux","variant":"v8"},' +
      '"artifactType":"application/vnd.example.v1"},' +
      '{"mediaType":"application/vnd.oci.empty.v1+json",' +
      '"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2}],' +
      '"subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json",' +
      '"digest":"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","size":7},' +
      '"annotations":{"a":"","b":"<&>\u2028\\"\\\\","\uffff":"BMP","\u{1f600}":"non-BMP"}}',
  );
  assert.equal(digestOf(bytes), "sha256:a5ac8e3b6da7f31c09b6a414ed0b3cb6a07adb2d0423b9b8af9a5b2e6e136ba2");
});

Deno.test("encodeManifest() leaves out what is absent or empty", () => {
  const expected = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",' +
    '"config":{"mediaType":"application/vnd.oci.empty.v1+json",' +
    '"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},"layers":[]}';
  assert.equal(text(encodeManifest({ config: EMPTY, layers: [] })), expected);
  assert.equal(text(encodeManifest({ config: { ...EMPTY, annotations: {} }, layers: [], annotations: {} })), expected);
});

Deno.test("encodeManifest() keeps the order of the layers", () => {
  const layers = [LAYER, EMPTY, LAYER];
  assert.deepEqual(JSON.parse(text(encodeManifest({ config: EMPTY, layers }))).layers, layers);
});

Deno.test("encodeManifest() gives the same bytes whatever the order of the annotations", () => {
  const annotations = fc.array(fc.tuple(fc.string({ unit: "binary" }), fc.string({ unit: "binary" })), { minLength: 2 })
    .chain((pairs) => {
      const unique = [...new Map(pairs)];
      return fc.tuple(
        fc.constant(unique),
        fc.shuffledSubarray(unique, { minLength: unique.length, maxLength: unique.length }),
      );
    });
  fc.assert(fc.property(annotations, ([pairs, shuffled]) => {
    const [a, b] = [pairs, shuffled].map((entries) =>
      text(encodeManifest({ config: EMPTY, layers: [], annotations: Object.fromEntries(entries) }))
    );
    assert.equal(a, b);
    assert.deepEqual(new Map(Object.entries(JSON.parse(a ?? "").annotations ?? {})), new Map(pairs));
  }));
});

Deno.test("encodeManifest() keeps a __proto__ annotation and pollutes nothing", () => {
  const annotations = JSON.parse('{"a":"1","__proto__":"x","constructor":"y"}');
  const written = text(encodeManifest({ config: EMPTY, layers: [], annotations }));
  assert.match(written, /"annotations":\{"__proto__":"x","a":"1","constructor":"y"\}/);
  assert.equal(Object.getPrototypeOf(orderAnnotations(annotations)), Object.prototype);
});

Deno.test("encodeManifest() takes a manifest of the size limit and refuses one byte more", () => {
  const manifest = (padding: number): Manifest => ({
    config: EMPTY,
    layers: [LAYER],
    annotations: { a: "x".repeat(padding) },
  });
  const padding = MANIFEST_SIZE_LIMIT - encodeManifest(manifest(0)).byteLength;
  assert.equal(MANIFEST_SIZE_LIMIT, 4_194_304);
  assert.equal(encodeManifest(manifest(padding)).byteLength, MANIFEST_SIZE_LIMIT);
  assert.throws(() => encodeManifest(manifest(padding + 1)), {
    name: "RangeError",
    message: "Cannot use a manifest of 4194305 bytes: registries take at most 4194304",
  });
});

Deno.test("encodeManifest() counts bytes, not characters, against the size limit", () => {
  const annotations = { a: "é".repeat(MANIFEST_SIZE_LIMIT / 2) };
  assert.throws(() => encodeManifest({ config: EMPTY, layers: [], annotations }), RangeError);
});

Deno.test("orderDescriptor() leaves out keys that a descriptor does not have", () => {
  const more = { ...LAYER, urls: ["https://example.com"], data: "e30=" };
  assert.deepEqual(JSON.parse(JSON.stringify(orderDescriptor(more))), LAYER);
});

Deno.test("orderAnnotations() sorts by the bytes of the key, also above U+FFFF", () => {
  const keys = ["b", "\u{1f600}", "a", "\uffff", "B", "é", "a.b", "a-b", "\ue000", "\u{10000}"];
  const ordered = orderAnnotations(Object.fromEntries(keys.map((key) => [key, ""])));
  const expected = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  assert.deepEqual(Object.keys(ordered ?? {}), expected);
  assert.notDeepEqual(keys.toSorted(), expected, "the keys must sort otherwise by UTF-16");
});

Deno.test("orderAnnotations() puts whole numbers first, as every JavaScript object does", () => {
  const ordered = orderAnnotations({ b: "", "10": "", "!": "", "9": "" });
  assert.deepEqual(Object.keys(ordered ?? {}), ["9", "10", "!", "b"]);
});

Deno.test("orderAnnotations() gives nothing when there is nothing, and leaves its input alone", () => {
  assert.equal(orderAnnotations(undefined), undefined);
  assert.equal(orderAnnotations({}), undefined);
  const annotations = Object.freeze({ b: "1", a: "2" });
  assert.deepEqual(Object.keys(orderAnnotations(annotations) ?? {}), ["a", "b"]);
  assert.deepEqual(Object.keys(annotations), ["b", "a"]);
});

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
