/**
 * Removes what processes have left behind that were killed.
 *
 * Nothing tells a file of a killed process from one that a process on another machine is writing, but its age: whoever
 * writes a file changes its time with every piece. So a file is dead when nothing of its run was written for a day, by
 * the clock of the file system that holds it. Should it belong to a machine that slept for so long, then that run fails
 * when it gives the file its name, and nothing else is lost.
 */
import { basename, dirname, join } from "node:path";
import { fileSystemTime } from "../../system/file_system_time.ts";
import { isTemporaryName } from "../../system/write_file.ts";

/** How long nothing of a run was written before it is dead, in milliseconds. */
const DEAD_AFTER = 24 * 60 * 60 * 1000;

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
const PARTIAL_REGEXP = new RegExp(`^(?:\\.\\d{3})?\\.(${UUID})\\.partial$`);

/** Removes dead temporary files from a layout directory. Never fails. */
export async function collectTemporaryFiles(layout: string): Promise<void> {
  for (const directory of [layout, join(layout, "blobs", "sha256"), join(layout, "blobs", "sha512")]) {
    await collect(directory, (name) => isTemporaryName(name) ? name : undefined);
  }
}

/** Removes dead tars and volumes that did not get the name of a path. Never fails. */
export async function collectPartials(path: string): Promise<void> {
  const start = basename(path);
  await collect(dirname(path), (name) => {
    return name.startsWith(start) ? PARTIAL_REGEXP.exec(name.slice(start.length))?.[1] : undefined;
  });
}

/** @param runOf Says which run a file belongs to; `undefined` when it is no temporary one. */
async function collect(directory: string, runOf: (name: string) => string | undefined): Promise<void> {
  try {
    const runs = new Map<string, string[]>();
    for await (const { name, isFile } of Deno.readDir(directory)) {
      const run = isFile ? runOf(name) : undefined;
      if (run !== undefined) runs.set(run, [...runs.get(run) ?? [], join(directory, name)]);
    }
    if (runs.size === 0) return;
    const now = await fileSystemTime(directory);
    for (const paths of runs.values()) {
      const times = await Promise.all(paths.map(async (path) => (await Deno.lstat(path)).mtime?.getTime() ?? now));
      if (now - Math.max(...times) < DEAD_AFTER) continue;
      for (const path of paths) await Deno.remove(path);
    }
  } catch {
    // What stays does no harm, and the next run tries again.
  }
}
