import { beginsLikeZip, readZipDirectory } from "../oci/zip/directory.ts";
import { readZip } from "../oci/zip/read.ts";
import { keepTail } from "../oci/zip/tail.ts";
import { readTar, type TarMember } from "../oci/tar/read.ts";
import type { Scratch } from "../work/context.ts";
import { ExtractionError } from "./extraction_error.ts";
import type { Meter } from "./meter.ts";
import { peekStart } from "./peek_start.ts";
import { unpackedBytes } from "./unpacked_bytes.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** How an archive is read. */
export interface OpenArchiveOptions {
  /** What messages call it. */
  readonly what: string;
  readonly meter: Meter;
  readonly signal: AbortSignal;
  /** Where a zip is kept, whose directory stands at its end. */
  readonly scratch: Scratch;
  /** How many bytes of it may be kept. */
  readonly maxSize: number;
  /** Makes the error to throw of what is wrong with it. */
  readonly explain: (cause: unknown, format: "tar" | "zip") => Error;
}

/** An archive that is being read. Disposing lets its source go. */
export interface ArchiveReading extends AsyncDisposable {
  /** What is in it, whatever the archive is, one after the other. */
  readonly members: AsyncIterable<TarMember>;
  /**
   * Reads what is left of the source, so that whoever verifies it has seen every byte.
   *
   * @throws {unknown} What the source fails with.
   */
  drain(): Promise<void>;
}

/**
 * Opens an archive: a tar, plain or compressed with gzip or zstd, or a zip. What comes out of it is counted.
 *
 * @throws {unknown} What the source fails with; and what `explain` makes of a zip that cannot be read.
 */
export async function openArchive(source: ReadableStream<Bytes>, options: OpenArchiveOptions): Promise<ArchiveReading> {
  const { start, stream } = await peekStart(source);
  return beginsLikeZip(start) ? await openZip(stream, options) : openTar(stream, options);
}

function openTar(stream: ReadableStream<Bytes>, { what, meter, signal, explain }: OpenArchiveOptions): ArchiveReading {
  const unpacked = unpackedBytes(stream, { what, meter });
  return {
    members: readTar(unpacked.bytes, {
      explain: (cause) => unpacked.failure instanceof Error ? unpacked.failure : explain(cause, "tar"),
      signal,
      // What a layer must hold its digest says, so it may do without an end.
      onMissingEnd: () => {},
    }),
    drain: unpacked.drain,
    [Symbol.asyncDispose]: () => unpacked[Symbol.asyncDispose](),
  };
}

/** All of it has been verified before anything of it is read. */
async function openZip(
  stream: ReadableStream<Bytes>,
  { what, meter, signal, scratch, maxSize, explain }: OpenArchiveOptions,
): Promise<ArchiveReading> {
  const { bytes, tail } = keepTail(limited(stream));
  const { descriptor: { size }, open } = await scratch.keep({ mediaType: "application/zip" }, bytes);
  const ratio = meter.ratio(what);
  ratio.consumed(size);

  async function* limited(pieces: AsyncIterable<Bytes>): AsyncGenerator<Bytes, void, void> {
    let count = 0;
    for await (const piece of pieces) {
      signal.throwIfAborted();
      count += piece.byteLength;
      if (count > maxSize) {
        throw new ExtractionError("size", `Cannot unpack ${what}: it has more than ${maxSize} bytes`);
      }
      yield piece;
    }
  }

  async function* counted(body: AsyncIterable<Bytes>): AsyncGenerator<Bytes, void, void> {
    for await (const piece of body) {
      ratio.produced(piece.byteLength);
      yield piece;
    }
  }

  async function* members(): AsyncGenerator<TarMember, void, void> {
    const failed = (cause: unknown): Error => explain(cause, "zip");
    for await (const member of readZip(open(), directory(), { explain: failed, signal })) {
      yield { ...member, body: counted(member.body) };
    }
  }

  function directory(): ReturnType<typeof readZipDirectory> {
    try {
      return readZipDirectory(tail(), size);
    } catch (cause) {
      throw explain(cause, "zip");
    }
  }

  return { members: members(), drain: nothingLeft, [Symbol.asyncDispose]: nothingLeft };
}

async function nothingLeft(): Promise<void> {}
