/**
 * DSSE envelopes: a payload and what signs it.
 *
 * @see {@link https://github.com/secure-systems-lab/dsse/blob/v1.0.2/envelope.md | DSSE 1.0.2, Envelope}
 */
import { isObject } from "../../oci/is_object.ts";
import { fromBase64 } from "./base64.ts";

/** An envelope, as somebody wrote it. Nothing in it is verified. */
export interface Envelope {
  /** The type of the payload, such as `application/vnd.in-toto+json`. */
  readonly payloadType: string;
  /** The payload: mostly a statement. */
  readonly payload: Uint8Array<ArrayBuffer>;
  /** The signature, of which there is one. */
  readonly signature: Uint8Array<ArrayBuffer>;
}

/**
 * Reads an envelope.
 *
 * @param json The envelope as JSON that was parsed.
 * @throws {SyntaxError} Says what is wrong, as a part of a sentence.
 */
export function parseEnvelope(json: Readonly<Record<string, unknown>>): Envelope {
  const { payloadType, signatures } = json;
  if (typeof payloadType !== "string") throw new SyntaxError("its payload has no type");
  if (!Array.isArray(signatures) || signatures.length !== 1 || !isObject(signatures[0])) {
    throw new SyntaxError("it has not exactly one signature");
  }
  return {
    payloadType,
    payload: decoded(json.payload, "payload"),
    signature: decoded(signatures[0].sig, "signature"),
  };
}

/**
 * Decodes a field in Base64.
 *
 * @param name What errors call it.
 * @throws {SyntaxError} When it is no text, or not Base64.
 */
export function decoded(value: unknown, name: string): Uint8Array<ArrayBuffer> {
  const bytes = typeof value === "string" ? fromBase64(value) : undefined;
  if (bytes === undefined) throw new SyntaxError(`its ${name} is not Base64`);
  return bytes;
}
