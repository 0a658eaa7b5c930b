import { dirname } from "node:path";
import { looksLikeTar, peek } from "./peek.ts";
import type { Context } from "../../work/context.ts";
import type { Machine } from "./machine.ts";

/** Tells by its name whether a file is a tar, whatever it is compressed with. */
export function hasTarName(path: string): boolean {
  return TAR_NAME_REGEXP.test(path);
}

const TAR_NAME_REGEXP = /\.(tar|tar\.gz|tgz|tar\.zst|tzst|tar\.xz|txz|tar\.bz2|tbz2?)$/i;

/** Which built-in plugin collects a source. */
export interface Collector {
  readonly name: "directory" | "file" | "stdin" | "tar";
  /** Standard input as it is to be read from here on, when its beginning was looked at. */
  readonly stdin?: Machine["stdin"];
  /** Which files beside a file belong to it, by how their names go on. */
  readonly beside?: readonly string[];
}

/** What a collector is chosen by, beside the source. */
export interface CollectorMeans extends Pick<Machine, "stdin">, Pick<Context, "signal"> {
  /** Set when an archive is taken as it is, with files beside it whose names go on so. */
  readonly archiveWith?: readonly string[] | undefined;
}

/**
 * Chooses the collector: a directory, a tar by its ending, any other file as itself, and standard input as a tar when
 * it begins like one.
 */
export async function collectorFor(
  source: string,
  { stdin, signal, archiveWith }: CollectorMeans,
): Promise<Collector> {
  if (source === "-") {
    const { head, stream } = await peek(stdin(), signal);
    return { name: looksLikeTar(head) ? "tar" : "stdin", stdin: () => stream };
  }
  if (!await isFile(source)) return { name: "directory" };
  if (!hasTarName(source)) return { name: "file" };
  return archiveWith === undefined ? { name: "tar" } : { name: "file", beside: archiveWith };
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
