import { dirname } from "node:path";
import { file } from "../../plugins/collect/file.ts";
import { stdin } from "../../plugins/collect/stdin.ts";
import { tar } from "../../plugins/collect/tar.ts";
import { looksLikeTar, peek } from "./peek.ts";
import type { Settings } from "./settings.ts";
import type { MakeBuiltIn } from "./stages/built_ins.ts";
import type { BuiltIn } from "./stages/stage_entry.ts";
import type { Context } from "../../work/context.ts";
import type { Machine } from "./publish_options.ts";

/** Tells by its name whether a file is a tar, whatever it is compressed with. */
export function hasTarName(path: string): boolean {
  return TAR_NAME_REGEXP.test(path);
}

const TAR_NAME_REGEXP = /\.(tar|tar\.gz|tgz|tar\.zst|tzst|tar\.xz|txz|tar\.bz2|tbz2?)$/i;

/** What a collector is made with. */
export interface CollectorMeans extends Pick<Machine, "stdin">, Pick<Context, "signal"> {
  /** Set when an archive is taken as it is, with files beside it whose names go on so. */
  readonly archiveWith?: readonly string[] | undefined;
}

/**
 * Chooses the collector: a directory, a tar by its ending, any other file as itself, and standard input as a tar when
 * it begins like one.
 */
export async function collectorFor(
  { source }: Pick<Settings, "source">,
  make: MakeBuiltIn,
  { stdin: read, signal, archiveWith }: CollectorMeans,
): Promise<{ readonly name: string; readonly builtIn: BuiltIn }> {
  if (source === "-") {
    const { head, stream } = await peek(read(), signal);
    const open = (): ReadableStream<Uint8Array<ArrayBuffer>> => stream;
    return looksLikeTar(head)
      ? { name: "tar", builtIn: { ...named("tar"), factory: tar({ open }) } }
      : { name: "stdin", builtIn: { ...named("stdin"), factory: stdin({ read: open }) } };
  }
  if (!await isFile(source)) return { name: "directory", builtIn: named("directory") };
  if (!hasTarName(source)) return { name: "file", builtIn: named("file") };
  return archiveWith === undefined
    ? { name: "tar", builtIn: named("tar") }
    : { name: "file", builtIn: { ...named("file"), factory: file({ beside: archiveWith }) } };

  function named(name: string): BuiltIn {
    const builtIn = make("collect", name);
    if (builtIn === undefined) throw new TypeError(`Cannot collect: there is no ${name}`);
    return builtIn;
  }
}

/** The directory that belongs to a source: where git and a configuration file are looked for. */
export async function sourceDirectory(source: string): Promise<string> {
  if (source === "-") return ".";
  return await isFile(source) ? dirname(source) : source;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    // What cannot be read is reported by the collector, with its reason.
    return false;
  }
}
