import { pluginOptions } from "../../../options/plugin_options.ts";
import { directory } from "../../../plugins/collect/directory.ts";
import { file } from "../../../plugins/collect/file.ts";
import { readingError } from "../../../plugins/collect/reading_error.ts";
import { stdin } from "../../../plugins/collect/stdin.ts";
import { tar } from "../../../plugins/collect/tar.ts";
import type { Context } from "../../../work/context.ts";
import type { Machine } from "../machine.ts";
import { looksLikeTar, peek } from "../peek.ts";
import type { Settings } from "../settings.ts";
import { hasTarName, isFile } from "../source_path.ts";
import { type BuiltIn, byDefault, fromList, ownOptions, type StageEntry } from "./stage_entry.ts";

/** The names of the collectors that are built in. */
export const COLLECTOR_NAMES = ["directory", "file", "stdin", "tar"] as const;

type CollectorName = typeof COLLECTOR_NAMES[number];

/** What collectors are made with. */
export interface CollectorMeans extends Pick<Machine, "stdin"> {
  /** Tells which directories need not be walked, because nothing in them is kept. */
  readonly prune: (path: string) => boolean;
  /** Which files beside a file belong to it, by how their names go on; none when left out. */
  readonly beside?: readonly string[] | undefined;
}

/** The collectors that are built in, by name. */
export function collectors(
  { source, wanted }: Pick<Settings, "source" | "wanted">,
  { stdin: open, prune, beside = [] }: CollectorMeans,
): Readonly<Record<CollectorName, BuiltIn>> {
  return {
    directory: { factory: directory({ prune }), options: pluginOptions(wanted, "collect/directory") },
    file: { factory: file({ beside }), options: ownOptions({}) },
    stdin: { factory: stdin({ read: open }), options: pluginOptions(wanted, "collect/stdin") },
    tar: { factory: source === "-" ? tar({ open }) : tar(), options: pluginOptions(wanted, "collect/tar") },
  };
}

/**
 * What collects: the list, or else what suits the source: a directory, a tar by its ending, any other file as itself,
 * and standard input as a tar when it begins like one.
 */
export async function collectEntries(
  settings: Settings,
  { signal, ...means }: Omit<CollectorMeans, "beside"> & Pick<Context, "signal">,
): Promise<readonly StageEntry[]> {
  const list = settings.written.stages.collect;
  if (list !== undefined) return list.map((entry) => fromList("collect", entry, collectors(settings, means)));
  const { name, ...found } = await collectorFor(settings, { stdin: means.stdin, signal });
  return [byDefault("collect", name, collectors(settings, { ...means, ...found })[name])];
}

async function collectorFor(
  { source, profile }: Settings,
  { stdin, signal }: Pick<Machine, "stdin"> & Pick<Context, "signal">,
): Promise<{ readonly name: CollectorName } & Partial<CollectorMeans>> {
  if (source === "-") {
    const { head, stream } = await peek(stdin(), signal).catch((cause) => {
      throw signal.aborted ? cause : readingError("standard input", cause);
    });
    return { name: looksLikeTar(head) ? "tar" : "stdin", stdin: () => stream };
  }
  if (!await isFile(source)) return { name: "directory" };
  if (!hasTarName(source)) return { name: "file" };
  const { archiveWith } = profile.facts;
  return archiveWith === undefined ? { name: "tar" } : { name: "file", beside: archiveWith };
}
