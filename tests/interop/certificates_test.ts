/** Whether a signature with a certificate holds: cosign and gantry say the same, each with the same trusted root. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { directoryStore } from "../../src/layout/directory/store.ts";
import { testContext } from "../layout/test_context.ts";
import type { Digest } from "../../src/oci/digest.ts";
import { type CertifiedBundle, certifiedBundle } from "../support/certified_bundle.ts";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { place, referrerOf } from "../support/signatures.ts";
import { startSigstore } from "../support/sigstore_server.ts";
import { textContent } from "../support/store_samples.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const context = testContext();
const BUNDLE_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
const CLAIMS = {
  sub: "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main",
  iss: "https://issuer.test",
};
const IDENTITY = ["--certificate-identity", CLAIMS.sub, "--certificate-oidc-issuer", CLAIMS.iss];

toolTest("cosign and gantry take the same bundles with certificates, and refuse the same", ["cosign"], async () => {
  await using directory = await tempDirectory();
  await using sigstore = await startSigstore();
  await using foreign = await startSigstore();
  const root = join(directory.path, "trusted_root.json");
  await Deno.writeTextFile(root, JSON.stringify(sigstore.trustedRoot));
  await writeTree(join(directory.path, "source"), { "a.yaml": "a: 1\n" });
  const published = join(directory.path, "published");
  const { digest } = await push([join(directory.path, "source"), `oci-layout:${published}`, "--version", "1.0.0"]);
  const wanted = { subject: digest as Digest, claims: CLAIMS };
  const good = await certifiedBundle(sigstore, wanted);
  const second = await certifiedBundle(sigstore, wanted);
  const elsewhere = await certifiedBundle(sigstore, { ...wanted, subject: `sha256:${"0".repeat(64)}` });
  const withMaterial = (material: Partial<CertifiedBundle["verificationMaterial"]>): CertifiedBundle => ({
    ...good,
    verificationMaterial: { ...good.verificationMaterial, ...material },
  });
  const { tlogEntries, certificate } = second.verificationMaterial;
  const identity = (sub: string, iss: string): readonly string[] => [
    "--certificate-identity",
    sub,
    "--certificate-oidc-issuer",
    iss,
  ];

  const cases: readonly (readonly [what: string, bundle: CertifiedBundle, flags: readonly string[], holds: boolean])[] =
    [
      ["as it is", good, IDENTITY, true],
      ["another identity", good, identity("https://github.com/acme/other", CLAIMS.iss), false],
      ["another issuer", good, identity(CLAIMS.sub, "https://other.test"), false],
      ["another authority", await certifiedBundle(foreign, wanted), IDENTITY, false],
      ["no entry in a log", withMaterial({ tlogEntries: [] }), IDENTITY, false],
      ["the entry of another signature", withMaterial({ tlogEntries }), IDENTITY, false],
      ["the certificate of another signature", withMaterial({ certificate }), IDENTITY, false],
      ["another artifact", elsewhere, IDENTITY, false],
    ];
  for (const [at, [what, bundle, flags, holds]] of cases.entries()) {
    const path = join(directory.path, `layout-${at}`);
    await gantryOk(["copy", `oci-layout:${published}:1.0.0`, `oci-layout:${path}:1.0.0`]);
    {
      await using store = directoryStore({ kind: "oci-layout", path });
      const descriptor = await store.resolve("1.0.0", context);
      assert.ok(descriptor);
      await place(store, referrerOf(descriptor, [textContent(JSON.stringify(bundle), BUNDLE_TYPE)]), context);
    }
    const trusted = [...flags, "--trusted-root", root];
    const cosign = await runTool("cosign", ["verify", ...trusted, "--local-image", path]);
    const ours = await gantry(["verify", `oci-layout:${path}:1.0.0`, ...trusted]);
    assert.deepEqual(
      [cosign.code === 0, ours.code],
      [holds, holds ? 0 : 1],
      `${what}:\n${cosign.stderr}${ours.stdout}`,
    );
  }
});
