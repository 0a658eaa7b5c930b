/**
 * sigstore's own libraries: what bundles, certificates and time stamps are, and whether they hold. All that gantry
 * makes of them goes through this module, which is loaded only where somebody has a certificate in the place of a key.
 *
 * The one that signs (`@sigstore/sign`) is not among them. It brings 45 packages with 11 MiB for three requests, and
 * sends them by a client of its own, which takes no certificate authorities, no signal and none of gantry's limits.
 * Those requests are in `keyless/`, over the same transport as all others.
 *
 * The one that verifies leaves the hash of an ECDSA signature to Node, which takes SHA-256 then. Deno takes none and
 * says no to every one of them, so it is named here: by the key, as Node chooses it.
 */
import { Buffer } from "node:buffer";
import { createPublicKey, verify as verifyBytes } from "node:crypto";
import { bundleFromJSON } from "@sigstore/bundle";
import { crypto, RFC3161Timestamp, X509Certificate } from "@sigstore/core";
import { SigningConfig, TransparencyLogEntry, TrustedRoot } from "@sigstore/protobuf-specs";
import { toSignedEntity, toTrustMaterial, Verifier } from "@sigstore/verify";
import { isObject } from "../oci/is_object.ts";

const verify: typeof crypto.verify = (data, key, signature, algorithm) => {
  try {
    const { asymmetricKeyType } = typeof key === "object" && "asymmetricKeyType" in key ? key : createPublicKey(key);
    return verifyBytes(algorithm ?? (asymmetricKeyType === "ed25519" ? null : "sha256"), data, key, signature);
  } catch {
    return false;
  }
};
// The module itself, as its siblings have it, also where all of them are one file: a module of its own would be a copy.
Object.assign(crypto, { verify });

/** Who a certificate was given to. */
export interface CertificateNames {
  /** Whom the certificate names: an e-mail address, or the URI of a workflow. */
  readonly identity: string;
  /** Who has vouched for that: the URL of an issuer of tokens. */
  readonly issuer: string;
}

/** Verifies a bundle's signature, its certificate and the proof of its log; throws when one of them does not hold. */
export type BundleVerifier = (json: unknown) => CertificateNames;

/**
 * Makes a verifier of what a trusted root names: authorities of certificates and of time stamps, and logs. A signature
 * has to be on a log of each kind that it names, and something that it names has to say when it was made.
 *
 * @throws {Error} When it is no trusted root.
 */
export function bundleVerifier(trustedRoot: unknown): BundleVerifier {
  const root = TrustedRoot.fromJSON(trustedRoot);
  if (root.certificateAuthorities.length === 0) throw new Error("it names no authority of certificates");
  // A root of services without a log names none, and then nobody can ask for an entry there.
  const verifier = new Verifier(toTrustMaterial(root), {
    tlogThreshold: Math.min(root.tlogs.length, 1),
    ctlogThreshold: Math.min(root.ctlogs.length, 1),
  });
  return (json) => {
    const { identity } = verifier.verify(toSignedEntity(bundleFromJSON(json)));
    return { identity: identity?.subjectAlternativeName ?? "", issuer: identity?.extensions?.issuer ?? "" };
  };
}

/**
 * Reads a signing configuration. What it lacks is empty in what is given.
 *
 * @throws {Error} When it is none of version 0.2.
 */
export function parseSigningConfig(json: unknown): SigningConfig {
  if (isObject(json) && json.mediaType === SIGNING_CONFIG_MEDIA_TYPE) return SigningConfig.fromJSON(json);
  throw new Error(`its mediaType is not ${SIGNING_CONFIG_MEDIA_TYPE}`);
}

const SIGNING_CONFIG_MEDIA_TYPE = "application/vnd.dev.sigstore.signingconfig.v0.2+json";

/** What a certificate says. Nothing in it is verified. */
export interface CertificateContent extends CertificateNames {
  /** The SubjectPublicKeyInfo of its key in DER. */
  readonly spki: Uint8Array;
  /** Until when it counts, in milliseconds since 1970. */
  readonly expires: number;
}

/** The extension that names the issuer of the token; the older one has it without a type of ASN.1 around it. */
const ISSUER_OID = "1.3.6.1.4.1.57264.1.8";
const OLD_ISSUER_OID = "1.3.6.1.4.1.57264.1.1";

/**
 * Reads a certificate in DER.
 *
 * @throws {Error} When it is none.
 */
export function readCertificate(der: Uint8Array): CertificateContent {
  const certificate = X509Certificate.parse(Buffer.from(der));
  const issuer = certificate.extension(ISSUER_OID)?.valueObj.subs[0]?.value ??
    certificate.extension(OLD_ISSUER_OID)?.value;
  return {
    identity: certificate.subjectAltName ?? "",
    issuer: issuer?.toString("utf8") ?? "",
    spki: certificate.publicKey,
    expires: certificate.notAfter.getTime(),
  };
}

/** Statuses of RFC 3161 that come with a time stamp: granted, and granted with changes. */
const GRANTED: readonly bigint[] = [0n, 1n];

/**
 * Makes sure that an answer of a timestamp authority has a time stamp of these bytes. Whose it is, only a trusted root
 * can say.
 *
 * @throws {Error} When it has none.
 */
export function checkTimestamp(answer: Uint8Array, signed: Uint8Array): void {
  const timestamp = RFC3161Timestamp.parse(Buffer.from(answer));
  if (!GRANTED.includes(timestamp.status)) throw new Error(`its status is ${timestamp.status}`);
  timestamp.tstInfo.verify(Buffer.from(signed));
}

/**
 * Makes of what a transparency log answers what stands in a bundle; what nobody knows is left out.
 *
 * @throws {Error} When it is no entry.
 */
export function normalLogEntry(json: unknown): unknown {
  if (!isObject(json)) throw new Error("it is no JSON object");
  return TransparencyLogEntry.toJSON(TransparencyLogEntry.fromJSON(json));
}

/**
 * Makes sure that nothing lacks in a bundle that its version asks for.
 *
 * @throws {Error} Names what lacks.
 */
export function checkBundle(json: unknown): void {
  bundleFromJSON(json);
}
