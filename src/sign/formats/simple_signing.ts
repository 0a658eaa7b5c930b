/**
 * The payload that cosign signs when it keeps a signature behind the tag `sha256-….sig`.
 *
 * @see {@link https://github.com/sigstore/cosign/blob/v2.4.0/specs/SIGNATURE_SPEC.md#simple-signing | cosign signature specification, Simple Signing}
 */
import { type Digest, isDigest } from "../../oci/digest.ts";
import { isObject } from "../../oci/is_object.ts";
import { readJsonObject } from "./read_json_object.ts";

/** What the payload says. */
export interface SimpleSigning {
  /** The manifest that is signed. */
  readonly digest: Digest;
  /** `HOST/REPOSITORY` where it was signed. No verifier compares it. */
  readonly reference: string;
}

const SIGNATURE_TYPE = "cosign container image signature";

/** Writes the payload as cosign does. The same content always gives the same bytes. */
export function encodeSimpleSigning({ digest, reference }: SimpleSigning): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify({
    critical: {
      identity: { "docker-reference": reference },
      image: { "docker-manifest-digest": digest },
      type: SIGNATURE_TYPE,
    },
    optional: null,
  }));
}

/**
 * Reads the payload.
 *
 * @throws {SyntaxError} Says what is wrong, as a part of a sentence.
 */
export function parseSimpleSigning(bytes: Uint8Array): SimpleSigning {
  const { identity, image, type } = criticalIn(bytes);
  if (type !== SIGNATURE_TYPE) throw new SyntaxError(`its type is not ${JSON.stringify(SIGNATURE_TYPE)}`);
  const digest = isObject(image) ? image["docker-manifest-digest"] : undefined;
  if (typeof digest !== "string" || !isDigest(digest)) throw new SyntaxError("it names no digest");
  const reference = isObject(identity) ? identity["docker-reference"] : undefined;
  return { digest, reference: typeof reference === "string" ? reference : "" };
}

function criticalIn(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const { critical } = readJsonObject(bytes);
  if (!isObject(critical)) throw new SyntaxError("it has nothing critical");
  return critical;
}
