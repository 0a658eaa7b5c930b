import { dirname } from "node:path";
import type { ReadyPlugin } from "../pipeline/ready_plugin.ts";
import { directory } from "../plugins/collect/directory.ts";
import { file } from "../plugins/collect/file.ts";
import { stdin } from "../plugins/collect/stdin.ts";
import { tar } from "../plugins/collect/tar.ts";
import { looksLikeTar, peek } from "./peek.ts";
import type { PrepareBuiltIn } from "./prepare_built_in.ts";
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
  { world, prune, prepare }: {
    readonly world: World;
    readonly prune: (path: string) => boolean;
    readonly prepare: PrepareBuiltIn;
  },
): Promise<ReadyPlugin<"collect">> {
  if (source === "-") {
    const { head, stream } = await peek(world.stdin(), world.signal);
    const open = (): ReadableStream<Uint8Array<ArrayBuffer>> => stream;
    return looksLikeTar(head)
      ? await prepare(tar({ open }), { symlinks })
      : await prepare(stdin({ read: open }), { name: stdinName });
  }
  if (await isFile(source)) {
    return TAR_NAME_REGEXP.test(source) ? await prepare(tar(), { symlinks }) : await prepare(file(), {});
  }
  return await prepare(directory({ prune }), { symlinks });
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
