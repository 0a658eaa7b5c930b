/** What some file systems cannot do. */
export type FileSystemSkill = "lock" | "sync";

/** The numbers by which systems say that a file system cannot do something. */
const LINUX: Readonly<Record<FileSystemSkill, readonly number[]>> = {
  // EBADF: NFS gives a file that is open for reading no exclusive lock. ENOLCK, ENOSYS, EOPNOTSUPP.
  lock: [9, 37, 38, 95],
  // EBADF, EINVAL, ENOSYS, EOPNOTSUPP.
  sync: [9, 22, 38, 95],
};
const DARWIN: typeof LINUX = { lock: [9, 45, 77, 78, 102], sync: [9, 22, 45, 78, 102] };

/** Tells whether an error says that the file system cannot do something at all, and not that it has failed. */
export function isUnsupported(error: unknown, skill: FileSystemSkill): boolean {
  const number = /\(os error (\d+)\)/.exec(error instanceof Error ? error.message : "")?.[1];
  return (Deno.build.os === "darwin" ? DARWIN : LINUX)[skill].includes(Number(number));
}

/** Says what a file system cannot do, and what that means for whoever writes there. */
export function lacking(path: string, skill: FileSystemSkill): string {
  return skill === "lock"
    ? `The file system of ${JSON.stringify(path)} has no locks: a file stands in for one, which is safe enough for ` +
      "gantry alone, and not for a machine that sleeps while it writes"
    : `The file system of ${JSON.stringify(path)} cannot sync directories: what is new may be lost with the power`;
}
