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
export interface VersionRange {
  /** Tells whether a version is in it. A pre-release is only where the range names one of the same version. */
  test(version: ParsedVersion): boolean;
}

/** Parses a version, with or without a leading `v`; `undefined` when it is none. */
export function parseSemVer(text: string): ParsedVersion | undefined {
  return parse(text) ?? undefined;
}

/** Compares by precedence, and by build metadata where that is the same. Negative when `a` comes first. */
export function compareSemVer(a: ParsedVersion, b: ParsedVersion): number {
  return compareBuild(a, b);
}

/**
 * Parses a range as npm writes it, and what Flux and Timoni write beyond that: `>=1.0.0, <3.0.0` with a comma for
 * "and", `!=1.2.3`, `=>` and `=<`.
 *
 * @throws {TypeError} When it is none.
 *
 * @see {@link https://github.com/Masterminds/semver#checking-version-constraints | Masterminds/semver, constraints}
 */
export function parseRange(text: string): VersionRange {
  const alternatives = text.split("||").map(parseAlternative);
  return { test: (version) => alternatives.some((range) => range.test(version)) };
}

function parseAlternative(text: string): VersionRange {
  const excluded: Range[] = [];
  const wanted = text.replaceAll(/=([<>])/g, "$1=").replaceAll(/!=\s*([^\s,]+)/g, (_, version: string) => {
    excluded.push(new Range(version));
    return "";
  });
  const range = new Range(wanted.replaceAll(",", " ").trim());
  return { test: (version) => range.test(version) && !excluded.some((other) => other.test(version)) };
}
