/**
 * Versions as people write them in tags, compared and chosen by range. For a version that gantry writes itself there is
 * the stricter `version.ts`.
 *
 * @see {@link https://semver.org/spec/v2.0.0.html | Semantic Versioning 2.0.0}
 */
import { compareBuild, parse, Range, type SemVer } from "semver";

/** A version that was parsed. */
export type ParsedVersion = SemVer;

/** A range of versions, such as `^1.2` or `>=1.0.0 <3`. */
export type VersionRange = Range;

/** Parses a version, with or without a leading `v`; `undefined` when it is none. */
export function parseSemVer(text: string): ParsedVersion | undefined {
  return parse(text) ?? undefined;
}

/** Compares by precedence, and by build metadata where that is the same. Negative when `a` comes first. */
export function compareSemVer(a: ParsedVersion, b: ParsedVersion): number {
  return compareBuild(a, b);
}

/**
 * Parses a range as npm writes it.
 *
 * @throws {TypeError} When it is none.
 */
export function parseRange(text: string): VersionRange {
  return new Range(text);
}
