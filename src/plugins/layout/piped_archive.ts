import type { UnnamedArchive } from "./unnamed_archive.ts";

/** Takes bytes, and resolves when there is room for more. */
export type ByteWriter = (bytes: Uint8Array) => Promise<void>;

/**
 * Writes a tar to where it goes at once, such as a pipe. It has no name, so there is nothing to give and to remove: what
 * breaks off has no end blocks, by which readers know that it is not whole.
 */
export async function writePiped(bytes: AsyncIterable<Uint8Array>, write: ByteWriter): Promise<UnnamedArchive> {
  for await (const piece of bytes) await write(piece);
  return {
    moveToNew: () => Promise.resolve(true),
    moveOver: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  };
}
