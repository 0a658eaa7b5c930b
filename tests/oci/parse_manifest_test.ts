import assert from "node:assert/strict";
import fc from "fast-check";
import { digestOf } from "../../src/oci/digest.ts";
import { encodeManifest, type Manifest } from "../../src/oci/manifest.ts";
import {
  DOCKER_MANIFEST_LIST_MEDIA_TYPE,
  DOCKER_MANIFEST_MEDIA_TYPE,
  OCI_INDEX_MEDIA_TYPE,
  OCI_MANIFEST_MEDIA_TYPE,
} from "../../src/oci/media_types.ts";
import {
  artifactTypeOf,
  isManifestMediaType,
  manifestParts,
  type ParsedManifest,
  parseManifest,
  parseManifestAs,
} from "../../src/oci/parse_manifest.ts";

const digest = digestOf(new Uint8Array());
const config = { mediaType: "application/x.config", digest, size: 0 };
const layer = { mediaType: "application/x.layer", digest, size: 7 };
const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST_MEDIA_TYPE, config, layers: [layer] };
const index = { schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests: [layer] };

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  return new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
}

function parsed(value: unknown, mediaType = OCI_MANIFEST_MEDIA_TYPE): ParsedManifest {
  return parseManifest(bytesOf(value), { mediaType, digest });
}

Deno.test("parseManifest() reads what encodeManifest() writes", () => {
  const descriptor = fc.record({
    mediaType: fc.string({ minLength: 1 }).map((text) => text.toWellFormed()),
    digest: fc.uint8Array().map((bytes) => digestOf(bytes)),
    size: fc.maxSafeNat(),
  }, { noNullPrototype: true });
  const text = fc.string().map((text) => text.toWellFormed());
  const annotations = fc.dictionary(text, text).map((all) => Object.fromEntries(Object.entries(all)));
  fc.assert(fc.property(
    fc.record({ config: descriptor, layers: fc.array(descriptor), subject: descriptor, annotations }, {
      requiredKeys: ["config", "layers"],
      noNullPrototype: true,
    }),
    (manifest: Manifest) => {
      const { annotations, ...rest } = manifest;
      const isEmpty = Object.keys(annotations ?? {}).length === 0;
      assert.deepEqual(parseManifest(encodeManifest(manifest), { mediaType: OCI_MANIFEST_MEDIA_TYPE, digest }), {
        kind: "manifest",
        mediaType: OCI_MANIFEST_MEDIA_TYPE,
        ...rest,
        ...(isEmpty ? {} : { annotations }),
      });
    },
  ));
});

const readable: readonly (readonly [what: string, value: unknown, mediaType: string, kind: ParsedManifest["kind"]])[] =
  [
    ["an OCI manifest", manifest, OCI_MANIFEST_MEDIA_TYPE, "manifest"],
    [
      "an OCI manifest without a media type",
      { ...manifest, mediaType: undefined },
      OCI_MANIFEST_MEDIA_TYPE,
      "manifest",
    ],
    [
      "a Docker manifest",
      { ...manifest, mediaType: DOCKER_MANIFEST_MEDIA_TYPE },
      DOCKER_MANIFEST_MEDIA_TYPE,
      "manifest",
    ],
    ["an OCI index", index, OCI_INDEX_MEDIA_TYPE, "index"],
    ["a Docker list", { ...index, mediaType: undefined }, DOCKER_MANIFEST_LIST_MEDIA_TYPE, "index"],
    [
      "lists that Go writes as null",
      { ...manifest, layers: null, annotations: null, subject: null },
      OCI_MANIFEST_MEDIA_TYPE,
      "manifest",
    ],
    [
      "fields without a value that are written as null",
      { ...manifest, mediaType: null, artifactType: null, manifests: null },
      OCI_MANIFEST_MEDIA_TYPE,
      "manifest",
    ],
    [
      "an index whose fields without a value are written as null",
      { ...index, mediaType: null, artifactType: null, config: null, layers: null },
      OCI_INDEX_MEDIA_TYPE,
      "index",
    ],
    [
      "fields that nobody knows",
      { ...manifest, new: [1], layers: [{ ...layer, new: {} }] },
      OCI_MANIFEST_MEDIA_TYPE,
      "manifest",
    ],
    [
      "a platform that is none",
      { ...index, manifests: [{ ...layer, platform: { os: 1 } }] },
      OCI_INDEX_MEDIA_TYPE,
      "index",
    ],
  ];

for (const [what, value, mediaType, kind] of readable) {
  Deno.test(`parseManifest() reads ${what}`, () => {
    assert.equal(parsed(value, mediaType).kind, kind);
  });
}

Deno.test("parseManifest() reads a platform with its variant, if it has one, and without what is no text", () => {
  const platforms = [
    [{ os: "linux", architecture: "arm64", variant: "v8", "os.version": "1" }, {
      os: "linux",
      architecture: "arm64",
      variant: "v8",
    }],
    [{ os: "linux", architecture: "amd64", variant: "" }, { os: "linux", architecture: "amd64" }],
    [{ os: "linux", architecture: "amd64", variant: 8 }, { os: "linux", architecture: "amd64" }],
    [{ os: "linux" }, undefined],
    ["linux/amd64", undefined],
  ] as const;
  const manifests = platforms.map(([platform]) => ({ ...layer, platform }));
  const read = parsed({ ...index, manifests }, OCI_INDEX_MEDIA_TYPE);
  assert.ok(read.kind === "index");
  assert.deepEqual(read.manifests.map(({ platform }) => platform), platforms.map(([, expected]) => expected));
});

const refused: readonly (readonly [what: string, value: unknown, problem: RegExp, mediaType?: string])[] = [
  ["no JSON", "{", /: it is not JSON$/],
  ["bytes that are no UTF-8", new Uint8Array([0x22, 0xff, 0x22]), /: it is not JSON$/],
  ["a list", "[]", /: it is not a JSON object$/],
  ["deep nesting", "[".repeat(1_000_000), /: it is not JSON$/],
  [
    "another kind, which has other fields",
    { mediaType: "text/plain" },
    /: "text\/plain" is not a kind of manifest/,
    "text/plain",
  ],
  ["another schema", { ...manifest, schemaVersion: 1 }, /: its schemaVersion is not 2$/],
  ["an index that is called a manifest", { ...index }, /: it is called ".*manifest.*" and calls itself ".*index.*"$/],
  [
    "a manifest that lists manifests",
    { ...manifest, manifests: [] },
    /: it is a manifest and lists manifests as an index/,
  ],
  [
    "an index that has layers",
    { ...index, layers: [] },
    /: it is an index and has a config or layers/,
    OCI_INDEX_MEDIA_TYPE,
  ],
  [
    "a kind that is not read",
    { ...manifest, mediaType: undefined },
    /: "text\/plain" is not a kind of manifest/,
    "text/plain",
  ],
  ["no config", { ...manifest, config: undefined }, /: its config is not a descriptor$/],
  ["layers that are no list", { ...manifest, layers: {} }, /: its layers are not a list$/],
  ["a layer that is none", { ...manifest, layers: [layer, "x"] }, /: its layers\[1\] is not a descriptor$/],
  [
    "a layer without a media type",
    { ...manifest, layers: [{ ...layer, mediaType: "" }] },
    /: its layers\[0\] has no mediaType$/,
  ],
  [
    "a digest that leaves",
    { ...manifest, layers: [{ ...layer, digest: "sha256:../../x" }] },
    /has "sha256:..\/..\/x" for a digest$/,
  ],
  [
    "a digest of an unknown algorithm",
    { ...manifest, config: { ...config, digest: "md5:1" } },
    /its config has "md5:1" for a digest$/,
  ],
  ["a size of 2^62", { ...manifest, layers: [{ ...layer, size: 2 ** 62 }] }, /has 4611686018427388000 for a size$/],
  ["a negative size", { ...manifest, layers: [{ ...layer, size: -1 }] }, /has -1 for a size$/],
  ["half a byte", { ...manifest, layers: [{ ...layer, size: 0.5 }] }, /has 0.5 for a size$/],
  ["a size that is a text", { ...manifest, layers: [{ ...layer, size: "7" }] }, /has "7" for a size$/],
  ["annotations that are no texts", { ...manifest, annotations: { a: 1 } }, /: its annotations are not texts by name$/],
  ["a subject that is none", { ...manifest, subject: 1 }, /: its subject is not a descriptor$/],
  ["an artifact type that is no text", { ...manifest, artifactType: {} }, /: its artifactType is not a text$/],
];

for (const [what, value, problem, mediaType] of refused) {
  Deno.test(`parseManifest() refuses ${what}`, () => {
    assert.throws(() => parsed(value, mediaType), (error) => {
      assert.ok(error instanceof SyntaxError);
      assert.ok(error.message.startsWith(`Cannot read manifest ${digest}: `), error.message);
      assert.match(error.message, problem);
      return true;
    });
  });
}

Deno.test("parseManifest() takes names such as __proto__ for plain annotations", () => {
  const text = JSON.stringify(manifest).replace(/}$/, ',"annotations":{"__proto__":"a","constructor":"b"}}');
  const { annotations = {} } = parsed(text);
  assert.deepEqual(Object.entries(annotations), [["__proto__", "a"], ["constructor", "b"]]);
  assert.equal(Object.getPrototypeOf({}), Object.prototype);
});

Deno.test("parseManifestAs() says what is wrong as the last part of a sentence", () => {
  assert.throws(() => parseManifestAs(bytesOf("[]"), OCI_INDEX_MEDIA_TYPE), { message: "it is not a JSON object" });
});

Deno.test("manifestParts() names config and layers, or manifests, and never the subject", () => {
  assert.deepEqual(manifestParts(parsed({ ...manifest, subject: layer })), [config, layer]);
  assert.deepEqual(manifestParts(parsed({ ...index, subject: config }, OCI_INDEX_MEDIA_TYPE)), [layer]);
});

Deno.test("artifactTypeOf() gives the type, or else what the config is", () => {
  assert.equal(artifactTypeOf(parsed({ ...manifest, artifactType: "application/a" })), "application/a");
  assert.equal(artifactTypeOf(parsed({ ...manifest, artifactType: "" })), "application/x.config");
  assert.equal(artifactTypeOf(parsed(index, OCI_INDEX_MEDIA_TYPE)), undefined);
});

Deno.test("isManifestMediaType() knows manifests and indexes, OCI's and Docker's", () => {
  for (const [, , mediaType] of readable) assert.ok(isManifestMediaType(mediaType));
  assert.ok(!isManifestMediaType("application/vnd.oci.image.config.v1+json"));
});
