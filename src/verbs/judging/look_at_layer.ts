import type { JudgedLayer, Member } from "../../consumers/artifact.ts";
import { createMeter, type Meter } from "../../extract/meter.ts";
import { DEFAULT_EXTRACTION_RULES } from "../../extract/extraction_rules.ts";
import { peekStart } from "../../extract/peek_start.ts";
import { type UnpackedBytes, unpackedBytes } from "../../extract/unpacked_bytes.ts";
import { compressionOf, knowsZstd } from "../../oci/bytes/decompress.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { createDigester, type Digester } from "../../oci/digest.ts";
import { parseTarBlock } from "../../oci/tar/parse_block.ts";
import { beginsLikeZip, readZipDirectory } from "../../oci/zip/directory.ts";
import { keepTail } from "../../oci/zip/tail.ts";
import { readTar } from "../../oci/tar/read.ts";
import { TAR_BLOCK_SIZE } from "../../oci/tar/header.ts";
import { createPauses } from "../../system/pause.ts";
import type { Context } from "../../work/context.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Counts what the layers of one artifact unpack to. */
export function layerMeter(): Meter {
  return createMeter(DEFAULT_EXTRACTION_RULES);
}

/**
 * Reads a layer to its end, and says what it is and what it holds. What is wrong with an archive is a part of that.
 *
 * @throws {ExtractionError} When it unpacks to more than any real one.
 * @throws {Error} When it cannot be read, or is compressed in a way that this version of Deno cannot undo.
 */
export async function lookAtLayer(
  descriptor: Descriptor,
  source: ReadableStream<Bytes>,
  { meter, context }: { readonly meter: Meter; readonly context: Context },
): Promise<JudgedLayer> {
  const what = `layer ${descriptor.digest}`;
  const { start, stream } = await peekStart(source);
  const compression = compressionOf(start) ?? "none";
  if (compression === "zstd" && !knowsZstd()) {
    await stream.cancel();
    throw new Error(`Cannot look into ${what}: it is compressed with zstd, which this version of Deno cannot undo`);
  }
  if (compression === "none" && beginsLikeZip(start)) return await lookAtZip(descriptor, stream, context);
  if (compression === "xz" || compression === "bzip2") {
    for await (const _ of stream) context.signal.throwIfAborted();
    return { descriptor, compression, format: "other", members: [], problem: `it is compressed with ${compression}` };
  }
  const digester = createDigester();
  await using unpacked = unpackedBytes(stream, { what, meter });
  const seen = await lookInside(unpacked, digester, { what, meter, context });
  return { descriptor, compression, ...seen };
}

async function lookInside(
  unpacked: UnpackedBytes,
  digester: Digester,
  { what, meter, context }: { readonly what: string; readonly meter: Meter; readonly context: Context },
): Promise<Pick<JudgedLayer, "format" | "diffId" | "members" | "problem">> {
  const members: Member[] = [];
  const told = new TransformStream<Bytes, Bytes>({
    transform(piece, controller): void {
      digester.update(piece);
      controller.enqueue(piece);
    },
  });
  let format: JudgedLayer["format"] = "other";
  try {
    const { start, stream } = await peekStart(unpacked.bytes.pipeThrough(told));
    if (beginsLikeTar(start)) {
      format = "tar";
      for await (const member of membersOf(stream, context)) {
        meter.entry(what);
        members.push(member);
      }
    } else for await (const _ of stream) context.signal.throwIfAborted();
    await unpacked.drain();
    return { format, diffId: digester.digest(), members };
  } catch (cause) {
    // What the bytes come from has failed, or somebody wants to stop: that says nothing about the layer.
    if (unpacked.failure !== undefined) throw unpacked.failure;
    if (context.signal.aborted || !(cause instanceof Error) || cause.name === "ExtractionError") throw cause;
    await unpacked.drain();
    return { format, members, problem: cause.message.charAt(0).toLowerCase() + cause.message.slice(1) };
  }
}

async function* membersOf(
  stream: ReadableStream<Bytes>,
  { signal }: Context,
): AsyncGenerator<Member, void, void> {
  const pause = createPauses(signal);
  const explain = (cause: unknown): Error => cause instanceof Error ? cause : new Error(String(cause));
  // Everybody who unpacks reads a tar without an end.
  for await (const { name, type, size, target } of readTar(stream, { explain, signal, onMissingEnd: () => {} })) {
    await pause();
    yield { path: name, type, size, ...(target === "" ? {} : { target }) };
  }
}

/** A tar without any member is nothing but zeros. */
function beginsLikeTar(start: Uint8Array): boolean {
  const block = start.subarray(0, TAR_BLOCK_SIZE);
  if (block.byteLength < TAR_BLOCK_SIZE) return false;
  return parseTarBlock(block) !== undefined || block.every((byte) => byte === 0);
}

async function lookAtZip(
  descriptor: Descriptor,
  stream: ReadableStream<Bytes>,
  { signal }: Context,
): Promise<JudgedLayer> {
  const { bytes, tail } = keepTail(stream);
  for await (const _ of bytes) signal.throwIfAborted();
  const found = { descriptor, compression: "none", format: "zip", diffId: descriptor.digest } as const;
  try {
    const members = readZipDirectory(tail(), descriptor.size);
    return { ...found, members: members.map(({ name, type, size }) => ({ path: name, type, size })) };
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    return { ...found, members: [], problem: cause.message };
  }
}
