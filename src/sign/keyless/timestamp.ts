/**
 * Time stamps: an authority says that a signature was there at some time.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc3161 | RFC 3161, Time-Stamp Protocol}
 */
import { createHash } from "node:crypto";
import { Buffer } from "node:buffer";
import type { AskService } from "../../work/ask_service.ts";
import type { Call } from "../../work/context.ts";
import { messageOf } from "../../work/message_of.ts";
import { checkTimestamp } from "../sigstore.ts";

/**
 * Gets a time stamp of a signature.
 *
 * @param authority All of its URL.
 * @returns Its answer in DER, as it stands in a bundle.
 * @throws {Error} When there is no answer, it refuses, or what it gives is no time stamp of this signature.
 */
export async function timestampOf(
  authority: URL,
  { signature, ask, call }: { readonly signature: Uint8Array; readonly ask: AskService; readonly call: Call },
): Promise<Uint8Array<ArrayBuffer>> {
  const action = `get a time stamp of ${authority.host}`;
  const { bytes } = await ask({
    action,
    method: "POST",
    url: authority,
    headers: { accept: "application/timestamp-reply", "content-type": "application/timestamp-query" },
    body: timestampRequest(signature),
    expect: [200, 201],
  }, call);
  try {
    checkTimestamp(bytes, signature);
  } catch (cause) {
    throw new Error(`Cannot ${action}: its answer is no time stamp of the signature, ${messageOf(cause)}`, { cause });
  }
  return bytes;
}

/**
 * Writes the request in DER: version 1, the SHA-256, and the wish for the certificate of the authority. Without a
 * nonce, which would tell an answer of today from one of another day: nobody has signed these bytes before.
 */
export function timestampRequest(signature: Uint8Array): Uint8Array<ArrayBuffer> {
  const hash = createHash("sha256").update(signature).digest();
  return Uint8Array.from(Buffer.concat([BEFORE_HASH, hash, AFTER_HASH]));
}

/** SEQUENCE { INTEGER 1, SEQUENCE { SEQUENCE { OID 2.16.840.1.101.3.4.2.1, NULL }, OCTET STRING of 32 bytes: */
const BEFORE_HASH = Buffer.from("30390201013031300d060960864801650304020105000420", "hex");
/** }, BOOLEAN TRUE } */
const AFTER_HASH = Buffer.from("0101ff", "hex");
