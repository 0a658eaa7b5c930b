import type { TarEntry } from "../../../src/oci/tar/write.ts";

/** A file whose stream gives the pieces one by one. */
export function tarFile(name: string, ...pieces: readonly (string | Uint8Array<ArrayBuffer>)[]): TarEntry {
  const bytes = pieces.map((piece) => typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
  const size = bytes.reduce((sum, piece) => sum + piece.byteLength, 0);
  return { name, type: "file", mode: 0o644, size, open: () => ReadableStream.from(bytes) };
}

/** A directory; opening it is an error. */
export function tarDirectory(name: string): TarEntry {
  return {
    name,
    type: "directory",
    mode: 0o755,
    size: 0,
    open(): never {
      throw new Error("a directory has no bytes");
    },
  };
}

/** A file of `size` bytes whose stream gives other bytes, and tells when it is cancelled. */
export function watchedFile(
  name: string,
  size: number,
  stream: UnderlyingDefaultSource<Uint8Array<ArrayBuffer>>,
): { readonly entry: TarEntry; readonly cancelled: () => boolean } {
  let cancelled = false;
  const open = (): ReadableStream<Uint8Array<ArrayBuffer>> =>
    new ReadableStream({
      ...stream,
      cancel(): void {
        cancelled = true;
      },
    }, { highWaterMark: 0 });
  return { entry: { name, type: "file", mode: 0o644, size, open }, cancelled: () => cancelled };
}
