import { fileKind } from "./file_kind.ts";
import { NotAFileError, openNamedFile } from "./open_file.ts";

const MEBIBYTE = 1024 * 1024;

/**
 * Reads a file that is meant to be small: a configuration, credentials, certificates, patterns. What it is was written
 * by others or may be a mistake, so it never waits and never reads more than the limit: a pipe, a device without an end
 * and a file that is too large are refused. `/dev/null` is an empty file, as everywhere.
 *
 * @param limit How large it may be, in bytes.
 * @throws What `Deno.readFile` throws; a {@linkcode NotAFileError} (`it is a named pipe`) or a `RangeError`
 *   (`it is larger than 1 MiB`), whose messages are parts of a sentence.
 */
export async function readSmallFile(path: string, limit: number = MEBIBYTE): Promise<Uint8Array<ArrayBuffer>> {
  const info = await Deno.stat(path);
  if (await isNullDevice(info)) return new Uint8Array();
  // Before it is opened, because to open a device can have effects.
  if (!info.isFile) throw new NotAFileError(fileKind(info));
  using file = openNamedFile(path);
  if (file.size > limit) throw tooLarge(limit);
  // What /proc has is 0 bytes long and all the same not empty. One byte more shows a file that has grown.
  let bytes = new Uint8Array(Math.max(file.size, 4096) + 1);
  for (let filled = 0;;) {
    if (filled > limit) throw tooLarge(limit);
    if (filled === bytes.byteLength) {
      const larger = new Uint8Array(filled * 2);
      larger.set(bytes);
      bytes = larger;
    }
    const count = file.readSync(bytes.subarray(filled), filled);
    if (count === 0) return bytes.slice(0, filled);
    filled += count;
  }
}

/** The same as text; what is not UTF-8 in it becomes U+FFFD. */
export async function readSmallText(path: string, limit?: number): Promise<string> {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(await readSmallFile(path, limit));
}

function tooLarge(limit: number): RangeError {
  return new RangeError(`it is larger than ${limit / MEBIBYTE} MiB`);
}

async function isNullDevice({ isCharDevice, rdev }: Deno.FileInfo): Promise<boolean> {
  return isCharDevice === true && rdev !== null && rdev === (await Deno.stat("/dev/null")).rdev;
}
