/**
 * Bundles with certificates, against sigstore's own mock of its services. Deno 2.6 does not run it: the mock does not
 * know its names of curves.
 */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import type { Digest } from "../../src/oci/digest.ts";
import { findSignatures, type SignatureSearch } from "../../src/sign/find_signatures.ts";
import { readPublicKeys } from "../../src/sign/read_public_keys.ts";
import { type CertificateIdentity, readTrustedIdentity, trustedIdentity } from "../../src/sign/trusted_identity.ts";
import { testContext } from "../layout/test_context.ts";
import { type CertifiedBundle, certifiedBundle } from "../support/certified_bundle.ts";
import { memoryStore } from "../support/memory_store.ts";
import { sampleKeyPath } from "../support/sample_keys.ts";
import { bundleReferrer, place, referrerOf } from "../support/signatures.ts";
import { startSigstore } from "../support/sigstore_server.ts";
import { sampleOf, textContent } from "../support/store_samples.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const context = testContext();
const APP = sampleOf("app");
const SUBJECT = APP.manifest.descriptor;
const CLAIMS = {
  sub: "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main",
  iss: "https://token.actions.githubusercontent.com",
};
const IDENTITY = { identity: CLAIMS.sub, issuer: CLAIMS.iss };
const [SERVICES, OTHERS] = await Promise.all([startSigstore(), startSigstore()]);
const { trustedRoot: ROOT } = SERVICES;
const bundleOf = (subject: Digest, predicateType?: string): Promise<CertifiedBundle> =>
  certifiedBundle(SERVICES, { subject, claims: CLAIMS, ...(predicateType === undefined ? {} : { predicateType }) });
const BUNDLE = await bundleOf(SUBJECT.digest);
const SECOND = await bundleOf(SUBJECT.digest);
const ATTESTATION = await bundleOf(SUBJECT.digest, "https://spdx.dev/Document");
const ELSEWHERE = await bundleOf(`sha256:${"0".repeat(64)}`);
const FOREIGN = await certifiedBundle(OTHERS, { subject: SUBJECT.digest, claims: CLAIMS });
for (const services of [SERVICES, OTHERS]) await services[Symbol.asyncDispose]();

async function search(
  bundle: unknown,
  wanted: Partial<CertificateIdentity> = IDENTITY,
  root: unknown = ROOT,
): Promise<SignatureSearch> {
  await using directory = await tempDirectory();
  const trustedRoot = join(directory.path, "root.json");
  await Deno.writeTextFile(trustedRoot, JSON.stringify(root));
  const store = memoryStore();
  await place(store, APP, context);
  const layer = textContent(JSON.stringify(bundle), "application/vnd.dev.sigstore.bundle.v0.3+json");
  await place(store, referrerOf(SUBJECT, [layer]), context);
  const identity = await readTrustedIdentity({ issuer: "", ...wanted, trustedRoot });
  return await findSignatures(store, SUBJECT.digest, { keys: [], identity, concurrency: 2 }, context);
}

const taken: readonly (readonly [what: string, wanted: Partial<CertificateIdentity>, name: string])[] = [
  ["exactly", IDENTITY, `${CLAIMS.sub} (${CLAIMS.iss})`],
  [
    "by an expression",
    { identityRegexp: String.raw`https:\/\/github\.com\/acme\/.+\@refs/heads/main`, issuer: CLAIMS.iss },
    String.raw`/https:\/\/github\.com\/acme\/.+\@refs/heads/main/ (${CLAIMS.iss})`,
  ],
];

for (const [what, wanted, name] of taken) {
  Deno.test(`findSignatures() takes a bundle whose certificate names the identity ${what}`, async () => {
    const { found, rejected } = await search(BUNDLE, wanted);
    assert.deepEqual(rejected, []);
    assert.deepEqual(found.map(({ format, by }) => [format, by.name]), [["bundle", name]]);
  });
}

const [ENTRY] = BUNDLE.verificationMaterial.tlogEntries;
const entries = (tlogEntries: readonly unknown[]): unknown => ({
  ...BUNDLE,
  verificationMaterial: { ...BUNDLE.verificationMaterial, tlogEntries },
});
const flipped = (text: unknown): string => {
  const bytes = Buffer.from(String(text), "base64");
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return bytes.toString("base64");
};

const refused: readonly (readonly [
  what: string,
  bundle: unknown,
  problem: RegExp,
  wanted?: Partial<CertificateIdentity>,
])[] = [
  ["is by somebody else", BUNDLE, /^it is signed by "https:\/\/github\.com\/acme\/app\/.*" of "https:/, {
    ...IDENTITY,
    identity: "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/other",
  }],
  ["names the identity only as a part", BUNDLE, /^it is signed by /, {
    identityRegexp: "https://github\\.com/acme/app",
    issuer: CLAIMS.iss,
  }],
  ["is vouched for by somebody else", BUNDLE, /^it is signed by /, { ...IDENTITY, issuer: "https://gitlab.com" }],
  ["is of an authority that is not trusted", FOREIGN, /^its certificate does not hold: /],
  ["has no entry in a log", entries([]), /^its certificate does not hold: /],
  [
    "has the entry of another signature",
    entries(SECOND.verificationMaterial.tlogEntries),
    /^its certificate does not hold: /,
  ],
  [
    "has an entry whose promise is not the log's",
    entries([{
      ...ENTRY,
      inclusionPromise: {
        signedEntryTimestamp: flipped(
          (ENTRY?.inclusionPromise as { signedEntryTimestamp: string }).signedEntryTimestamp,
        ),
      },
    }]),
    /^its certificate does not hold: /,
  ],
  [
    "was signed after its certificate had ended",
    entries([{ ...ENTRY, integratedTime: "4102444800" }]),
    /^its certificate does not hold: /,
  ],
  ["has another certificate", {
    ...BUNDLE,
    verificationMaterial: { ...BUNDLE.verificationMaterial, certificate: SECOND.verificationMaterial.certificate },
  }, /^its certificate does not hold: /],
  ["has a certificate that is none", {
    ...BUNDLE,
    verificationMaterial: { ...BUNDLE.verificationMaterial, certificate: { rawBytes: "AAAA" } },
  }, /^its certificate does not hold: /],
  ["has a changed payload", {
    ...BUNDLE,
    dsseEnvelope: { ...BUNDLE.dsseEnvelope, payload: btoa(`${atob(BUNDLE.dsseEnvelope.payload).slice(0, -1)} }`) },
  }, /^its certificate does not hold: /],
  [
    "is an attestation",
    ATTESTATION,
    /^it is an attestation of the type "https:\/\/spdx\.dev\/Document", and no signature$/,
  ],
  ["speaks of something else", ELSEWHERE, /^it speaks of sha256:0+, and not of this$/],
];

for (const [what, bundle, problem, wanted] of refused) {
  Deno.test(`findSignatures() takes no bundle with a certificate that ${what}`, async () => {
    const { found, rejected, failure } = await search(bundle, wanted);
    assert.deepEqual([found, failure, rejected.length], [[], undefined, 1]);
    assert.match(rejected[0]?.problem ?? "", problem);
  });
}

Deno.test("findSignatures() takes no signature by a key for one of an identity, and none of an identity for one by a key", async () => {
  await using directory = await tempDirectory();
  const trustedRoot = join(directory.path, "root.json");
  await Deno.writeTextFile(trustedRoot, JSON.stringify(ROOT));
  const store = memoryStore();
  await place(store, APP, context);
  await place(store, bundleReferrer(SUBJECT), context);
  const identity = await readTrustedIdentity({ ...IDENTITY, trustedRoot });
  const byIdentity = await findSignatures(store, SUBJECT.digest, { keys: [], identity, concurrency: 2 }, context);
  assert.deepEqual([byIdentity.found, byIdentity.rejected.map(({ problem }) => problem)], [[], [
    "it is signed with a key that is not asked for, and without a certificate",
  ]]);
  const layer = textContent(JSON.stringify(BUNDLE), "application/vnd.dev.sigstore.bundle.v0.3+json");
  await place(store, referrerOf(SUBJECT, [layer]), context);
  const keys = await readPublicKeys([sampleKeyPath("p256.pub").pathname]);
  const both = await findSignatures(store, SUBJECT.digest, { keys, identity, concurrency: 2 }, context);
  assert.deepEqual(both.found.map(({ by }) => "hint" in by ? "key" : "identity").sort(), ["identity", "key"]);
});

for (const names of [{ identity: "", issuer: "https://a.example" }, { identity: "me@a.example", issuer: "" }]) {
  Deno.test(`trustedIdentity() takes no certificate that names ${JSON.stringify(names)}, whoever is meant`, () => {
    const { verify } = trustedIdentity(() => names, { name: "anybody", isMeant: () => true });
    assert.throws(() => verify({}), {
      name: "SyntaxError",
      message: `it is signed by ${JSON.stringify(names.identity)} of ${JSON.stringify(names.issuer)}`,
    });
  });
}

const unusable: readonly (readonly [
  what: string,
  root: string | undefined,
  wanted: Partial<CertificateIdentity>,
  message: RegExp,
])[] = [
  [
    "there is no file",
    undefined,
    IDENTITY,
    /^Cannot read the trusted root ".*root\.json": no such file or directory$/,
  ],
  ["the file is not JSON", "root", IDENTITY, /^Cannot use ".*root\.json" as a trusted root: /],
  ["the file is something else", "{}", IDENTITY, /^Cannot use ".*root\.json" as a trusted root: it names no /],
  [
    "the expression is none",
    "{}",
    { identityRegexp: "(", issuer: "i" },
    /^Cannot use "\(" as a regular expression: /,
  ],
  [
    "the expression is one only between brackets",
    "{}",
    { identityRegexp: "https://trusted)|(.*", issuer: "i" },
    /^Cannot use "https:\/\/trusted\)\|\(\.\*" as a regular expression: /,
  ],
];

for (const [what, root, wanted, message] of unusable) {
  Deno.test(`readTrustedIdentity() refuses to begin when ${what}`, async () => {
    await using directory = await tempDirectory();
    const trustedRoot = join(directory.path, "root.json");
    if (root !== undefined) await Deno.writeTextFile(trustedRoot, root);
    await assert.rejects(readTrustedIdentity({ issuer: "", ...wanted, trustedRoot }), { name: "KeyError", message });
  });
}
