/** What counts as a signature, and above all what does not: everything here was put there by whoever may write. */
import assert from "node:assert/strict";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { findSignatures, type SearchOptions, type SignatureSearch } from "../../src/sign/find_signatures.ts";
import { readPublicKeys } from "../../src/sign/read_public_keys.ts";
import type { Store } from "../../src/store/store.ts";
import { testContext } from "../layout/test_context.ts";
import { memoryPlace, memoryStore } from "../support/memory_store.ts";
import { SAMPLE_KEYS, sampleKeyPath } from "../support/sample_keys.ts";
import {
  type BundleJson,
  bundleReferrer,
  bundleText,
  type MadeBundle,
  type MadeTagged,
  place,
  referrerOf,
  signatureTag,
  taggedSignature,
} from "../support/signatures.ts";
import { type Sample, sampleOf, textContent } from "../support/store_samples.ts";

const context = testContext();
const APP = sampleOf("app");
const OTHER = sampleOf("other");
const SUBJECT = APP.manifest.descriptor;
const SPDX = "https://spdx.dev/Document";
const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const keyPath = (name: string): string => sampleKeyPath(`${name}.pub`).pathname;

async function search(
  fill: (store: Store) => Promise<void>,
  { keys = ["p256"], ...options }: Partial<Omit<SearchOptions, "keys">> & { readonly keys?: readonly string[] } = {},
): Promise<SignatureSearch> {
  const store = memoryStore();
  await place(store, APP, context, ["1.0.0"]);
  await fill(store);
  const named = await readPublicKeys(keys.map(keyPath));
  return await findSignatures(store, SUBJECT.digest, { concurrency: 2, ...options, keys: named }, context);
}

const put = (...samples: readonly Sample[]) => async (store: Store): Promise<void> => {
  for (const sample of samples) await place(store, sample, context);
};
const putTagged = (sample: Sample, ending = "sig") => (store: Store): Promise<void> =>
  place(store, sample, context, [signatureTag(SUBJECT, ending)]);

function namesIn({ found }: SignatureSearch): readonly string[] {
  return found.map(({ format, by }) => `${format} ${by.name.split("/").at(-1)}`);
}

for (const key of SAMPLE_KEYS) {
  Deno.test(`findSignatures() finds both forms by ${key}, and by no other key`, async () => {
    const fill = async (store: Store): Promise<void> => {
      await put(bundleReferrer(SUBJECT, { key }))(store);
      await putTagged(taggedSignature(SUBJECT, [{ key }]))(store);
    };
    assert.deepEqual(namesIn(await search(fill, { keys: [key] })), [`bundle ${key}.pub`, `legacy ${key}.pub`]);
    const others = SAMPLE_KEYS.filter((other) => other !== key);
    const { found, rejected, failure } = await search(fill, { keys: others });
    assert.deepEqual([found, failure], [[], undefined]);
    assert.deepEqual(rejected.map(({ problem }) => problem), Array(2).fill("it is signed by none of the keys"));
  });
}

Deno.test("findSignatures() finds one signature among others, and says which key made it", async () => {
  const tagged = taggedSignature(SUBJECT, [{ key: "ed25519" }, { key: "p256" }, { key: "rsa2048" }]);
  const keys = ["p256", "ed25519"];
  assert.deepEqual(namesIn(await search(putTagged(tagged), { keys })).toSorted(), [
    "legacy ed25519.pub",
    "legacy p256.pub",
  ]);
});

Deno.test("findSignatures() ends when it is enough", async () => {
  const isEnough = (found: readonly unknown[]): boolean => found.length > 0;
  const fill = async (store: Store): Promise<void> => {
    await put(bundleReferrer(SUBJECT))(store);
    await putTagged(taggedSignature(SUBJECT, [{}]))(store);
  };
  assert.deepEqual(namesIn(await search(fill, { isEnough })), ["bundle p256.pub"]);
});

const change = (edit: (json: BundleJson) => unknown): MadeBundle => ({ change: edit });
const envelope = (edit: (envelope: BundleJson["dsseEnvelope"]) => unknown): MadeBundle =>
  change((json) => ({ ...json, dsseEnvelope: edit(json.dsseEnvelope) }));
const statement = (fields: unknown): string =>
  JSON.stringify({
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ digest: { sha256: SUBJECT.digest.slice(7) } }],
    predicateType: "https://sigstore.dev/cosign/sign/v1",
    predicate: {},
    ...(fields as object),
  });

/** Bundles that refer to the artifact and must not count. */
const FORGED: readonly (readonly [what: string, made: MadeBundle, problem: RegExp])[] = [
  [
    "is an attestation by the same key",
    { predicateType: SPDX },
    /^it is an attestation of the type "https:\/\/spdx\.dev\/Document", and no signature$/,
  ],
  ["says its type with other letters", { predicateType: "https://sigstore.dev/cosign/SIGN/v1" }, /and no signature$/],
  [
    "speaks of another artifact",
    { statement: statement({ subject: [{ digest: { sha256: "0".repeat(64) } }] }) },
    /^it speaks of sha256:0+, and not of this$/,
  ],
  ["speaks of nothing", { statement: statement({ subject: [] }) }, /^it speaks of nothing, and not of this$/],
  ["has the digest under another algorithm", {
    statement: statement({ subject: [{ digest: { sha1: SUBJECT.digest.slice(7) } }] }),
  }, /^it speaks of nothing/],
  ["has the digest in capitals", {
    statement: statement({ subject: [{ digest: { sha256: SUBJECT.digest.slice(7).toUpperCase() } }] }),
  }, /^it speaks of nothing/],
  [
    "has a subject without a digest",
    { statement: statement({ subject: [{ name: SUBJECT.digest }] }) },
    /a subject without digest$/,
  ],
  [
    "names its subject twice",
    { statement: statement({}).replace('"subject"', '"subject":[],"subject"') },
    /^it has the key "subject" twice$/,
  ],
  ["names its subject twice, once in another spelling", {
    statement: statement({}).replace('"subject"', '"subj\\u0065ct":[],"subject"'),
  }, /^it has the key "subject" twice$/],
  ["is no statement", { statement: '{"a":1}' }, /no statement of in-toto$/],
  ["has a list for a statement", { statement: "[]" }, /^it is not a JSON object$/],
  ["has a statement that is not UTF-8", envelope((e) => ({ ...e, payload: btoa("\xff\xfe") })), /^it is not JSON$/],
  ["has a payload of another type", { payloadType: "application/json" }, /no statement of in-toto$/],
  ["has a signature of the bare statement", { signed: new TextEncoder().encode(statement({})) }, /none of the keys$/],
  [
    "has a payload that was changed",
    envelope((e) => ({ ...e, payload: btoa(`${atob(e.payload).slice(0, -1)} }`) })),
    /none of the keys$/,
  ],
  ["has an attestation turned into a signature", {
    predicateType: SPDX,
    change: ({ dsseEnvelope, ...json }) => ({
      ...json,
      dsseEnvelope: {
        ...dsseEnvelope,
        payload: btoa(atob(dsseEnvelope.payload).replace(SPDX, "https://sigstore.dev/cosign/sign/v1")),
      },
    }),
  }, /none of the keys$/],
  [
    "has two signatures",
    envelope((e) => ({ ...e, signatures: [...e.signatures, ...e.signatures] })),
    /^it has not exactly one signature$/,
  ],
  ["has no signature", envelope((e) => ({ ...e, signatures: [] })), /^it has not exactly one signature$/],
  ["has an empty signature", envelope((e) => ({ ...e, signatures: [{ sig: "" }] })), /none of the keys$/],
  [
    "has a signature with a byte more",
    envelope((e) => ({ ...e, signatures: [{ sig: btoa(`${atob(e.signatures[0]?.sig ?? "")}\0`) }] })),
    /none of the keys$/,
  ],
  [
    "has a signature in URL-safe Base64",
    envelope((e) => ({ ...e, signatures: [{ sig: "-_-_" }] })),
    /^its signature is not Base64$/,
  ],
  [
    "has white space in its payload's Base64",
    envelope((e) => ({ ...e, payload: `${e.payload.slice(0, 8)}\n${e.payload.slice(8)}` })),
    /^its payload is not Base64$/,
  ],
  [
    "has a signature without padding",
    envelope((e) => ({ ...e, signatures: [{ sig: "AA" }] })),
    /^its signature is not Base64$/,
  ],
  [
    "has its signatures twice",
    change((json) => JSON.stringify(json).replace('"signatures"', '"signatures":[],"signatures"')),
    /^it has the key "signatures" twice$/,
  ],
  [
    "has two envelopes",
    change((json) => JSON.stringify(json).replace('"dsseEnvelope"', '"dsseEnvelope":{},"dsseEnvelope"')),
    /^it has the key "dsseEnvelope" twice$/,
  ],
  [
    "is of another version",
    change((json) => ({ ...json, mediaType: "application/vnd.dev.sigstore.bundle+json;version=0.1" })),
    /no sigstore bundle of version 0\.3 or later$/,
  ],
  ["has no material", change(({ verificationMaterial: _, ...json }) => json), /no verification material$/],
  [
    "signs a message and no statement",
    change(({ dsseEnvelope: _, ...json }) => ({ ...json, messageSignature: {} })),
    /no DSSE envelope$/,
  ],
  ["is not JSON", change(() => "bundle"), /^it is not JSON$/],
  ["is empty", change(() => "{}"), /no sigstore bundle of version 0\.3 or later$/],
  ["was signed by somebody else and names the right key", {
    key: "p384",
    change: (json) => ({ ...json, verificationMaterial: { publicKey: { hint: "p256" } } }),
  }, /none of the keys$/],
  ["was signed for a certificate", {
    key: "p384",
    change: (json) => ({ ...json, verificationMaterial: { certificate: { rawBytes: "AA==" } } }),
  }, /none of the keys, but for a certificate$/],
  [
    "is too large",
    change((json) => ({ ...json, padding: "x".repeat(1024 * 1024) })),
    /^it has \d+ bytes, and 1048576 are the limit$/,
  ],
];

for (const [what, made, problem] of FORGED) {
  Deno.test(`findSignatures() takes no bundle that ${what}`, async () => {
    const { found, rejected, failure } = await search(put(bundleReferrer(SUBJECT, made)));
    assert.deepEqual([found, failure, rejected.length], [[], undefined, 1]);
    assert.match(rejected[0]?.problem ?? "", problem);
    // It does not stand in the way of one that counts.
    const both = await search(put(bundleReferrer(SUBJECT, made), bundleReferrer(SUBJECT)));
    assert.deepEqual(namesIn(both), ["bundle p256.pub"]);
  });
}

const bundle = textContent(bundleText(SUBJECT), BUNDLE_TYPE);
const REFERRERS: readonly (readonly [what: string, sample: Sample, problem: RegExp | undefined])[] = [
  ["has two bundles", referrerOf(SUBJECT, [bundle, bundle]), /^it is not one bundle of version 0\.3 or later$/],
  [
    "has a bundle of version 0.2",
    bundleReferrer(SUBJECT, {}, "application/vnd.dev.sigstore.bundle+json;version=0.2"),
    /^it is not one bundle/,
  ],
  ["has no layer", referrerOf(SUBJECT, []), undefined],
  ["has a bundle of another type", bundleReferrer(SUBJECT, {}, "application/json"), undefined],
];

for (const [what, sample, problem] of REFERRERS) {
  Deno.test(`findSignatures() takes no referrer that ${what}`, async () => {
    const { found, rejected } = await search(put(sample));
    assert.deepEqual([found, rejected.length], [[], problem === undefined ? 0 : 1]);
    if (problem !== undefined) assert.match(rejected[0]?.problem ?? "", problem);
  });
}

Deno.test("findSignatures() takes no bundle that a place only lists as a referrer", async () => {
  const elsewhere = bundleReferrer(OTHER.manifest.descriptor, { statement: statement({}) });
  const store = memoryStore();
  await place(store, elsewhere, context);
  const lying = {
    ...store,
    referrers: () => Promise.resolve([elsewhere.manifest.descriptor, OTHER.manifest.descriptor]),
  };
  const keys = await readPublicKeys([keyPath("p256")]);
  const { found, rejected } = await findSignatures(lying, SUBJECT.digest, { keys, concurrency: 2 }, context);
  assert.deepEqual(found, []);
  assert.deepEqual(rejected.map(({ problem }) => problem).sort(), [
    "it is listed as a referrer, and is not there",
    "it is listed as a referrer, and refers to something else",
  ]);
});

Deno.test("findSignatures() takes a bundle whose artifact type says something else, as cosign does", async () => {
  assert.deepEqual(namesIn(await search(put(referrerOf(SUBJECT, [bundle], "text/plain")))), ["bundle p256.pub"]);
});

const simple = (fields: Readonly<Record<string, unknown>>): string =>
  JSON.stringify({
    critical: {
      identity: { "docker-reference": "" },
      image: { "docker-manifest-digest": SUBJECT.digest },
      type: "cosign container image signature",
      ...fields,
    },
    optional: null,
  });

/** Layers behind the tag of the artifact that must not count. */
const FORGED_LAYERS: readonly (readonly [what: string, made: MadeTagged, problem: RegExp])[] = [
  ["signs another artifact", {
    payload: simple({ image: { "docker-manifest-digest": OTHER.manifest.descriptor.digest } }),
  }, /^it signs sha256:/],
  ["names no digest", { payload: simple({ image: {} }) }, /^it names no digest$/],
  ["is of another type", { payload: simple({ type: "atomic container signature" }) }, /^its type is not/],
  ["has nothing critical", { payload: '{"optional":null}' }, /^it has nothing critical$/],
  [
    "names its image twice",
    { payload: simple({}).replace('"image"', '"image":{},"image"') },
    /^it has the key "image" twice$/,
  ],
  ["is not JSON", { payload: "payload" }, /^it is not JSON$/],
  [
    "is too large",
    { payload: `${simple({})}${" ".repeat(1024 * 1024)}` },
    /^it has \d+ bytes, and 1048576 are the limit$/,
  ],
  ["has a signature that is no Base64", { signature: "***" }, /^it has 1 layers that are no signatures$/],
  ["has an empty signature", { signature: "" }, /^it is signed by none of the keys$/],
  ["has the signature of something else", { signature: "MEUCIQ==" }, /^it is signed by none of the keys$/],
  ["is a layer of another type", { mediaType: "application/json" }, /^it has 1 layers that are no signatures$/],
];

for (const [what, made, problem] of FORGED_LAYERS) {
  Deno.test(`findSignatures() takes no layer behind the tag that ${what}`, async () => {
    const { found, rejected, failure } = await search(putTagged(taggedSignature(SUBJECT, [made])));
    assert.deepEqual([found, failure, rejected.length], [[], undefined, 1]);
    assert.match(rejected[0]?.problem ?? "", problem);
    assert.deepEqual(namesIn(await search(putTagged(taggedSignature(SUBJECT, [made, {}])))), ["legacy p256.pub"]);
  });
}

Deno.test("findSignatures() looks at so many layers and no more", async () => {
  const many = taggedSignature(SUBJECT, Array.from({ length: 1001 }, () => ({ signature: "AA==" })));
  const { found, rejected } = await search(putTagged(many));
  assert.deepEqual([found, rejected.map(({ problem }) => problem)], [[], [
    "it has 1001 layers, and 1000 are looked at",
  ]]);
});

Deno.test("findSignatures() looks at bundles first among thousands of referrers, and says that there are more", async () => {
  const memory = memoryPlace();
  const store = memoryStore(memory);
  for (let at = 0; at < 1200; at++) {
    await place(store, referrerOf(SUBJECT, [textContent(`${at}`)], "text/plain"), context);
  }
  await place(store, bundleReferrer(SUBJECT), context);
  const keys = await readPublicKeys([keyPath("p256")]);
  const search = await findSignatures(store, SUBJECT.digest, { keys, concurrency: 8 }, context);
  assert.deepEqual(namesIn(search), ["bundle p256.pub"]);
  assert.deepEqual(search.rejected, [{
    where: SUBJECT.digest,
    problem: "it has 1201 referrers, and 1000 are looked at",
  }]);
});

Deno.test("findSignatures() reads so many bytes and no more", async () => {
  const large = { predicateType: SPDX, predicate: { padding: "x".repeat(30 * 1024 * 1024) } };
  const text = textContent(bundleText(SUBJECT, large), BUNDLE_TYPE);
  // The same bytes each time: what counts is how often they are read.
  const referrers = Array.from({ length: 8 }, (_, at) => referrerOf(SUBJECT, [text], `type/${at}`));
  const { found, rejected } = await search(put(...referrers), { predicateType: SPDX });
  assert.ok(found.length < 8);
  assert.match(rejected[0]?.problem ?? "", /^more than \d+ bytes would have to be read$/);
});

Deno.test("findSignatures() is not stopped by a bundle whose content is gone", async () => {
  const there = memoryPlace();
  const store = memoryStore(there);
  await place(store, APP, context, ["1.0.0"]);
  const gone = bundleReferrer(SUBJECT);
  await place(store, gone, context);
  for (const { descriptor } of gone.blobs) there.blobs.delete(descriptor.digest);
  const keys = await readPublicKeys([keyPath("p256")]);
  const { found, rejected, failure } = await findSignatures(store, SUBJECT.digest, { keys, concurrency: 2 }, context);
  assert.deepEqual([found, failure, rejected.length], [[], undefined, 1]);
  assert.match(rejected[0]?.problem ?? "", /^its content sha256:[0-9a-f]+ is not there$/);
});

Deno.test("findSignatures() says what failed where it could not look, and finds the rest", async () => {
  const store = memoryStore();
  const [first, second] = [bundleReferrer(SUBJECT), bundleReferrer(SUBJECT, { key: "ed25519" })];
  for (const each of [APP, first, second]) await place(store, each, context);
  const broken = new Error("the network is down");
  const failing: Store = {
    ...store,
    fetchManifest: (name, context) =>
      name === first.manifest.descriptor.digest ? Promise.reject(broken) : store.fetchManifest(name, context),
  };
  const keys = await readPublicKeys([keyPath("p256"), keyPath("ed25519")]);
  const { failure, ...search } = await findSignatures(failing, SUBJECT.digest, { keys, concurrency: 2 }, context);
  assert.equal(failure, broken);
  assert.deepEqual(namesIn({ ...search }), ["bundle ed25519.pub"]);
});

Deno.test("findSignatures() ends when it is cancelled", async () => {
  const controller = new AbortController();
  const store = memoryStore();
  await place(store, bundleReferrer(SUBJECT), context);
  const cancelled: Store = {
    ...store,
    fetchManifest(): Promise<never> {
      controller.abort(new Error("stop"));
      return Promise.reject(new SyntaxError("cut off"));
    },
  };
  const keys = await readPublicKeys([keyPath("p256")]);
  const run = findSignatures(cancelled, SUBJECT.digest, { keys, concurrency: 2 }, testContext(controller.signal));
  await assert.rejects(run, /^Error: stop$/);
});

Deno.test("findSignatures() finds attestations of one type, in a bundle and behind the tag .att", async () => {
  const predicate = { name: "app" };
  const made = { predicateType: SPDX, predicate };
  const { dsseEnvelope } = JSON.parse(bundleText(SUBJECT, made));
  const layer = textContent(JSON.stringify(dsseEnvelope), "application/vnd.dsse.envelope.v1+json");
  const fill = async (store: Store): Promise<void> => {
    await put(bundleReferrer(SUBJECT, made), bundleReferrer(SUBJECT))(store);
    await putTagged(referrerOf(undefined, [layer]), "att")(store);
  };
  const { found, rejected } = await search(fill, { predicateType: SPDX });
  assert.deepEqual(found.map(({ statement }) => JSON.parse(new TextDecoder().decode(statement)).predicate), [
    predicate,
    predicate,
  ]);
  assert.deepEqual(rejected.map(({ problem }) => problem), ['its type is "https://sigstore.dev/cosign/sign/v1"']);
});

Deno.test("findSignatures() finds nothing behind the tags of a subject by sha512, which is too long for one", async () => {
  const digest: Descriptor["digest"] = `sha512:${"a".repeat(128)}`;
  const keys = await readPublicKeys([keyPath("p256")]);
  const { found, rejected } = await findSignatures(memoryStore(), digest, { keys, concurrency: 1 }, context);
  assert.deepEqual([found, rejected], [[], []]);
});
