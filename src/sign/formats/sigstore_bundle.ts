/**
 * Sigstore bundles of version 0.3 around a DSSE envelope: a statement, its signature, and what it takes to verify both.
 *
 * @see {@link https://github.com/sigstore/protobuf-specs/blob/v0.5.0/protos/sigstore_bundle.proto | sigstore, Bundle}
 */
import { isObject } from "../../oci/is_object.ts";
import { readJsonObject } from "./read_json_object.ts";
import { IN_TOTO_MEDIA_TYPE, isSigstoreBundleMediaType, SIGSTORE_BUNDLE_MEDIA_TYPE } from "../../oci/media_types.ts";
import { toBase64 } from "./base64.ts";
import { decoded, type Envelope, parseEnvelope } from "./envelope.ts";

/** What a bundle is made of. */
export interface BundleContent extends StatementSignature {
  /** The statement that was signed. */
  readonly statement: Uint8Array;
}

/** The signature of a statement, and what it takes to verify it. */
export interface StatementSignature {
  /** The signature of its pre-authentication encoding. */
  readonly signature: Uint8Array;
  /** The name of the key, or a certificate and what says when it was used. */
  readonly material: VerificationMaterial;
}

/** What verifies a signature, as JSON. Lists that are absent are empty. */
export type VerificationMaterial =
  | { readonly publicKey: { readonly hint: string } }
  | {
    /** In DER and Base64. */
    readonly certificate: { readonly rawBytes: string };
    readonly tlogEntries?: readonly unknown[];
    readonly timestampVerificationData?: {
      readonly rfc3161Timestamps: readonly { readonly signedTimestamp: string }[];
    };
  };

/** A bundle, as somebody wrote it. Nothing in it is verified. */
export interface SigstoreBundle extends Envelope {
  /** Its media type, which has its version. */
  readonly mediaType: string;
  /** The name of the key, when it was signed with one; it may be anything. */
  readonly hint?: string;
  /** The certificate in DER, when it was signed without a key of the signer's own. */
  readonly certificate?: Uint8Array<ArrayBuffer>;
  /** All of it as JSON, for what else is in there. */
  readonly json: Readonly<Record<string, unknown>>;
}

/** Writes a bundle as JSON. The same content always gives the same bytes. */
export function encodeSigstoreBundle({ statement, signature, material }: BundleContent): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify({
    mediaType: SIGSTORE_BUNDLE_MEDIA_TYPE,
    verificationMaterial: material,
    dsseEnvelope: envelopeOf({ statement, signature }),
  }));
}

/** The envelope around a statement, as JSON. */
export function envelopeOf({ statement, signature }: Pick<BundleContent, "statement" | "signature">): unknown {
  return {
    payload: toBase64(statement),
    payloadType: IN_TOTO_MEDIA_TYPE,
    signatures: [{ sig: toBase64(signature) }],
  };
}

/**
 * Reads a bundle.
 *
 * @throws {SyntaxError} Says what is wrong, as a part of a sentence: `it has no DSSE envelope`.
 */
export function parseSigstoreBundle(bytes: Uint8Array): SigstoreBundle {
  const json = readJsonObject(bytes);
  const { mediaType, verificationMaterial: material, dsseEnvelope: envelope } = json;
  if (typeof mediaType !== "string" || !isSigstoreBundleMediaType(mediaType)) {
    throw new SyntaxError("it is no sigstore bundle of version 0.3 or later");
  }
  if (!isObject(envelope)) throw new SyntaxError("it has no DSSE envelope");
  // A bundle is the one or the other, and of two readers each could verify another one.
  if (json.messageSignature !== undefined) {
    throw new SyntaxError("it has the signature of a message beside its envelope");
  }
  return { mediaType, ...parseEnvelope(envelope), ...materialOf(material), json };
}

function materialOf(material: unknown): Pick<SigstoreBundle, "hint" | "certificate"> {
  if (!isObject(material)) throw new SyntaxError("it has no verification material");
  const { publicKey, certificate } = material;
  if (isObject(publicKey)) return typeof publicKey.hint === "string" ? { hint: publicKey.hint } : {};
  return isObject(certificate) ? { certificate: decoded(certificate.rawBytes, "certificate") } : {};
}
