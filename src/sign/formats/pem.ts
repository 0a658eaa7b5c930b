import { fromBase64, toBase64 } from "./base64.ts";

/** A block of a PEM file. */
export interface PemBlock {
  /** What stands between `-----BEGIN ` and `-----`, such as `PUBLIC KEY`. */
  readonly label: string;
  /** What the Base64 between the lines stands for. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const BLOCK_REGEXP = /-----BEGIN ([A-Z0-9 ]{1,60})-----((?:(?!-----)[^])*)-----END \1-----/g;
/** Lines such as `Proc-Type: 4,ENCRYPTED`, which stand before the Base64 in files of old tools. */
const HEADER_REGEXP = /^[\w-]+:.*$/gm;

/**
 * Takes a PEM file apart. What stands around the blocks is left out, as everywhere.
 *
 * @throws {SyntaxError} When the text between the lines is no Base64; the message is a part of a sentence and quotes
 *   nothing, because what stands there may be secret.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7468 | RFC 7468}
 */
export function parsePem(text: string): readonly PemBlock[] {
  return [...text.matchAll(BLOCK_REGEXP)].map(([, label = "", body = ""]) => {
    const bytes = fromBase64(body.replaceAll(HEADER_REGEXP, "").replaceAll(/\s+/g, ""));
    if (bytes === undefined) throw new SyntaxError(`what it says between the lines of ${label} is not Base64`);
    return { label, bytes };
  });
}

/** Writes a block of a PEM file, in lines of 64 characters. */
export function encodePem({ label, bytes }: PemBlock): string {
  const lines = toBase64(bytes).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
