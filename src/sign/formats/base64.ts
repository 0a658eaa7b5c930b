import { Buffer } from "node:buffer";

/** Writes bytes in standard Base64 with padding (RFC 4648, section 4). */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}

/** Reads what {@linkcode toBase64} writes; `undefined` for everything else. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = decode(text);
  // It passes over what is no Base64. Many megabytes may come, which a regular expression would need a stack for.
  return bytes !== undefined && toBase64(bytes) === text ? bytes : undefined;
}

/** What is no Base64 is passed over by Deno 2.9, and is an error in 2.6. */
function decode(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(Buffer.from(text, "base64"));
  } catch {
    return undefined;
  }
}
