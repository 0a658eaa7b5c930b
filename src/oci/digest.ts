/**
 * Digests: how everything in a registry is named.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests | OCI image-spec 1.1.1, Digests}
 */
import { createHash } from "node:crypto";

/** The algorithms that OCI registers and that gantry reads. gantry itself writes `sha256`. */
export type DigestAlgorithm = "sha256" | "sha512";

/** A checked digest: `sha256:` and 64, or `sha512:` and 128 lower-case hexadecimal digits. */
export type Digest = `${DigestAlgorithm}:${string}`;

const HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha512: 128 };
const HEX_REGEXP = /^[a-f0-9]+$/;

/**
 * Parses a digest.
 *
 * Nothing but the two registered forms passes, so a parsed digest is safe as part of a path or a URL.
 *
 * @param text The digest as it stands in a manifest, a reference or a header.
 * @returns The same text, checked.
 * @throws {SyntaxError} When the algorithm is unknown or the hexadecimal part has another length or alphabet.
 */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  const shown = text.length > 150 ? `${text.slice(0, 150)}…` : text;
  throw new SyntaxError(
    `Cannot parse digest ${JSON.stringify(shown)}: it must be "sha256:" and 64, or "sha512:" and 128 digits of 0-9a-f`,
  );
}

/** Tells whether a text is a digest that {@linkcode parseDigest} accepts. */
export function isDigest(text: string): text is Digest {
  const colon = text.indexOf(":");
  const expected = HEX_LENGTH[text.slice(0, colon)];
  const hex = text.slice(colon + 1);
  return expected !== undefined && hex.length === expected && HEX_REGEXP.test(hex);
}

/**
 * Splits what stands behind a scheme into the place, with its tag, and the digest behind an `@`.
 *
 * @throws {SyntaxError} When what looks like a digest is none.
 */
export function splitDigest(text: string): [named: string, digest: Digest | undefined] {
  const at = text.lastIndexOf("@");
  const after = text.slice(at + 1);
  // An "@" in a directory's name is no digest; only what looks like one is held to the grammar.
  if (at < 0 || !/^[a-z][a-z0-9+._-]*:[^/]*$/.test(after)) return [text, undefined];
  return [text.slice(0, at), isDigest(after) ? after : parseDigest(after)];
}

/** The algorithm of a digest: the part before the colon. */
export function digestAlgorithm(digest: Digest): DigestAlgorithm {
  return digest.startsWith("sha512:") ? "sha512" : "sha256";
}

/** The hexadecimal part of a digest. */
export function digestHex(digest: Digest): string {
  return digest.slice(digest.indexOf(":") + 1);
}

/**
 * Computes the digest of bytes in memory.
 *
 * @param bytes What to hash.
 * @param algorithm Which algorithm; `sha256` when left out.
 */
export function digestOf(bytes: Uint8Array, algorithm: DigestAlgorithm = "sha256"): Digest {
  const digester = createDigester(algorithm);
  digester.update(bytes);
  return digester.digest();
}

/** Hashes and counts bytes that come in pieces. */
export interface Digester {
  /** Takes the next piece. */
  update(bytes: Uint8Array): void;
  /** How many bytes came so far. */
  readonly size: number;
  /** The digest of everything that came. Can be asked once. */
  digest(): Digest;
}

/** Starts a digest over bytes that come in pieces, in constant memory. */
export function createDigester(algorithm: DigestAlgorithm = "sha256"): Digester {
  const hash = createHash(algorithm);
  let size = 0;
  return {
    update(bytes: Uint8Array): void {
      hash.update(bytes);
      size += bytes.byteLength;
    },
    get size(): number {
      return size;
    },
    digest(): Digest {
      return `${algorithm}:${hash.digest("hex")}`;
    },
  };
}
