import { type Digest, isDigest } from "../../../oci/digest.ts";

/** What stands at the beginning of each volume of a tar. */
export interface VolumeHeader {
  /** The digest of the `index.json` in the tar: all volumes of one tar have the same. */
  readonly bundle: Digest;
  /** Which volume it is, from 1. */
  readonly number: number;
  /** How many volumes there are. */
  readonly of: number;
  /** Where its part begins in the tar. */
  readonly offset: number;
  /** How many bytes its part has. */
  readonly size: number;
  /** The SHA-256 of its part, as 64 hexadecimal digits. */
  readonly sha256: string;
}

/** How many bytes a header has. */
export const VOLUME_HEADER_SIZE = 4096;

/** How many volumes a tar can have: as many as three digits can count. */
export const VOLUME_LIMIT = 999;

/** How small the volumes of a tar may be chosen, in bytes with their headers. */
export const LEAST_VOLUME_SIZE = 1024 * 1024;

const START = '{"gantry-volume":';

/** Writes a header: one line of JSON, filled up with spaces. */
export function formatVolumeHeader(
  { bundle, number, of, offset, size, sha256 }: VolumeHeader,
): Uint8Array<ArrayBuffer> {
  const json = JSON.stringify({ "gantry-volume": 1, bundle, number, of, offset, size, sha256 });
  return new TextEncoder().encode(`${json.padEnd(VOLUME_HEADER_SIZE - 1)}\n`);
}

/** Tells whether bytes begin as a volume does. */
export function isVolume(start: Uint8Array): boolean {
  return new TextDecoder().decode(start.subarray(0, START.length)) === START;
}

/**
 * Reads a header.
 *
 * @param bytes The first {@linkcode VOLUME_HEADER_SIZE} bytes of a file, or all of them if there are fewer.
 * @throws {SyntaxError} Says what is wrong, as the last part of a sentence.
 */
export function parseVolumeHeader(bytes: Uint8Array): VolumeHeader {
  if (!isVolume(bytes)) throw new SyntaxError("it has no header of a volume");
  const header = parseJson(bytes);
  if (header["gantry-volume"] !== 1) throw new SyntaxError("its header is of an unknown version");
  const { bundle, number, of, offset, size, sha256 } = header;
  if (
    typeof bundle !== "string" || !isDigest(bundle) || typeof sha256 !== "string" || !isDigest(`sha256:${sha256}`) ||
    !isCount(offset) || !isCount(size) || !isCount(of) || of > VOLUME_LIMIT || !isCount(number) || number < 1 ||
    number > of
  ) {
    throw new SyntaxError("its header is damaged");
  }
  const parsed = { bundle, number, of, offset, size, sha256 };
  // What is not written here may be damaged where nobody looks.
  if (new TextDecoder().decode(bytes) !== new TextDecoder().decode(formatVolumeHeader(parsed))) {
    throw new SyntaxError("its header is damaged");
  }
  return parsed;
}

function parseJson(bytes: Uint8Array): Record<string, unknown> {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SyntaxError("its header is damaged", { cause });
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
