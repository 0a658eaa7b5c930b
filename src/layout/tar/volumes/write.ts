import { dirname } from "node:path";
import { createDigester, type Digest, digestHex } from "../../../oci/digest.ts";
import { ioError } from "../../../system/io_error.ts";
import { leavingSomething } from "../../../system/leftovers.ts";
import { lockFile } from "../../../system/lock.ts";
import { moveOver, moveToNew, syncDirectory, writeAll } from "../../../system/write_file.ts";
import { setMode, type TarBytes } from "../bytes.ts";
import type { UnnamedTar } from "../unnamed.ts";
import {
  formatVolumeHeader,
  LEAST_VOLUME_SIZE,
  VOLUME_HEADER_SIZE,
  VOLUME_LIMIT,
  type VolumeHeader,
} from "./header.ts";
import { volumeFiles, volumePath } from "./set.ts";

/** A part of a tar that becomes a volume. */
export type VolumePart = Omit<VolumeHeader, "sha256">;

/** How a tar is cut. */
export interface VolumePlan {
  /** The digest of the `index.json` in the tar. */
  readonly bundle: Digest;
  /** How large the tar is. */
  readonly size: number;
  /** How large a volume may be, with its header. */
  readonly volumeSize: number;
}

/**
 * Says which parts of a tar go into which volumes: all are as large as they may be, but for the last one.
 *
 * @throws {RangeError} When the volumes would be too small, or too many.
 */
export function planVolumes({ bundle, size, volumeSize }: VolumePlan): readonly VolumePart[] {
  const action = `Cannot cut ${size} bytes into volumes of ${volumeSize}`;
  if (!Number.isSafeInteger(volumeSize) || volumeSize < LEAST_VOLUME_SIZE) {
    throw new RangeError(`${action}: a volume has at least ${LEAST_VOLUME_SIZE} bytes`);
  }
  const room = volumeSize - VOLUME_HEADER_SIZE;
  const of = Math.max(1, Math.ceil(size / room));
  if (of > VOLUME_LIMIT) throw new RangeError(`${action}: they would be ${of}, and ${VOLUME_LIMIT} are the limit`);
  return Array.from({ length: of }, (_, at) => {
    const offset = at * room;
    return { bundle, number: at + 1, of, offset, size: Math.min(room, size - offset) };
  });
}

/**
 * Writes the volumes of a tar beside the paths that they shall get, each synced.
 *
 * They get their names one after the other, the last one last. A process that is killed in between leaves a set that
 * is not whole: the first volume says of how many and of which bundle it is one, and not all others are that. Readers
 * refuse it, and whoever writes there next gives the rest their names (see `finishVolumes()`), because everything that
 * was there before is in the new volumes too. What is left of a larger set that was there before is removed at the
 * end; until then nobody takes it for a part, as its numbers are beyond the last one.
 *
 * @param base The path of the tar.
 * @param bytes The tar.
 * @param before What they will replace; they get the permission bits of that.
 */
export async function writeVolumes(
  base: string,
  bytes: AsyncIterable<Uint8Array>,
  { parts, before }: { readonly parts: readonly VolumePart[]; readonly before: TarBytes | undefined },
): Promise<UnnamedTar> {
  const run = crypto.randomUUID();
  const unnamed = parts.map((part) => {
    const path = volumePath(base, part.number);
    return { part, path, temporary: `${path}.${run}.partial` };
  });
  const remove = async (): Promise<void> => {
    for (const { temporary } of unnamed) await Deno.remove(temporary).catch(() => {});
  };
  try {
    await using source = createSource(bytes, base);
    for (const { part, path, temporary } of unnamed) {
      await writeVolume(temporary, source.take(part.size), { part, path });
      await setMode(temporary, before?.mode);
    }
    await source.end();
  } catch (error) {
    await remove();
    throw error;
  }
  const [first, ...others] = unnamed;
  if (first === undefined) throw new RangeError(`Cannot write ${JSON.stringify(base)}: there are no volumes`);
  let isBegun = false;
  const moveOthers = async (): Promise<void> => {
    isBegun = true;
    for (const { temporary, path } of others) {
      await Deno.rename(temporary, path).catch((cause) => {
        throw ioError("write", path, cause);
      });
    }
    await syncDirectory(dirname(base));
  };
  return {
    async moveToNew(signal: AbortSignal): Promise<boolean> {
      // Whoever finds the first volume and will write waits until all have their names.
      using _held = await lockFile(first.temporary, { signal, standIn: first.path });
      if (!await moveToNew(first.temporary, first.path)) return false;
      await moveOthers();
      return true;
    },
    async moveOver(): Promise<void> {
      // Whoever calls this holds the lock of what stands there, and so the file that stands in for it.
      using _held = await lockFile(first.temporary, { standIn: false });
      await moveOver(first.temporary, first.path);
      await moveOthers();
      for (const { path, header } of await volumeFiles(base)) {
        if (header !== undefined && header.number > parts.length) await Deno.remove(path).catch(() => {});
      }
    },
    // What is left of a set that has the names of some is what the next writer finishes it with.
    remove: async () => isBegun ? undefined : await remove(),
  };
}

/** The header comes last, because it has the digest: as long as it is not there, it is no volume. */
async function writeVolume(
  temporary: string,
  bytes: AsyncIterable<Uint8Array>,
  { part, path }: { readonly part: VolumePart; readonly path: string },
): Promise<void> {
  const said = <T>(work: Promise<T>): Promise<T> =>
    work.catch((cause) => {
      throw ioError("write", path, cause);
    });
  leavingSomething();
  using file = await said(Deno.open(temporary, { write: true, createNew: true, mode: 0o644 }));
  const digester = createDigester();
  await said(writeAll(file, new Uint8Array(VOLUME_HEADER_SIZE)));
  for await (const piece of bytes) {
    digester.update(piece);
    await said(writeAll(file, piece));
  }
  await said(file.seek(0, Deno.SeekMode.Start));
  await said(writeAll(file, formatVolumeHeader({ ...part, sha256: digestHex(digester.digest()) })));
  await said(file.sync());
}

/** Bytes from which parts of certain sizes are taken. */
interface PartSource extends AsyncDisposable {
  /** The next bytes. */
  take(size: number): AsyncGenerator<Uint8Array, void, void>;
  /** Makes sure that there are no more. */
  end(): Promise<void>;
}

function createSource(bytes: AsyncIterable<Uint8Array>, base: string): PartSource {
  const iterator = bytes[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array();
  const fill = async (): Promise<boolean> => {
    while (rest.byteLength === 0) {
      const next = await iterator.next();
      if (next.done) return false;
      rest = next.value;
    }
    return true;
  };
  const wrong = (what: string): RangeError => new RangeError(`Cannot write ${JSON.stringify(base)}: it has ${what}`);
  return {
    async *take(size: number): AsyncGenerator<Uint8Array, void, void> {
      for (let left = size; left > 0;) {
        if (!await fill()) throw wrong("fewer bytes than were planned");
        const piece = rest.subarray(0, left);
        rest = rest.subarray(piece.byteLength);
        left -= piece.byteLength;
        yield piece;
      }
    },
    async end(): Promise<void> {
      if (await fill()) throw wrong("more bytes than were planned");
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await iterator.return?.();
    },
  };
}
