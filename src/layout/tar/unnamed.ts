import { moveOver, moveToNew, writeNewFile } from "../../system/write_file.ts";
import { setMode, type TarBytes } from "./bytes.ts";

/** A tar that is on the disk and has not got its name yet. */
export interface UnnamedTar {
  /**
   * Gives it its name unless that is taken.
   *
   * @returns Whether it was free.
   */
  moveToNew(signal: AbortSignal): Promise<boolean>;
  /** Gives it its name, in the place of what was there. Whoever calls it holds the lock of that. */
  moveOver(): Promise<void>;
  /** Removes it if it has not got its name. Never fails. */
  remove(): Promise<void>;
}

/**
 * Writes a tar beside the path that it shall get.
 *
 * @param path Where it shall stand in the end.
 * @param bytes What it holds.
 * @param shown The path that errors name.
 * @param before What it will replace; it gets the permission bits of that.
 */
export async function writeUnnamed(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  { shown, before }: { readonly shown: string; readonly before: TarBytes | undefined },
): Promise<UnnamedTar> {
  const partial = `${path}.${crypto.randomUUID()}.partial`;
  await writeNewFile(partial, bytes, shown);
  const remove = (): Promise<void> => Deno.remove(partial).catch(() => {});
  try {
    await setMode(partial, before?.mode);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    moveToNew: () => moveToNew(partial, path),
    moveOver: () => moveOver(partial, path),
    remove,
  };
}

/** Takes bytes, and resolves when there is room for more. */
export type ByteWriter = (bytes: Uint8Array) => Promise<void>;

/**
 * Writes a tar to where it goes at once, such as a pipe. It has no name, so there is nothing to give and to remove:
 * what breaks off has no end blocks, by which readers know that it is not whole.
 */
export async function writePiped(bytes: AsyncIterable<Uint8Array>, write: ByteWriter): Promise<UnnamedTar> {
  for await (const piece of bytes) await write(piece);
  return {
    moveToNew: () => Promise.resolve(true),
    moveOver: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  };
}
