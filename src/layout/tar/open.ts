import { type ArchiveBytes, fileBytes, readRange } from "./bytes.ts";
import { finishVolumes } from "./volumes/finish.ts";
import { ioError, reason } from "../../system/io_error.ts";
import { unusable } from "./read.ts";
import { volumeBytes } from "./volumes/bytes.ts";
import { isVolume, VOLUME_HEADER_SIZE } from "./volumes/header.ts";
import { findVolumes, readVolume } from "./volumes/set.ts";

/** What an archive is opened for. */
export interface OpenOptions {
  /** Whether another one shall take its place. Only then is anything changed that a killed process has left behind. */
  readonly write: boolean;
}

/**
 * Opens a tar: the file of that path or, where there is none, the volumes `PATH.001`, `PATH.002`, …; the path of the
 * first volume stands for all of them too.
 *
 * @returns `undefined` when there is none.
 * @throws {Error} When something else is there, or a volume is missing or wrong.
 */
export async function openArchive(path: string, options: OpenOptions): Promise<ArchiveBytes | undefined> {
  const bytes = await openFile(path, options);
  if (bytes === undefined) return await openVolumes(path, options);
  if (!/\.\d{3}$/.test(path) || !isVolume(await readRange(bytes, 0, VOLUME_HEADER_SIZE))) return bytes;
  bytes[Symbol.dispose]();
  const header = (await readVolume(path))?.header;
  if (path.endsWith(".001")) return await openVolumes(path.slice(0, -".001".length), options);
  const which = header === undefined ? "a volume" : `volume ${header.number} of ${header.of}`;
  throw unusable(path, `it is ${which}: the first volume stands for all of them, and so does the path without number`);
}

async function openFile(path: string, { write }: OpenOptions): Promise<ArchiveBytes | undefined> {
  try {
    const info = await Deno.stat(path);
    if (!info.isFile) {
      throw new Error(info.isDirectory ? `it is a directory: write oci-layout:${path}` : "it is not a file");
    }
    return await fileBytes(await Deno.open(path, { read: true, write }), path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw unusable(path, reason(cause), cause);
  }
}

async function openVolumes(base: string, { write }: OpenOptions): Promise<ArchiveBytes | undefined> {
  if (!write) {
    const set = await findVolumes(base);
    return set && volumeBytes(set);
  }
  const set = await finishVolumes(base);
  if (set === undefined) return undefined;
  const first = set.volumes[0]?.path ?? base;
  const file = await Deno.open(first, { read: true, write: true }).catch((cause) => {
    throw ioError("open", first, cause);
  });
  return volumeBytes(set, file);
}
