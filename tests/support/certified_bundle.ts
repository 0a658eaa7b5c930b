import { join } from "node:path";
import type { Digest } from "../../src/oci/digest.ts";
import { readBytes } from "../../src/oci/bytes/read.ts";
import { createWebClient } from "../../src/registry/web_client.ts";
import { bundleReferrer } from "../../src/sign/bundle_referrer.ts";
import { openKeyless } from "../../src/sign/keyless/keyless_signer.ts";
import { SIGNATURE_PREDICATE } from "../../src/sign/formats/predicate_types.ts";
import { testContext } from "../layout/test_context.ts";
import type { BundleJson } from "./signatures.ts";
import { identityToken, type SigstoreServer, type TokenClaims } from "./sigstore_server.ts";
import { tempDirectory } from "./temp_directory.ts";

/** A bundle with a certificate. */
export interface CertifiedBundle extends Omit<BundleJson, "verificationMaterial"> {
  readonly verificationMaterial: {
    readonly certificate: { readonly rawBytes: string };
    readonly tlogEntries: readonly Readonly<Record<string, unknown>>[];
  };
}

/** What is said of what, and who says it. */
export interface WantedBundle {
  readonly subject: Digest;
  readonly claims: TokenClaims;
  /** That it is signed, when left out. */
  readonly predicateType?: string;
}

/** Signs by services, with a certificate of its own. */
export async function certifiedBundle(
  { signingConfig: services }: Pick<SigstoreServer, "signingConfig">,
  { subject, claims, predicateType = SIGNATURE_PREDICATE }: WantedBundle,
): Promise<CertifiedBundle> {
  await using directory = await tempDirectory();
  const signingConfig = join(directory.path, "services.json");
  await Deno.writeTextFile(signingConfig, JSON.stringify(services));
  const token = identityToken({ aud: "sigstore", ...claims });
  const env = (name: string): string | undefined => name === "SIGSTORE_ID_TOKEN" ? token : undefined;
  const { certify } = await openKeyless({ signingConfig }, { env });
  const { ask, close } = createWebClient({});
  const context = testContext();
  const content = { subject, predicateType, predicate: "{}", created: undefined };
  const { layers: [layer] } = await bundleReferrer(content, await certify(ask, context), context);
  close();
  if (layer === undefined) throw new Error("There is no bundle");
  return JSON.parse(new TextDecoder().decode(await readBytes(await layer.open())));
}
