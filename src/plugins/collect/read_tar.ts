import { createTarDecoder, type TarHeader } from "modern-tar";
import { SourceError } from "../../pipeline/source_error.ts";
import { decompress } from "./decompress.ts";
import { reasonOf } from "./reading_error.ts";
import { refuseOddKinds } from "./refuse_odd_kinds.ts";

/** One member of a tar. */
export interface TarMember {
  readonly header: TarHeader;
  /** The content, to be read or left before the next member is asked for. */
  readonly body: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/**
 * Reads a tar member by member, plain or compressed with gzip or zstd.
 *
 * @param name What errors call the tar.
 * @throws {SourceError} When it is damaged, ends too early, or is no tar at all.
 */
export async function* readTar(
  archive: ReadableStream<Uint8Array<ArrayBuffer>>,
  name: string,
  signal: AbortSignal,
): AsyncGenerator<TarMember> {
  const stop = new AbortController();
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>();
  // What goes wrong with the archive comes out of its members; here it only has an end.
  const fed = archive.pipeTo(writable, { signal: AbortSignal.any([signal, stop.signal]) }).catch(() => {});
  try {
    const plain = await decompress(readable);
    const members = plain.pipeThrough(refuseOddKinds()).pipeThrough(createTarDecoder({ strict: true }));
    for await (const { header, body } of members) {
      yield { header, body: readBody(body, fail) };
      // The next member comes only after this one's content, wanted or not.
      await body.cancel();
    }
  } catch (error) {
    fail(error);
  } finally {
    stop.abort();
    await fed;
  }

  function fail(cause: unknown): never {
    signal.throwIfAborted();
    throw new SourceError(`Cannot read ${JSON.stringify(name)} as a tar: ${reasonOf(cause)}`, { cause });
  }
}

async function* readBody(
  body: ReadableStream<Uint8Array>,
  fail: (error: unknown) => never,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    // A chunk is a part of a large buffer; whoever keeps a small file would keep all of that.
    for await (const chunk of body) yield chunk.slice();
  } catch (error) {
    fail(error);
  }
}
