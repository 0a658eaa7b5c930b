import type { TarBytes } from "../bytes.ts";
import { ioError } from "../../../system/io_error.ts";
import { lockIfThere } from "../../../system/lock.ts";
import { type OpenFile, openFile, stampOf } from "../../../system/open_file.ts";
import { VOLUME_HEADER_SIZE } from "./header.ts";
import type { Volume, VolumeSet } from "./set.ts";

/** The bytes of a tar in volumes, as if it were one file. At most one volume is open for reading. */
export function volumeBytes(set: VolumeSet): TarBytes {
  const { volumes } = set;
  const [start] = volumes;
  return {
    set,
    size: volumes.reduce((sum, { size }) => sum + size, 0),
    mode: start?.info.mode,
    async *read(offset: number, size: number = Infinity): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
      const end = offset + size;
      for (const volume of volumes) {
        const from = Math.max(offset, volume.offset) - volume.offset;
        const to = Math.min(end - volume.offset, volume.size);
        if (from < to) yield* readPart(volume, from, to - from);
      }
    },
    // The first one is always the first to be replaced.
    lock: (signal) => lockIfThere(start?.path ?? set.base, { signal }),
    isCurrent: () => Promise.resolve(start !== undefined && stampOf(start.path) === start.info.stamp),
    [Symbol.dispose]: () => {},
  };
}

async function* readPart(
  { path, info, number }: Volume,
  from: number,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  using file = open(path);
  // What is open is what is read, whatever comes to stand under the name.
  if (file.stamp !== info.stamp) {
    throw new Error(`Cannot read ${JSON.stringify(path)}: volume ${number} was replaced meanwhile`);
  }
  let left = size;
  for await (const piece of file.read(VOLUME_HEADER_SIZE + from, size)) {
    left -= piece.byteLength;
    yield piece;
  }
  if (left > 0) throw new Error(`Cannot read ${JSON.stringify(path)}: volume ${number} ends ${left} bytes too early`);
}

function open(path: string): OpenFile {
  try {
    const file = openFile(path, { followLinks: true });
    if (file !== undefined) return file;
    throw new Error("no such file or directory");
  } catch (cause) {
    throw ioError("read", path, cause);
  }
}
