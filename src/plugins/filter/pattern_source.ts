import { SourceError } from "../../pipeline/source_error.ts";
import type { PatternGroup } from "./ignore_rules.ts";
import { parseIgnoreFile } from "./parse_ignore_file.ts";

/** Patterns at hand, or an ignore file at the root of the source. A file that is not there has no patterns. */
export type PatternSource = PatternGroup | (Pick<PatternGroup, "isOwn"> & { readonly file: string });

/** Reads a file at the root of the source; `undefined` when there is none. */
export type ReadRootFile = (name: string) => Promise<Uint8Array<ArrayBuffer> | undefined>;

/**
 * Reads ignore files, in their place among the patterns that are at hand.
 *
 * @throws {SourceError} When a file is not UTF-8 text.
 */
export async function loadPatterns(
  sources: readonly PatternSource[],
  read: ReadRootFile,
): Promise<readonly PatternGroup[]> {
  const groups: PatternGroup[] = [];
  for (const source of sources) {
    if (!("file" in source)) {
      groups.push(source);
      continue;
    }
    const bytes = await read(source.file);
    if (bytes === undefined) continue;
    const { file, isOwn = false } = source;
    groups.push({ ...parseIgnoreFile(decode(bytes, file), file), isOwn });
  }
  return groups;
}

function decode(bytes: Uint8Array<ArrayBuffer>, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new SourceError(`Cannot read ignore file ${JSON.stringify(name)}: it is not UTF-8 text`, { cause });
  }
}
