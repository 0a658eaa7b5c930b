/**
 * Both forms, byte for byte: what a key signs once is what it signs for ever, on every machine and in every place.
 * `deno test -A tests/sign/golden_test.ts -- --update` writes them anew.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { readContent } from "../../src/oci/bytes_content.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { attachedReferrer } from "../../src/pipeline/bring_to_targets.ts";
import { parseAttestation, plainReferrer } from "../../src/sign/attestation.ts";
import { keyBundleSigner } from "../../src/sign/bundle_signer.ts";
import { bundleReferrer, type StatementReferrer } from "../../src/sign/bundle_referrer.ts";
import { makeSignatures } from "../../src/sign/make_signatures.ts";
import { provenance } from "../../src/sign/provenance.ts";
import { openSigners } from "../../src/sign/signers/open_signers.ts";
import type { Signer } from "../../src/sign/signers/signer.ts";
import { companionManifest } from "../../src/store/companion_manifest.ts";
import { testContext } from "../layout/test_context.ts";
import { SAMPLE_KEYS, sampleKeyPath } from "../support/sample_keys.ts";

const HEX = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
const SUBJECT: Descriptor = {
  mediaType: "application/vnd.oci.image.manifest.v1+json",
  digest: `sha256:${HEX}`,
  size: 610,
};
const created = "2026-01-02T03:04:05Z";
const reference = "registry.example/acme/app";
const context = testContext();

async function signerOf(name: string): Promise<Signer> {
  const [signer] = await openSigners([fileURLToPath(sampleKeyPath(`${name}.pem`))], {
    ...context,
    env: () => undefined,
  });
  assert.ok(signer !== undefined);
  return signer;
}

async function matches(name: string, bytes: Uint8Array): Promise<void> {
  const file = new URL(`golden/${name}.txt`, import.meta.url);
  if (Deno.args.includes("--update")) await Deno.writeFile(file, bytes);
  assert.equal(new TextDecoder().decode(bytes), await Deno.readTextFile(file));
}

/** The manifest, and its one layer. */
async function matchesReferrer(name: string, referrer: StatementReferrer): Promise<void> {
  const { manifest } = attachedReferrer(referrer, SUBJECT);
  await matches(`${name}.manifest`, await readContent(manifest));
  const [layer] = referrer.layers;
  assert.ok(layer !== undefined && referrer.layers.length === 1);
  await matches(`${name}.layer`, await readContent(layer));
}

for (const name of SAMPLE_KEYS) {
  Deno.test(`both forms of a signature by ${name} have the bytes that they always had`, async () => {
    const { referrers, layers } = await makeSignatures(
      { subject: SUBJECT.digest, created, reference, format: "both" },
      [await signerOf(name)],
      [{ name: "place" }],
      { context, concurrency: 1 },
    );
    const [bundle] = referrers;
    assert.ok(bundle !== undefined && referrers.length === 1);
    await matchesReferrer(`${name}.bundle`, bundle);
    const { manifest } = companionManifest(layers.map(({ descriptor }) => descriptor));
    await matches(`${name}.sig.manifest`, await readContent(manifest));
  });
}

const FACTS = {
  source: "https://git.example/acme/app",
  revision: `main@sha1:${"0".repeat(40)}`,
  parameters: { profile: "flux", options: { version: "1.0.0", ignore: ["*.md"] } },
  builder: "https://git.example/acme/app/.github/workflows/release.yml@refs/heads/main",
  version: "0.1.0",
};

Deno.test("signed and unsigned provenance has the bytes that it always had", async () => {
  const attestation = provenance(FACTS);
  const content = { ...attestation, subject: SUBJECT.digest, created };
  await matchesReferrer(
    "provenance.bundle",
    await bundleReferrer(content, keyBundleSigner(await signerOf("p256")), context),
  );
  await matchesReferrer("provenance.plain", plainReferrer(SUBJECT.digest, attestation, created));
});

Deno.test("an SBOM that nobody signs is attached as it is", async () => {
  const sbom = '{ "spdxVersion": "SPDX-2.3", "name": "app" }\n';
  const attestation = parseAttestation(new TextEncoder().encode(sbom), "https://spdx.dev/Document");
  await matchesReferrer("spdx.plain", plainReferrer(SUBJECT.digest, attestation, undefined));
});
