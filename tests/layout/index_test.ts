import assert from "node:assert/strict";
import fc from "fast-check";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { fullNameOf, tagOf } from "../../src/layout/entry.ts";
import {
  dropTag,
  EMPTY_INDEX,
  formatIndex,
  type LayoutIndex,
  listManifests,
  parseIndex,
  resolveTag,
  setTags,
} from "../../src/layout/index.ts";

const REF_NAME = "org.opencontainers.image.ref.name";
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (index: LayoutIndex): string => new TextDecoder().decode(formatIndex(index));
const manifest = (name: string): Descriptor =>
  bytesContent(OCI_MANIFEST_MEDIA_TYPE, new TextEncoder().encode(name)).descriptor;
const [a, b] = [manifest("a"), manifest("b")];

function tagged(index: LayoutIndex, descriptor: Descriptor, ...tags: readonly string[]): LayoutIndex {
  return setTags(index, descriptor, tags).index;
}

Deno.test("formatIndex() writes the bytes of a golden index", () => {
  const index = tagged(tagged(tagged(EMPTY_INDEX, b, "1.0"), a, "2.0", "latest"), manifest("c"));
  assert.equal(
    text(index),
    `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[` + [
      `{"mediaType":"${OCI_MANIFEST_MEDIA_TYPE}","digest":"${b.digest}","size":1,"annotations":{"${REF_NAME}":"1.0"}}`,
      `{"mediaType":"${OCI_MANIFEST_MEDIA_TYPE}","digest":"${a.digest}","size":1,"annotations":{"${REF_NAME}":"2.0"}}`,
      `{"mediaType":"${OCI_MANIFEST_MEDIA_TYPE}","digest":"${a.digest}","size":1,"annotations":{"${REF_NAME}":"latest"}}`,
      `{"mediaType":"${OCI_MANIFEST_MEDIA_TYPE}","digest":"${manifest("c").digest}","size":1}]}`,
    ].join(","),
  );
});

Deno.test("formatIndex() writes the bytes of a golden index of one signed artifact, and parseIndex() reads what it was", () => {
  const tag = a.digest.replace(":", "-");
  const signed = tagged(tagged(tagged(EMPTY_INDEX, a, "1.0"), b, tag), manifest("c"), `${tag}.sig`);
  const kind = (which: string): string => `"kind":"dev.cosignproject.cosign/${which}",`;
  const type = `"mediaType":"${OCI_MANIFEST_MEDIA_TYPE}"`;
  assert.equal(
    text(signed),
    `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[` + [
      `{${type},"digest":"${a.digest}","size":1,"annotations":{${kind("image")}"${REF_NAME}":"1.0"}}`,
      `{${type},"digest":"${b.digest}","size":1,"annotations":{"${REF_NAME}":"${tag}"}}`,
      `{${type},"digest":"${manifest("c").digest}","size":1,"annotations":{${
        kind("sigs")
      }"${REF_NAME}":"${tag}.sig"}}]}`,
    ].join(","),
  );
  const read = parseIndex(formatIndex(signed));
  assert.deepEqual(read, JSON.parse(JSON.stringify(signed)));
  assert.equal(text(read), text(signed));
  // A second artifact: cosign would check the first alone, and say nothing of the other.
  assert.doesNotMatch(text(tagged(read, manifest("d"), "2.0")), /cosignproject/);
});

Deno.test("formatIndex() sorts the entries by tag and digest when they were read in another order", () => {
  const index = tagged(tagged(tagged(EMPTY_INDEX, b, "1.0", "x"), a, "2.0"), manifest("c"));
  assert.equal(text({ ...index, manifests: index.manifests.toReversed() }), text(index));
});

Deno.test("setTags() gives the same bytes when the same tags come in any order", () => {
  const steps = fc.uniqueArray(
    fc.record({ tag: fc.stringMatching(/^[a-z0-9]{0,3}$/), of: fc.constantFrom("a", "b", "c") }),
    {
      selector: ({ tag, of }) => tag === "" ? `untagged ${of}` : tag,
    },
  );
  const shuffled = steps.chain((steps) =>
    fc.tuple(fc.constant(steps), fc.shuffledSubarray(steps, { minLength: steps.length }))
  );
  fc.assert(fc.property(shuffled, ([steps, others]) => {
    const [one, other] = [steps, others].map((steps) =>
      steps.reduce((index, { tag, of }) => tagged(index, manifest(of), ...(tag === "" ? [] : [tag])), EMPTY_INDEX)
    );
    assert.equal(text(one ?? EMPTY_INDEX), text(other ?? EMPTY_INDEX));
  }));
});

Deno.test("setTags() keeps every manifest listed when tags move", () => {
  const step = fc.tuple(fc.constantFrom("x", "y", "z"), fc.constantFrom("a", "b", "c", "d"));
  fc.assert(fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
    let index = EMPTY_INDEX;
    for (const [tag, of] of steps) index = parseIndex(formatIndex(tagged(index, manifest(of), tag)));
    for (const [tag, of] of new Map(steps)) assert.equal(resolveTag(index, tag)?.digest, manifest(of).digest);
    const listed = new Set(index.manifests.map(({ digest }) => digest));
    assert.deepEqual(listed, new Set(steps.map(([, of]) => manifest(of).digest)));
    const untagged = index.manifests.filter(({ annotations }) => annotations === undefined);
    assert.equal(new Set(untagged.map(({ digest }) => digest)).size, untagged.length);
  }));
});

Deno.test("setTags() says where the tags pointed to before", () => {
  const index = tagged(EMPTY_INDEX, a, "1.0", "latest");
  const { moved } = setTags(index, b, ["2.0", "latest"]);
  assert.deepEqual(moved, [{ tag: "2.0" }, { tag: "latest", from: a.digest }]);
});

Deno.test("setTags() lists a manifest without a name only when it is not listed yet", () => {
  const untagged = tagged(EMPTY_INDEX, a);
  assert.equal(text(tagged(untagged, a)), text(untagged));
  assert.equal(text(tagged(untagged, a, "1.0")), text(tagged(EMPTY_INDEX, a, "1.0")));
  assert.equal(text(tagged(tagged(EMPTY_INDEX, a, "1.0"), a)), text(tagged(EMPTY_INDEX, a, "1.0")));
});

Deno.test("setTags() leaves what it does not know as it is", () => {
  const foreign = {
    schemaVersion: 2,
    "x-tool": { keep: [1, null, "ä"] },
    manifests: [
      { mediaType: "application/x-unknown", digest: `sha384:${"0".repeat(96)}`, size: 7, "x-more": true },
      { digest: a.digest, mediaType: "x/y", size: 1, annotations: { "z.key": "", "a.key": "v" }, data: "YQ==" },
      {
        mediaType: "x/z",
        digest: b.digest,
        size: 1,
        platform: { os: "linux" },
        annotations: { [REF_NAME]: "1.0", k: "v" },
      },
    ],
    annotations: { last: "field" },
  };
  const index = parseIndex(encode(JSON.stringify(foreign)));
  const again = tagged(tagged(index, b, "1.0"), a, "2.0");
  const [old, fresh, ...untagged] = parseIndex(formatIndex(again)).manifests;
  assert.deepEqual(old, foreign.manifests[2]);
  assert.deepEqual(fresh, { ...a, annotations: { [REF_NAME]: "2.0" } });
  assert.deepEqual(untagged, [foreign.manifests[1], foreign.manifests[0]]);
  assert.deepEqual(Object.keys(JSON.parse(text(again))), ["schemaVersion", "x-tool", "manifests", "annotations"]);
  assert.deepEqual({ ...again, manifests: [] }, { ...foreign, manifests: [] });
});

Deno.test("setTags() takes from a foreign entry the tag alone when it moves", () => {
  const entry = {
    mediaType: "x/z",
    digest: b.digest,
    size: 1,
    annotations: { [REF_NAME]: "1.0", k: "v" },
    platform: { os: "linux" },
  };
  const index = tagged(parseIndex(encode(JSON.stringify({ schemaVersion: 2, manifests: [entry] }))), a, "1.0");
  assert.deepEqual(parseIndex(formatIndex(index)).manifests, [
    { ...a, annotations: { [REF_NAME]: "1.0" } },
    { ...entry, annotations: { k: "v" } },
  ]);
});

const unusable: readonly (readonly [string, string | Uint8Array, string])[] = [
  ["is empty", "", "it is not JSON"],
  ["is cut off", `{"schemaVersion":2,"manifests":[{"dig`, "it is not JSON"],
  ["is not UTF-8", new Uint8Array([0x22, 0xff, 0x22]), "it is not JSON"],
  ["is a list", "[]", "it is not a JSON object"],
  ["is null", "null", "it is not a JSON object"],
  ["has no version", `{"manifests":[]}`, "its schemaVersion is not 2"],
  ["has another version", `{"schemaVersion":1,"manifests":[]}`, "its schemaVersion is not 2"],
  ["has an object of manifests", `{"schemaVersion":2,"manifests":{}}`, "its manifests are not a list"],
  ["lists a text", `{"schemaVersion":2,"manifests":["x"]}`, "one of its manifests has no digest"],
  [
    "lists an entry without a digest",
    `{"schemaVersion":2,"manifests":[{"size":1}]}`,
    "one of its manifests has no digest",
  ],
];

for (const [state, bytes, message] of unusable) {
  Deno.test(`parseIndex() refuses an index when it ${state}`, () => {
    assert.throws(() => parseIndex(typeof bytes === "string" ? encode(bytes) : bytes), {
      name: "SyntaxError",
      message,
    });
  });
}

Deno.test("parseIndex() takes an index of Go in which nothing is", () => {
  assert.deepEqual(parseIndex(encode(`{"schemaVersion":2,"manifests":null}`)).manifests, []);
});

Deno.test("parseIndex() keeps a field called __proto__ as a field", () => {
  const index = parseIndex(encode(`{"schemaVersion":2,"__proto__":{"polluted":true},"manifests":[]}`));
  assert.equal(text(index), `{"schemaVersion":2,"__proto__":{"polluted":true},"manifests":[]}`);
  assert.equal(Reflect.get({}, "polluted"), undefined);
});

const unresolvable: readonly (readonly [string, readonly unknown[], string])[] = [
  ["two manifests have it", [{ ...a, annotations: { [REF_NAME]: "1.0" } }, {
    ...b,
    annotations: { [REF_NAME]: "1.0" },
  }], `stands at 2 manifests, and only a digest says which is meant: 1.0 at ${b.digest}, 1.0 at ${a.digest}`],
  [
    "its digest is of an unknown kind",
    [{ ...a, digest: "md5:00", annotations: { [REF_NAME]: "1.0" } }],
    "stands at an invalid descriptor",
  ],
  ["its size is negative", [{ ...a, size: -1, annotations: { [REF_NAME]: "1.0" } }], "stands at an invalid descriptor"],
  ["its size is a text", [{ ...a, size: "1", annotations: { [REF_NAME]: "1.0" } }], "stands at an invalid descriptor"],
  [
    "its size is beyond counting",
    [{ ...a, size: 2 ** 62, annotations: { [REF_NAME]: "1.0" } }],
    "stands at an invalid descriptor",
  ],
  [
    "it has no media type",
    [{ digest: a.digest, size: 1, annotations: { [REF_NAME]: "1.0" } }],
    "stands at an invalid descriptor",
  ],
];

Deno.test("setTags() keeps the same tag of two repositories apart, and moves each of them alone", () => {
  const one = setTags(EMPTY_INDEX, a, ["1.0"], { origin: "ghcr.io/acme/app" }).index;
  const both = setTags(one, b, ["1.0"], { origin: "ghcr.io/acme/db" }).index;
  assert.throws(() => resolveTag(both, "1.0"), {
    name: "SyntaxError",
    message: `tag "1.0" stands at 2 manifests, and only a digest says which is meant: ` +
      `ghcr.io/acme/app:1.0 at ${a.digest}, ghcr.io/acme/db:1.0 at ${b.digest}`,
  });
  const { index, moved } = setTags(both, manifest("c"), ["1.0"], { origin: "ghcr.io/acme/db" });
  assert.deepEqual(moved, [{ tag: "1.0", from: b.digest }]);
  assert.deepEqual(index.manifests.map((entry) => [entry.digest, tagOf(entry), fullNameOf(entry)]), [
    [manifest("c").digest, "1.0", "ghcr.io/acme/db:1.0"],
    [a.digest, "1.0", "ghcr.io/acme/app:1.0"],
    [b.digest, undefined, undefined],
  ]);
  assert.deepEqual(setTags(index, manifest("c"), ["1.0"], { origin: "ghcr.io/acme/db" }).index, index);
});

Deno.test("setTags() leaves full references alone when a tag without one is set, and a tag of both is asked for", () => {
  const named = setTags(EMPTY_INDEX, a, ["1.0"], { origin: "ghcr.io/acme/app" }).index;
  const same = setTags(named, a, ["1.0"]).index;
  assert.equal(same.manifests.length, 2);
  assert.equal(resolveTag(same, "1.0")?.digest, a.digest);
  assert.throws(() => resolveTag(setTags(named, b, ["1.0"]).index, "1.0"), /stands at 2 manifests/);
});

Deno.test("dropTag() takes the full reference away with the tag", () => {
  const named = setTags(EMPTY_INDEX, a, ["1.0"], { origin: "ghcr.io/acme/app" }).index;
  assert.deepEqual(dropTag(named, "1.0")?.manifests.map(({ annotations }) => annotations), [undefined]);
});

Deno.test("listManifests() lists each manifest once, whatever names it has", () => {
  const index = listManifests(tagged(EMPTY_INDEX, a, "1.0"), [a, b, b]);
  assert.deepEqual(index.manifests.map(({ digest }) => digest), [a.digest, b.digest]);
});

for (const [state, manifests, message] of unresolvable) {
  Deno.test(`resolveTag() and setTags() refuse a tag when ${state}`, () => {
    const index = parseIndex(encode(JSON.stringify({ schemaVersion: 2, manifests })));
    const expected = { name: "SyntaxError", message: `tag "1.0" ${message}` };
    assert.throws(() => resolveTag(index, "1.0"), expected);
    assert.throws(() => setTags(index, b, ["1.0"]), expected);
    assert.equal(resolveTag(index, "2.0"), undefined);
  });
}
