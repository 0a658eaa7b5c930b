import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from "diff";

/** How many lines may differ. What it costs grows with the square, and nobody reads more. */
const EDIT_LIMIT = 5000;

/** Two versions of a text; what is absent is a file that does not exist. */
export interface TextVersions {
  readonly path: string;
  readonly before?: string;
  readonly after?: string;
}

/**
 * Writes what differs as `diff -u` and `git` do it.
 *
 * @param context How many lines are shown around a difference.
 * @returns The patch, empty when no line differs, or `undefined` when too many do.
 */
export function unifiedDiff({ path, before, after }: TextVersions, context: number): string | undefined {
  const patch = structuredPatch(
    before === undefined ? "/dev/null" : `a/${path}`,
    after === undefined ? "/dev/null" : `b/${path}`,
    before ?? "",
    after ?? "",
    undefined,
    undefined,
    // The end of a file that is not there is the only one of its kind, and costs nothing to compare.
    { context, ...(before === undefined || after === undefined ? {} : { maxEditLength: EDIT_LIMIT }) },
  );
  if (patch === undefined) return undefined;
  return patch.hunks.length === 0 ? "" : withTabs(formatPatch(patch, FILE_HEADERS_ONLY));
}

/** Puts a tab behind names with a space: without it `patch` takes what stands behind the space for a date. */
function withTabs(patch: string): string {
  const headers = patch.split("\n", 2);
  const rest = patch.slice(headers.join("\n").length);
  return headers.map((line) => /^.{3} [^"].* /.test(line) ? `${line}\t` : line).join("\n") + rest;
}
