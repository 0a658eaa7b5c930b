import { DEFLATE_MODULE } from "./module.ts";

/** A part of a deflate stream that is compressed for itself. */
export interface DeflateChunk {
  /** What to compress: at most {@linkcode DEFLATE_CHUNK_SIZE} bytes. */
  readonly bytes: Uint8Array;
  /**
   * The bytes before it, which it may refer to: the last {@linkcode DEFLATE_WINDOW} of them, or as many as there are.
   */
  readonly history: Uint8Array;
  /** 1 (fast) to 9 (small). */
  readonly level: number;
  /** Whether the stream ends here. */
  readonly last: boolean;
}

/** A chunk in buffers of its own, which can be handed to a worker. */
export interface OwnedChunk extends DeflateChunk {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly history: Uint8Array<ArrayBuffer>;
}

/** What a worker is given before the first chunk. */
export interface WorkerStart {
  readonly code: WebAssembly.Module;
  /** Counts in its only element the chunks that the worker has compressed. */
  readonly compressed: Int32Array<SharedArrayBuffer>;
}

/** What a worker gives for a chunk. */
export interface DeflatedChunk {
  readonly deflated: Uint8Array<ArrayBuffer>;
  /** The buffer that the chunk was in. */
  readonly buffer: ArrayBuffer;
}

/** How many bytes a chunk holds. The compressed bytes depend on it, so it never changes. */
export const DEFLATE_CHUNK_SIZE = 1024 * 1024;

/** How far back a deflate stream may refer. */
export const DEFLATE_WINDOW = 32 * 1024;

/**
 * Compresses one chunk. The results of all chunks of a stream, one after the other, are one raw deflate stream.
 *
 * The same chunk gives the same bytes on every machine and under every version of Deno: the compressor is ours.
 *
 * @returns Bytes in a buffer of their own, at most a thousandth longer than the chunk, and a few.
 * @throws {RangeError} When the level is none, or there are too many bytes.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc1951 | RFC 1951, DEFLATE}
 */
export function deflateChunk({ bytes, history, level, last }: DeflateChunk): Uint8Array<ArrayBuffer> {
  if (!Number.isInteger(level) || level < 1 || level > 9) {
    throw new RangeError(`Cannot compress with level ${level}: it must be 1 to 9`);
  }
  if (bytes.byteLength > DEFLATE_CHUNK_SIZE || history.byteLength > DEFLATE_WINDOW) {
    throw new RangeError(`Cannot compress ${bytes.byteLength} bytes after ${history.byteLength}: they are too many`);
  }
  compressor ??= startCompressor();
  const { memory, input, result, deflate } = compressor;
  const all = new Uint8Array(memory.buffer);
  all.set(history, input() - history.byteLength);
  all.set(bytes, input());
  const length = deflate(history.byteLength, bytes.byteLength, level, last ? 1 : 0);
  return all.slice(result(), result() + length);
}

/** What src/pack/deflate/assembly/index.ts exports. */
interface Compressor {
  readonly memory: WebAssembly.Memory;
  readonly input: () => number;
  readonly result: () => number;
  readonly deflate: (history: number, length: number, level: number, last: number) => number;
}

/** One for each thread: it takes some megabytes of memory, and as little time to start as that takes to fill. */
let compressor: Compressor | undefined;

let compiled: WebAssembly.Module | undefined;

/** The compressor's code. Threads that share it compile and optimise it once for all of them. */
export function compressorCode(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(
    Uint8Array.from(atob(DEFLATE_MODULE), (character) => character.charCodeAt(0)),
  );
  return compiled;
}

/** Takes the code that another thread has compiled. */
export function shareCompressorCode(code: WebAssembly.Module): void {
  compiled = code;
}

function startCompressor(): Compressor {
  const { exports } = new WebAssembly.Instance(compressorCode());
  return exports as unknown as Compressor;
}
