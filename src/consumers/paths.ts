import * as posix from "node:path/posix";
import type { Member } from "./artifact.ts";

/** Finds what would be outside of the directory that an archive is unpacked to: paths, and what links point to. */
export function leaving(members: readonly Member[]): readonly string[] {
  return members.filter(({ path, type, target = "" }) => {
    if (isOutside(path)) return true;
    if (type === "symlink") return isOutside(target.startsWith("/") ? target : posix.join(posix.dirname(path), target));
    return type === "hardlink" && isOutside(target);
  }).map(({ path }) => path);
}

/** Tells whether a path is absolute or leads up and out. */
export function isOutside(path: string): boolean {
  return path.startsWith("/") || /^\.\.(?:\/|$)/.test(posix.normalize(path));
}
