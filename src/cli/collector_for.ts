import { dirname } from "node:path";
import type { Collector } from "../pipeline/plugin.ts";
import { directory } from "../plugins/collect/directory.ts";
import { file } from "../plugins/collect/file.ts";
import { stdin } from "../plugins/collect/stdin.ts";
import { tar } from "../plugins/collect/tar.ts";
import { looksLikeTar, peek } from "./peek.ts";
import type { Settings } from "./settings.ts";
import type { World } from "./world.ts";

const TAR_NAME_REGEXP = /\.(tar|tar\.gz|tgz|tar\.zst|tzst|tar\.xz|txz|tar\.bz2|tbz2?)$/i;

/**
 * Chooses the collector: a directory, a tar by its ending, any other file as itself, and standard input as a tar when
 * it begins like one.
 *
 * @param prune Tells which directories hold nothing that is kept.
 */
export async function collectorFor(
  { source, symlinks, stdinName }: Settings,
  world: World,
  prune: (path: string) => boolean,
): Promise<Collector> {
  if (source === "-") {
    const { head, stream } = await peek(world.stdin(), world.signal);
    const open = (): ReadableStream<Uint8Array<ArrayBuffer>> => stream;
    return looksLikeTar(head) ? tar({ symlinks, open }) : stdin({ name: stdinName, read: open });
  }
  if (await isFile(source)) return TAR_NAME_REGEXP.test(source) ? tar({ symlinks }) : file();
  return directory({ symlinks, prune });
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
