import assert from "node:assert/strict";
import { BUNDLE_MEDIA_TYPE } from "../../src/bundle/bundle.ts";
import { cosignTags, savedImages, withCosignKinds, withoutCosignKinds } from "../../src/layout/cosign_kinds.ts";
import { annotationOf, type IndexEntry } from "../../src/layout/entry.ts";
import { type Digest, digestOf } from "../../src/oci/digest.ts";
import { OCI_INDEX_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";

const REF_NAME = "org.opencontainers.image.ref.name";
const digest = (name: string): Digest => digestOf(new TextEncoder().encode(name));
const tagOf = (name: string, ending = ""): string => `${digest(name).replace(":", "-")}${ending}`;

function entry(name: string, tag?: string, more: Readonly<Record<string, unknown>> = {}): IndexEntry {
  const named = tag === undefined ? {} : { annotations: { [REF_NAME]: tag } };
  return { mediaType: OCI_MANIFEST_MEDIA_TYPE, digest: digest(name), size: 1, ...named, ...more };
}

const kind = (which: string): Readonly<Record<string, unknown>> => ({
  annotations: { kind: `dev.cosignproject.cosign/${which}` },
});

function kindsOf(entries: readonly IndexEntry[]): readonly (string | undefined)[] {
  return entries.map((each) => annotationOf(each, "kind")?.replace("dev.cosignproject.cosign/", ""));
}

const cases:
  readonly (readonly [what: string, entries: readonly IndexEntry[], kinds: readonly (string | undefined)[]])[] = [
    ["an artifact with a bundle", [entry("a", "1.0"), entry("list", tagOf("a")), entry("bundle")], [
      "image",
      undefined,
      undefined,
    ]],
    ["every tag of it", [entry("a", "1.0"), entry("a", "latest"), entry("sig", tagOf("a", ".sig"))], [
      "image",
      "image",
      "sigs",
    ]],
    ["attestations", [entry("a", "1.0"), entry("att", tagOf("a", ".att"))], ["image", "atts"]],
    ["an index", [entry("a", "1.0", { mediaType: OCI_INDEX_MEDIA_TYPE }), entry("sig", tagOf("a", ".sig"))], [
      "imageIndex",
      "sigs",
    ]],
    ["an artifact without a tag", [entry("a"), entry("list", tagOf("a")), entry("bundle")], [
      "image",
      undefined,
      undefined,
    ]],
    ["the one with a tag, and not what lost its own", [
      entry("a", "1.0"),
      entry("sig", tagOf("a", ".sig")),
      entry("old"),
      entry("old sig", tagOf("old", ".sig")),
    ], ["image", "sigs", undefined, undefined]],
    ["beside the description of a bundle", [
      entry("a", "1.0"),
      entry("list", tagOf("a")),
      entry("description", "bundle", { artifactType: BUNDLE_MEDIA_TYPE }),
    ], ["image", undefined, undefined]],
    ["nothing that is not signed", [entry("a", "1.0")], [undefined]],
    ["nothing where there are several", [entry("a", "1.0"), entry("b", "2.0"), entry("sig", tagOf("a", ".sig"))], [
      undefined,
      undefined,
      undefined,
    ]],
    ["nothing where several without a tag are referred to", [
      entry("a"),
      entry("b"),
      entry("a list", tagOf("a")),
      entry("b list", tagOf("b")),
    ], [undefined, undefined, undefined, undefined]],
    ["nothing where the signature is of another one", [entry("a", "1.0"), entry("sig", tagOf("b", ".sig"))], [
      undefined,
      undefined,
    ]],
  ];

for (const [what, entries, kinds] of cases) {
  Deno.test(`withCosignKinds() marks ${what}, and withoutCosignKinds() takes it back`, () => {
    const marked = withCosignKinds(entries);
    assert.deepEqual(kindsOf(marked), kinds);
    assert.deepEqual(withoutCosignKinds(marked), entries);
    assert.deepEqual(savedImages(marked), []);
  });
}

Deno.test("withCosignKinds() writes annotations in the order of their keys", () => {
  const named = { annotations: { [REF_NAME]: "1.0", "io.containerd.image.name": "host/a:1.0" } };
  const [first] = withCosignKinds([entry("a", "1.0", named), entry("list", tagOf("a"))]);
  assert.equal(
    JSON.stringify(first?.annotations),
    `{"io.containerd.image.name":"host/a:1.0","kind":"dev.cosignproject.cosign/image","${REF_NAME}":"1.0"}`,
  );
});

for (
  const [what, entries] of [
    ["one image", [entry("a", undefined, kind("image"))]],
    ["signatures without a name", [entry("a", undefined, kind("image")), entry("sig", undefined, kind("sigs"))]],
    ["signatures without a name beside a list of referrers", [
      entry("a", undefined, kind("image")),
      entry("sig", undefined, kind("sigs")),
      entry("list", tagOf("a")),
    ]],
    ["another artifact with a name", [
      entry("a", undefined, kind("image")),
      entry("b", "1.0"),
      entry("b sig", tagOf("b", ".sig")),
    ]],
  ] as const
) {
  Deno.test(`what cosign save has marked stays as it is: ${what}`, () => {
    assert.deepEqual(withoutCosignKinds(entries), entries);
    assert.deepEqual(withCosignKinds(entries), entries);
    assert.deepEqual(savedImages(entries), [digest("a")]);
  });
}

Deno.test("withoutCosignKinds() takes marks back that are no longer true", () => {
  const both = { annotations: { ...kind("image").annotations as object, [REF_NAME]: "1.0" } };
  const entries = [entry("a", "1.0", both), entry("list", tagOf("a")), entry("b", "2.0")];
  assert.deepEqual(kindsOf(withCosignKinds(withoutCosignKinds(entries))), [undefined, undefined, undefined]);
});

Deno.test("cosignTags() names what cosign save has left without a name, when it is clear whose it is", () => {
  const [image, sigs] = [entry("a", undefined, kind("image")), entry("sig", undefined, kind("sigs"))];
  assert.deepEqual([...cosignTags([image, sigs])], [[sigs, tagOf("a", ".sig")]]);
  assert.deepEqual([...cosignTags([image, entry("b", undefined, kind("image")), sigs])], []);
});
