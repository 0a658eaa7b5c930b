import { isCompanionTag } from "./companion_tags.ts";
import { compareBytewise } from "../oci/compare_bytewise.ts";
import { compareSemVer, type ParsedVersion, parseSemVer, type VersionRange } from "../oci/semver.ts";

/** Which tags are wanted. */
export interface TagSelection {
  /** Tags that are no versions as well, and those in which tools keep signatures and lists. */
  readonly all: boolean;
  /** Only versions in this range. */
  readonly range?: VersionRange;
  /** Only tags in which this is found, be they versions or not. */
  readonly regexp?: RegExp;
}

/**
 * Chooses tags and sorts them: `latest` first, then versions, the highest first, then all others bytewise.
 *
 * A version may have a `v` before it, and a `_` where Helm writes one for `+`.
 */
export function chosenTags(tags: Iterable<string>, { all, range, regexp }: TagSelection): readonly string[] {
  return [...new Set(tags)]
    .map((tag) => ({ tag, version: versionOf(tag) }))
    .filter(({ tag, version }) => {
      if (!all && isCompanionTag(tag)) return false;
      if (regexp !== undefined && !regexp.test(tag)) return false;
      if (range !== undefined) return version !== undefined && range.test(version);
      return all || regexp !== undefined || version !== undefined || tag === "latest";
    })
    .sort((a, b) => {
      if (rank(a) !== rank(b)) return rank(a) - rank(b);
      const byVersion = a.version && b.version ? compareSemVer(b.version, a.version) : 0;
      return byVersion || compareBytewise(a.tag, b.tag);
    })
    .map(({ tag }) => tag);
}

interface Named {
  readonly tag: string;
  readonly version: ParsedVersion | undefined;
}

function rank({ tag, version }: Named): number {
  return tag === "latest" ? 0 : version === undefined ? 2 : 1;
}

function versionOf(tag: string): ParsedVersion | undefined {
  return parseSemVer(tag.replace("_", "+"));
}
