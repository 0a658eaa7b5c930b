/**
 * Versions: SemVer 2, as they are tags.
 *
 * @see {@link https://semver.org/spec/v2.0.0.html | Semantic Versioning 2.0.0}
 */
import { isTag } from "./tag.ts";

const NUMBER = "(?:0|[1-9][0-9]*)";
const PRE_RELEASE_PART = `(?:${NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)`;
const VERSION = `${NUMBER}\\.${NUMBER}\\.${NUMBER}(?:-${PRE_RELEASE_PART}(?:\\.${PRE_RELEASE_PART})*)?`;
const VERSION_REGEXP = new RegExp(`^${VERSION}$`);
const FULL_VERSION_REGEXP = new RegExp(`^${VERSION}(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`);

/**
 * Checks a version: strict SemVer 2 without build metadata, so that it is a tag as well.
 *
 * @param text Such as `1.2.3` or `1.2.3-rc.1`.
 * @returns The same text.
 * @throws {SyntaxError} Says what is wrong, and what to write instead where that is clear.
 */
export function parseVersion(text: string): string {
  if (isVersion(text)) return text;
  throw new SyntaxError(`Cannot parse version ${JSON.stringify(text.slice(0, 140))}: ${problem(text)}`);
}

/** Tells whether a text is a version that {@linkcode parseVersion} accepts. */
export function isVersion(text: string): boolean {
  return text.length <= 128 && VERSION_REGEXP.test(text) && isTag(text);
}

/**
 * Checks a version that may have build metadata (`+…`), for ecosystems that have a way to write it as a tag.
 *
 * @param text Such as `1.2.3+build.5`.
 * @returns The same text.
 * @throws {SyntaxError} Says what is wrong, and what to write instead where that is clear.
 */
export function parseFullVersion(text: string): string {
  if (isFullVersion(text)) return text;
  const [core = ""] = text.split("+", 1);
  const why = isVersion(core) ? `what follows the "+" is no build metadata of SemVer 2` : problem(core);
  throw new SyntaxError(`Cannot parse version ${JSON.stringify(text.slice(0, 140))}: ${why}`);
}

/** Tells whether a text is a version that {@linkcode parseFullVersion} accepts. */
export function isFullVersion(text: string): boolean {
  return text.length <= 128 && FULL_VERSION_REGEXP.test(text);
}

/** Tells whether a checked version is a pre-release: whether it has a `-` part before its build metadata. */
export function isPreRelease(version: string): boolean {
  return version.split("+", 1)[0]?.includes("-") === true;
}

function problem(text: string): string {
  if (text === "") return "it is empty";
  if (text.length > 128) return `it has ${text.length} characters, an OCI tag at most 128`;
  if (/^[vV]/.test(text) && VERSION_REGEXP.test(text.slice(1))) {
    return `SemVer has no leading ${JSON.stringify(text.charAt(0))}, write ${JSON.stringify(text.slice(1))}`;
  }
  if (text.includes("+")) return `build metadata ("+…") cannot stand in an OCI tag`;
  const core = text.split("-", 1)[0] ?? "";
  if (/^[0-9]+\.[0-9]+\.[0-9]+$/.test(core) && /(^|\.)0[0-9]/.test(core)) {
    return "SemVer numbers have no leading zeros";
  }
  if (/^[0-9]+(\.[0-9]+)?$/.test(text)) return "SemVer has three numbers, such as 1.2.3";
  return "it is not SemVer 2, such as 1.2.3 or 1.2.3-rc.1";
}
