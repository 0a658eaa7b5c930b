import { fileBytes, readRange, type TarBytes } from "./bytes.ts";
import { finishVolumes } from "./volumes/finish.ts";
import { reason } from "../../system/io_error.ts";
import { openFile } from "../../system/open_file.ts";
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
export async function openTar(path: string, options: OpenOptions): Promise<TarBytes | undefined> {
  const bytes = openOneFile(path);
  if (bytes === undefined) return await openVolumes(path, options);
  if (!/\.\d{3}$/.test(path) || !isVolume(await readRange(bytes, 0, VOLUME_HEADER_SIZE))) return bytes;
  bytes[Symbol.dispose]();
  const header = (await readVolume(path))?.header;
  if (path.endsWith(".001")) return await openVolumes(path.slice(0, -".001".length), options);
  const which = header === undefined ? "a volume" : `volume ${header.number} of ${header.of}`;
  throw unusable(path, `it is ${which}: the first volume stands for all of them, and so does the path without number`);
}

function openOneFile(path: string): TarBytes | undefined {
  try {
    const file = openFile(path, { followLinks: true });
    return file && fileBytes(file, path);
  } catch (cause) {
    const said = reason(cause);
    throw unusable(path, said === "it is a directory" ? `${said}: write oci-layout:${path}` : said, cause);
  }
}

async function openVolumes(base: string, { write }: OpenOptions): Promise<TarBytes | undefined> {
  const set = await (write ? finishVolumes : findVolumes)(base);
  return set && volumeBytes(set);
}
