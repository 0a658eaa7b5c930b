import { createTarDecoder, type TarHeader } from "modern-tar";
import { decompress } from "./decompress.ts";
import { refuseOddKinds } from "./refuse_odd_kinds.ts";

/** One member of a tar. */
export interface TarMember {
  /** The path as the tar has it, also with `./` before it or `/` after it; U+FFFD stands for bytes that are not UTF-8. */
  readonly name: string;
  /** What it is; `sparse` is a file of which only a part is in the tar. */
  readonly type: "file" | "directory" | "symlink" | "hardlink" | "sparse" | "fifo" | "device";
  /** Permission bits. */
  readonly mode: number;
  /** Size of the content in bytes. */
  readonly size: number;
  /** What a link points to; empty for everything else. */
  readonly target: string;
  /** The content. It can be read once, in part or not at all, until the next member is asked for. */
  readonly body: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** How to read a tar. */
export interface ReadTarOptions {
  /** Makes the error to throw of what was thrown, by the tar or by its bytes. */
  readonly explain: (cause: unknown) => Error;
  /** Stops the reading with its reason, also when no more bytes come. */
  readonly signal?: AbortSignal;
}

/**
 * Reads a tar, plain or compressed with gzip or zstd, member by member and in constant memory.
 *
 * The bytes are cancelled when the caller stops early, when the signal is aborted and on an error.
 *
 * @throws {Error} What `explain` makes of it when the tar is damaged, ends too early, holds a member of an unknown kind,
 * is compressed in another way or is no tar at all, and when its bytes fail; the bodies throw the same.
 *
 * @see {@link https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13 | POSIX, the formats of pax}
 */
export async function* readTar(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  { explain, signal: aborted }: ReadTarOptions,
): AsyncGenerator<TarMember, void, void> {
  const stop = new AbortController();
  const signal = aborted === undefined ? stop.signal : AbortSignal.any([stop.signal, aborted]);
  const failed = (cause: unknown): unknown => aborted?.aborted ? aborted.reason : explain(inOwnWords(cause));
  const decoder = createTarDecoder({ strict: true });
  // A stream of its own, because a generator that waits for bytes cannot be cancelled.
  const source = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  const plain = ReadableStream.from(refuseOddKinds(decompress(source.readable)));
  // What goes wrong on the way comes out of the decoder.
  const piped = Promise.allSettled([
    bytes.pipeTo(source.writable, { signal }),
    plain.pipeTo(decoder.writable),
  ]);
  try {
    for await (const { header, body } of decoder.readable) {
      yield memberOf(header, readBody(body, failed));
      // Read, not cancelled: modern-tar 0.8.6 takes a cancelled body for that of the member which it reads at the moment.
      for await (const _ of body);
    }
  } catch (cause) {
    throw failed(cause);
  } finally {
    stop.abort();
    await piped;
  }
}

function inOwnWords(cause: unknown): unknown {
  if (!(cause instanceof Error) || cause.message !== "Invalid EOF.") return cause;
  return new Error("Something else stands behind its end", { cause });
}

function memberOf(header: TarHeader, body: TarMember["body"]): TarMember {
  const { name, size, mode = 0, linkname = "", pax = {} } = header;
  // Readers that do not agree on a size do not agree on what is in the tar.
  if (pax.size !== undefined && (!/^[0-9]+$/.test(pax.size) || Number(pax.size) !== size)) {
    throw new SyntaxError(
      `The size of ${JSON.stringify(name.slice(0, 200))} is ${
        JSON.stringify(pax.size.slice(0, 40))
      }, and that cannot be`,
    );
  }
  return { name, type: typeOf(header), mode, size, target: linkname, body };
}

function typeOf({ type, pax = {} }: TarHeader): TarMember["type"] {
  switch (type) {
    case "file":
      return Object.keys(pax).some((key) => key.startsWith("GNU.sparse.")) ? "sparse" : "file";
    case "link":
      return "hardlink";
    case "directory":
    case "symlink":
    case "fifo":
      return type;
    default:
      return "device";
  }
}

async function* readBody(
  body: ReadableStream<Uint8Array>,
  failed: (cause: unknown) => unknown,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  try {
    // A chunk is a part of a large buffer; whoever keeps a small file would keep all of that.
    for await (const chunk of body.values({ preventCancel: true })) yield new Uint8Array(chunk);
  } catch (cause) {
    throw failed(cause);
  }
}
