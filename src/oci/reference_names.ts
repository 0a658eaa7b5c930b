import { type Digest, isDigest, parseDigest } from "./digest.ts";
import { parseTag } from "./tag.ts";

/**
 * Splits what stands behind a scheme into the place, with its tag, and the digest.
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

/**
 * Adds a tag and a digest to a place, where there are any.
 *
 * @throws {SyntaxError} When the tag cannot be one.
 */
export function withNames<Place extends object>(
  place: Place,
  tag: string | undefined,
  digest: Digest | undefined,
): Place {
  return {
    ...place,
    ...(tag === undefined ? {} : { tag: parseTag(tag) }),
    ...(digest === undefined ? {} : { digest }),
  };
}
