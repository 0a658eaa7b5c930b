import { createTarDecoder } from "modern-tar";
import { decompress } from "./decompress.ts";
import { reason } from "./io_error.ts";

/** An entry of a tar. Its body can be read until the next entry is asked for. */
export interface TarItem {
  /** The path, without `./` before it and without `/` after it; empty for the directory that holds everything. */
  readonly name: string;
  /** `other` is what a layout has no use for: links and devices. */
  readonly type: "file" | "directory" | "other";
  /** Size in bytes. */
  readonly size: number;
  /** The bytes; can be read once. */
  readonly body: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads a tar, plain or compressed with gzip or zstd, entry by entry and in constant memory.
 *
 * @param bytes The tar.
 * @param path What errors call it.
 * @throws {Error} When it is no tar, or a damaged one, or ends too early; the bodies throw the same.
 */
export async function* readTar(bytes: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<TarItem, void, void> {
  const failed = (cause: unknown): Error =>
    new Error(`Cannot read ${JSON.stringify(path)} as a tar: ${reason(cause)}`, { cause });
  const { readable, writable } = createTarDecoder({ strict: true });
  const stop = new AbortController();
  // When the bytes fail, the decoder fails with the same error.
  const piped = ReadableStream.from(decompress(bytes)).pipeTo(writable, { signal: stop.signal }).catch(() => {});
  try {
    for await (const { header, body } of readable) {
      const type = header.type === "file" || header.type === "directory" ? header.type : "other";
      yield { name: normalize(header.name), type, size: header.size, body: bodyOf(body, failed) };
      // Read, not cancelled: modern-tar 0.8.6 takes a cancelled body for that of the entry which it reads at the moment.
      for await (const _ of body);
    }
  } catch (cause) {
    throw failed(cause);
  } finally {
    stop.abort();
    await piped;
  }
}

async function* bodyOf(
  body: ReadableStream<Uint8Array>,
  failed: (cause: unknown) => Error,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  try {
    for await (const piece of body.values({ preventCancel: true })) yield new Uint8Array(piece);
  } catch (cause) {
    throw failed(cause);
  }
}

function normalize(name: string): string {
  const path = name.replace(/^(?:\.\/+)+/, "").replace(/\/+$/, "");
  return path === "." ? "" : path;
}
