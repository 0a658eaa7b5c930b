import { type ArchiveBytes, modeOf } from "../bytes.ts";
import { ioError } from "../../../system/io_error.ts";
import { isSameFile } from "../../../system/same_file.ts";
import { lock } from "../../../system/lock.ts";
import { readPieces } from "../../../system/read_pieces.ts";
import { VOLUME_HEADER_SIZE } from "./header.ts";
import type { Volume, VolumeSet } from "./set.ts";

/**
 * The bytes of a tar in volumes, as if it were one file. At most one volume is open for reading.
 *
 * @param first The open first volume, when the set shall be locked; it is closed with the bytes.
 */
export function volumeBytes(set: VolumeSet, first?: Deno.FsFile): ArchiveBytes {
  const { volumes } = set;
  const [start] = volumes;
  return {
    set,
    size: volumes.reduce((sum, { size }) => sum + size, 0),
    mode: start && modeOf(start.info),
    async *read(offset: number, size: number = Infinity): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
      const end = offset + size;
      for (const volume of volumes) {
        const from = Math.max(offset, volume.offset) - volume.offset;
        const to = Math.min(end - volume.offset, volume.size);
        if (from < to) yield* readPart(volume, from, to - from);
      }
    },
    async lock(signal: AbortSignal | undefined): Promise<void> {
      if (first !== undefined) await lock(first, signal);
    },
    // The first one is always the first to be replaced.
    isCurrent: () => start === undefined ? Promise.resolve(false) : isSameFile(start.path, start.info),
    [Symbol.dispose]: () => first?.close(),
  };
}

async function* readPart(
  { path, info, number }: Volume,
  from: number,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  using file = await Deno.open(path).catch((cause) => {
    throw ioError("read", path, cause);
  });
  // What is open is what is read, whatever comes to stand under the name.
  const { ino, size: length, mtime } = await file.stat();
  if (ino !== info.ino || length !== info.size || mtime?.getTime() !== info.mtime?.getTime()) {
    throw new Error(`Cannot read ${JSON.stringify(path)}: volume ${number} was replaced meanwhile`);
  }
  await file.seek(VOLUME_HEADER_SIZE + from, Deno.SeekMode.Start);
  let left = size;
  for await (const piece of readPieces(file, size)) {
    left -= piece.byteLength;
    yield piece;
  }
  if (left > 0) throw new Error(`Cannot read ${JSON.stringify(path)}: volume ${number} ends ${left} bytes too early`);
}
