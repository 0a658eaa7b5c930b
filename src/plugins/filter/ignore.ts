import type { Context } from "../../pipeline/context.ts";
import type { Entry } from "../../pipeline/entry.ts";
import type { Filter } from "../../pipeline/plugin.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import type { Dropped } from "../../pipeline/values.ts";
import { ignoreRules, type PatternGroup } from "./ignore_rules.ts";
import { parseIgnoreFile } from "./parse_ignore_file.ts";

/** Where patterns are from, in the order in which they count: `before`, then what is in `files`, then `after`. */
export interface IgnoreOptions {
  readonly before?: readonly PatternGroup[];
  /** Ignore files at the root of the source, read when the stage runs. One that is not there has no patterns. */
  readonly files?: readonly string[];
  readonly after?: readonly PatternGroup[];
}

/**
 * Leaves out what patterns in `.gitignore` syntax match. Everything below a directory that is left out goes with it.
 */
export function ignore({ before = [], files = [], after = [] }: IgnoreOptions): Filter {
  return {
    name: "ignore",
    async filter(entries: readonly Entry[], _context: Context): Promise<readonly Dropped[]> {
      const rules = ignoreRules([...before, ...await readIgnoreFiles(entries, files), ...after]);
      return entries.flatMap(({ path, kind }) => {
        const reason = rules.ignores(path, kind);
        return reason === undefined ? [] : [{ path, reason }];
      });
    },
  };
}

async function readIgnoreFiles(
  entries: readonly Entry[],
  names: readonly string[],
): Promise<readonly PatternGroup[]> {
  const groups: PatternGroup[] = [];
  for (const name of names) {
    const entry = entries.find(({ path, kind }) => path === name && kind === "file");
    if (entry === undefined) continue;
    const bytes = new Uint8Array(await new Response(entry.open()).arrayBuffer());
    groups.push(parseIgnoreFile(decode(bytes, name), name));
  }
  return groups;
}

function decode(bytes: Uint8Array<ArrayBuffer>, name: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SourceError(`Cannot read ignore file ${JSON.stringify(name)}: it is not UTF-8 text`, { cause });
  }
}
