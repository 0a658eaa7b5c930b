import { dirname } from "node:path";

/** Tells by its name whether a file is a tar, whatever it is compressed with. */
export function hasTarName(path: string): boolean {
  return TAR_NAME_REGEXP.test(path);
}

const TAR_NAME_REGEXP = /\.(tar|tar\.gz|tgz|tar\.zst|tzst|tar\.xz|txz|tar\.bz2|tbz2?)$/i;

/** The directory that belongs to a source: where git and a configuration file are looked for. */
export async function sourceDirectory(source: string): Promise<string> {
  if (source === "-") return ".";
  return await isFile(source) ? dirname(source) : source;
}

/** Tells whether a path is that of a file. */
export async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    // What cannot be read is reported by the collector, with its reason.
    return false;
  }
}
