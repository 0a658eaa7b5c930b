import assert from "node:assert/strict";
import fc from "fast-check";
import type { Digest } from "../../src/oci/digest.ts";
import { isOrigin, isRepository, parseFullName, parseOrigin } from "../../src/oci/origin.ts";
import { parseDescription } from "../../src/bundle/parse_bundle.ts";
import {
  BUNDLE_MEDIA_TYPE,
  type BundledArtifact,
  type BundleDescription,
  encodeDescription,
  mergeDescriptions,
} from "../../src/bundle/bundle.ts";
import { bundleContents } from "../../src/bundle/bundle_contents.ts";

const OCI = "application/vnd.oci.image.manifest.v1+json";
const [A, B, C] = ["a", "b", "c"].map((digit): Digest => `sha256:${digit.repeat(64)}`) as [Digest, Digest, Digest];

const APP: BundledArtifact = {
  origin: "ghcr.io/acme/app",
  digest: A,
  mediaType: OCI,
  size: 7,
  tags: ["1.0.0", "latest"],
  referrers: [{ subject: A, digest: B, mediaType: OCI, size: 8, artifactType: "application/x" }],
  companions: { [`sha256-${"a".repeat(64)}.sig`]: C },
};

const APP_JSON =
  `{"version":1,"artifacts":[{"origin":"ghcr.io/acme/app","digest":"${A}","mediaType":"${OCI}","size":7,` +
  `"tags":["1.0.0","latest"],"referrers":[{"subject":"${A}","digest":"${B}","mediaType":"${OCI}","size":8,` +
  `"artifactType":"application/x"}],"companions":{"sha256-${"a".repeat(64)}.sig":"${C}"}}],"omitted":[]}`;

Deno.test("encodeDescription() writes one form, with fixed keys and no white space", () => {
  assert.equal(new TextDecoder().decode(encodeDescription({ artifacts: [APP], omitted: [] })), APP_JSON);
});

Deno.test("parseDescription() reads what encodeDescription() wrote, in whatever order the lists were", () => {
  fc.assert(fc.property(descriptions(), (description) => {
    const bytes = encodeDescription(description);
    assert.deepEqual(encodeDescription(parseDescription(bytes)), bytes);
    const turned = { artifacts: description.artifacts.toReversed(), omitted: description.omitted.toReversed() };
    assert.deepEqual(encodeDescription(turned), bytes);
  }));
});

for (
  const [what, text, message] of [
    ["text that is no JSON", "{", "it is not JSON"],
    ["a list", "[]", "it is not a JSON object"],
    ["a later version", '{"version":2}', "its version is 2, and only 1 is known"],
    ["no version", "{}", "its version is missing, and only 1 is known"],
    ["no artifacts", '{"version":1}', "its artifacts are not a list"],
    ["no list of what is omitted", '{"version":1,"artifacts":[]}', "its omitted are not a list"],
    ["white space", APP_JSON.replace(",", ", "), "it has unknown fields, or is not written in the fixed order"],
    [
      "an unknown field",
      APP_JSON.replace("}]", ',"more":1}]'),
      "it has unknown fields, or is not written in the fixed order",
    ],
    [
      "a field twice",
      APP_JSON.replace('"size":7', '"size":1,"size":7'),
      "it has unknown fields, or is not written in the fixed order",
    ],
    [
      "an origin with a tag",
      APP_JSON.replace("acme/app", "acme/app:1"),
      'artifacts[0] has "ghcr.io/acme/app:1" for an origin',
    ],
    [
      "an origin that leads out",
      APP_JSON.replace("acme/app", "../app"),
      'artifacts[0] has "ghcr.io/../app" for an origin',
    ],
    ["a digest that is none", APP_JSON.replace(A, "sha256:../x"), 'artifacts[0] has "sha256:../x" for a digest'],
    ["a size below zero", APP_JSON.replace('"size":7', '"size":-1'), "artifacts[0] has -1 for a size"],
    [
      "a tag that is none",
      APP_JSON.replace("latest", "a b"),
      'artifacts[0].tags has "a b", which is not allowed there',
    ],
    [
      "a companion that is a version",
      APP_JSON.replace(/sha256-a+\.sig/, "1.0.0"),
      'artifacts[0].companions has "1.0.0" for a tag',
    ],
    [
      "a layer as an artifact",
      APP_JSON.replace(OCI, "text/plain"),
      'artifacts[0] is "text/plain", which is not a kind of manifest that gantry reads',
    ],
    [
      "a subject that is none",
      APP_JSON.replace(`"subject":"${A}"`, '"subject":"x"'),
      'artifacts[0].referrers[0] has "x" for a subject',
    ],
    [
      "false in the place of nothing",
      APP_JSON.replace('"tags"', '"withoutReferrers":false,"tags"'),
      "artifacts[0] has false for withoutReferrers",
    ],
  ] as const
) {
  Deno.test(`parseDescription() refuses ${what}`, () => {
    assert.throws(() => parseDescription(new TextEncoder().encode(text)), new SyntaxError(message));
  });
}

Deno.test("parseDescription() refuses a tag that stands at two artifacts of one repository", () => {
  const bytes = encodeDescription({ artifacts: [APP, { ...APP, digest: B }], omitted: [] });
  assert.throws(() => parseDescription(bytes), new SyntaxError('"ghcr.io/acme/app:1.0.0" stands in it twice'));
});

Deno.test("parseDescription() refuses a tag of cosign's that stands at two manifests of one repository", () => {
  const [sig] = Object.keys(APP.companions) as [string];
  const other = { ...APP, digest: B, tags: [], companions: { [sig]: B } };
  const twice = new SyntaxError(`"ghcr.io/acme/app:${sig}" stands in it twice`);
  assert.throws(() => parseDescription(encodeDescription({ artifacts: [APP, other], omitted: [] })), twice);
  const same = { ...other, companions: APP.companions };
  assert.equal(parseDescription(encodeDescription({ artifacts: [APP, same], omitted: [] })).artifacts.length, 2);
});

for (
  const [what, omitted] of [
    ["by its type", { digest: `sha256:${"d".repeat(64)}`, mediaType: OCI, size: 7, at: [] }],
    ["that is an artifact", { digest: A, mediaType: "text/plain", size: 7, at: [] }],
    ["that is a referrer", { digest: B, mediaType: "text/plain", size: 8, at: [] }],
    ["that has a tag of cosign's", { digest: C, mediaType: "text/plain", size: 8, at: [] }],
  ] as const
) {
  Deno.test(`parseDescription() refuses to leave out a manifest ${what}`, () => {
    const bytes = encodeDescription({ artifacts: [APP], omitted: [omitted] });
    const refused = new SyntaxError(`it leaves out ${omitted.digest}, and manifests always travel`);
    assert.throws(() => parseDescription(bytes), refused);
  });
}

Deno.test("bundleContents() makes nothing that parseDescription() refuses", () => {
  const artifacts = [APP, { ...APP, digest: B }];
  assert.throws(() => bundleContents({ artifacts, omitted: [] }), /stands in it twice/);
});

Deno.test("mergeDescriptions() lets a tag of cosign's stand at the later manifest, without what belonged to the earlier one", () => {
  const [sig] = Object.keys(APP.companions) as [string];
  const [D, E] = ["d", "e"].map((digit): Digest => `sha256:${digit.repeat(64)}`) as [Digest, Digest];
  const earlier = {
    ...APP,
    referrers: [...APP.referrers, { subject: C, digest: D, mediaType: OCI, size: 9 }],
    companions: { ...APP.companions, [`sha256-${"c".repeat(64)}.sig`]: E, [`sha256-${"b".repeat(64)}.sig`]: E },
  };
  const later = { ...APP, digest: B, tags: ["2.0.0"], referrers: [], companions: { [sig]: B } };
  const elsewhere = { ...APP, origin: "ghcr.io/acme/other" };
  const merged = mergeDescriptions({ artifacts: [earlier, elsewhere], omitted: [] }, {
    artifacts: [later],
    omitted: [],
  });
  const moved = { ...APP, companions: { [sig]: B, [`sha256-${"b".repeat(64)}.sig`]: E } };
  assert.deepEqual(parseDescription(encodeDescription(merged)).artifacts, [
    { ...moved, companions: Object.fromEntries(Object.entries(moved.companions).sort()) },
    later,
    elsewhere,
  ]);
});

Deno.test("mergeDescriptions() lets a tag stand at the later artifact, and keeps everything else", () => {
  const next = { ...APP, digest: B, tags: ["latest"], referrers: [], companions: {} };
  const other = { ...APP, origin: "ghcr.io/acme/other" };
  const merged = mergeDescriptions({ artifacts: [APP, other], omitted: [] }, { artifacts: [next], omitted: [] });
  const expected = { artifacts: [{ ...APP, tags: ["1.0.0"] }, next, other], omitted: [] };
  assert.deepEqual(encodeDescription(merged), encodeDescription(expected));
});

Deno.test("mergeDescriptions() joins what is known of one artifact, and referrers that came once are there", () => {
  const bare = { ...APP, tags: ["stable"], referrers: [], companions: {}, withoutReferrers: true as const };
  const merged = mergeDescriptions({ artifacts: [APP], omitted: [] }, { artifacts: [bare], omitted: [] });
  assert.deepEqual(parseDescription(encodeDescription(merged)).artifacts, [{
    ...APP,
    tags: ["1.0.0", "latest", "stable"],
  }]);
});

Deno.test("mergeDescriptions() is the identity for the same description twice", () => {
  fc.assert(fc.property(descriptions(), (description) => {
    assert.deepEqual(encodeDescription(mergeDescriptions(description, description)), encodeDescription(description));
  }));
});

Deno.test("bundleContents() makes an artifact whose one layer is the description", () => {
  const { manifest, blobs: [config, layer] } = bundleContents({ artifacts: [APP], omitted: [] });
  assert.equal(manifest.descriptor.artifactType, BUNDLE_MEDIA_TYPE);
  assert.equal(config.descriptor.size, 2);
  assert.equal(layer.descriptor.mediaType, BUNDLE_MEDIA_TYPE);
});

Deno.test("parseOrigin() takes a repository with its host, or a name alone", () => {
  assert.deepEqual(parseOrigin("localhost:5000/acme/app"), { host: "localhost:5000", repository: "acme/app" });
  assert.deepEqual(parseOrigin("app"), { repository: "app" });
  assert.deepEqual(["App", "a/b@sha256:1", "a:1", "/a", ""].filter(isOrigin), []);
  assert.deepEqual(["acme/app", "app", "App", "a:1", ""].filter(isRepository), ["acme/app", "app"]);
});

for (
  const [name, expected] of [
    ["ghcr.io/acme/app:1.0", { origin: "ghcr.io/acme/app", tag: "1.0" }],
    ["localhost:5000/app:1.0", { origin: "localhost:5000/app", tag: "1.0" }],
    [`localhost:5000/app@${A}`, { origin: "localhost:5000/app" }],
    [`ghcr.io/acme/app:1.0@${A}`, { origin: "ghcr.io/acme/app", tag: "1.0" }],
    [`ghcr.io/acme/app@${B}`, undefined],
    ["localhost:5000/app", undefined],
    ["1.0", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`parseFullName() reads ${JSON.stringify(name)} as a full reference or as none`, () => {
    assert.deepEqual(parseFullName(name, A), expected);
  });
}

function descriptions(): fc.Arbitrary<BundleDescription> {
  const digest = fc.constantFrom(A, B, C);
  const named = fc.record({ digest, mediaType: fc.constant(OCI), size: fc.nat() });
  const artifact = fc.record({
    origin: fc.constantFrom("ghcr.io/acme/app", "localhost:5000/b", "c"),
    named,
    tags: fc.constant<readonly string[]>([]),
    referrers: fc.uniqueArray(named, { selector: ({ digest }) => digest }),
    // One digest for each tag: a tag stands at one manifest.
    companions: fc.subarray([[`sha256-${"a".repeat(64)}.sig`, B], [`sha256-${"b".repeat(64)}.att`, C]] as const)
      .map((entries): Readonly<Record<string, Digest>> => Object.fromEntries(entries)),
  }).map(({ named, referrers, ...rest }): BundledArtifact => ({
    ...rest,
    ...named,
    referrers: referrers.map((each) => ({ subject: A, ...each })),
  }));
  const blob = fc.record({
    digest: fc.constantFrom("d", "e", "f").map((digit): Digest => `sha256:${digit.repeat(64)}`),
    mediaType: fc.constant("application/octet-stream"),
    size: fc.nat(),
  });
  return fc.record({
    artifacts: fc.uniqueArray(artifact, { selector: ({ origin, digest }) => `${origin} ${digest}` }),
    omitted: fc.uniqueArray(blob.map((each) => ({ ...each, at: ["acme/app", "b"] })), {
      selector: ({ digest }) => digest,
    }),
  });
}
