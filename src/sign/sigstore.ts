/**
 * sigstore's own library, which verifies bundles that were signed with a certificate in the place of a key.
 *
 * It leaves the hash of an ECDSA signature to Node, which takes SHA-256 then. Deno takes none and says no to every one
 * of them, so it is named here: by the key, as Node chooses it.
 */
import { createPublicKey, verify as verifyBytes } from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import core from "@sigstore/core/dist/crypto.js";
import { TrustedRoot } from "@sigstore/protobuf-specs";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";

core.verify = (data, key, signature, algorithm) => {
  try {
    const { asymmetricKeyType } = typeof key === "object" && "asymmetricKeyType" in key ? key : createPublicKey(key);
    return verifyBytes(algorithm ?? (asymmetricKeyType === "ed25519" ? null : "sha256"), data, key, signature);
  } catch {
    return false;
  }
};

/** Who a certificate was given to. */
export interface CertifiedSigner {
  /** Whom the certificate names: an e-mail address, or the URI of a workflow. */
  readonly identity: string;
  /** Who has vouched for that: the URL of an issuer of tokens. */
  readonly issuer: string;
}

/** Verifies a bundle's signature, its certificate and the proof of its log; throws when one of them does not hold. */
export type BundleVerifier = (json: unknown) => CertifiedSigner;

/**
 * Makes a verifier of what a trusted root names: authorities of certificates and of time stamps, and logs.
 *
 * @throws {Error} When it is no trusted root.
 */
export function bundleVerifier(trustedRoot: unknown): BundleVerifier {
  const root = TrustedRoot.fromJSON(trustedRoot);
  if (root.certificateAuthorities.length === 0) throw new Error("it names no authority of certificates");
  const verifier = new Verifier(toTrustMaterial(root));
  return (json) => {
    const { identity } = verifier.verify(toSignedEntity(bundleFromJSON(json)));
    return { identity: identity?.subjectAlternativeName ?? "", issuer: identity?.extensions?.issuer ?? "" };
  };
}
