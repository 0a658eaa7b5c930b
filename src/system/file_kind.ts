/** What a file that is no regular one is, in words: `a directory`, `a named pipe`, `a device`. */
export function fileKind(
  info: Pick<Deno.FileInfo, "isDirectory" | "isFifo" | "isSocket" | "isBlockDevice" | "isCharDevice">,
): string {
  if (info.isDirectory) return "a directory";
  if (info.isFifo) return "a named pipe";
  if (info.isSocket) return "a socket";
  if (info.isBlockDevice || info.isCharDevice) return "a device";
  return "neither a file nor a directory";
}
