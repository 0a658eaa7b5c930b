import type { Duplex } from "node:stream";

type Bytes = Uint8Array<ArrayBuffer>;
type Decompression = TransformStream<Bytes, Bytes>;

interface Compression {
  readonly name: string;
  /** How compressed bytes begin, one character a byte. */
  readonly magic: string;
  /** Left out where neither Deno nor gantry can undo it. */
  readonly undo?: () => Promise<Decompression>;
}

const COMPRESSIONS: readonly Compression[] = [
  { name: "gzip", magic: "\x1f\x8b", undo: gunzip },
  { name: "zstd", magic: "\x28\xb5\x2f\xfd", undo: unzstd },
  { name: "xz", magic: "\xfd7zXZ\0" },
  // The header alone, "BZh9", could begin a name, and with it a tar.
  { name: "bzip2", magic: "BZh91AY&SY" },
];
const LONGEST_MAGIC = 10;

/**
 * Undoes the compression that the first bytes show: gzip or zstd. Other bytes pass as they are.
 *
 * @throws {Error} When the bytes are compressed in a way that cannot be undone here.
 */
export async function decompress(bytes: ReadableStream<Bytes>): Promise<ReadableStream<Bytes>> {
  const { head, whole } = await peek(bytes);
  const compression = COMPRESSIONS.find(({ magic }) => head.startsWith(magic));
  if (compression === undefined) return whole;
  if (compression.undo === undefined) throw new Error(`It is compressed with ${compression.name}`);
  return whole.pipeThrough(await compression.undo());
}

async function peek(bytes: ReadableStream<Bytes>): Promise<{ head: string; whole: ReadableStream<Bytes> }> {
  const reader = bytes.getReader();
  let head = "";
  const chunks: Bytes[] = [];
  while (head.length < LONGEST_MAGIC) {
    const { value } = await reader.read();
    if (value === undefined) break;
    chunks.push(value);
    head += String.fromCharCode(...value.subarray(0, LONGEST_MAGIC));
  }
  const whole = new ReadableStream<Bytes>({
    async pull(controller): Promise<void> {
      const chunk = chunks.shift() ?? (await reader.read()).value;
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel: (reason) => reader.cancel(reason),
  });
  return { head, whole };
}

async function gunzip(): Promise<Decompression> {
  const { createGunzip } = await import("node:zlib");
  return await toWeb(createGunzip());
}

async function unzstd(): Promise<Decompression> {
  const { createZstdDecompress } = await import("node:zlib");
  try {
    return await toWeb(createZstdDecompress());
  } catch (cause) {
    throw new Error("It is compressed with zstd, which this version of Deno cannot undo", { cause });
  }
}

async function toWeb(duplex: Duplex): Promise<Decompression> {
  const { Duplex } = await import("node:stream");
  return Duplex.toWeb(duplex) as Decompression;
}
