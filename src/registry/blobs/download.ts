import type { Descriptor } from "../../oci/descriptor.ts";
import type { Call } from "../../work/context.ts";
import type { RepositoryLink } from "../link.ts";
import { ConnectionError } from "../http/transport.ts";
import { DigestMismatchError, verifiedStream } from "../../oci/bytes/verified.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/**
 * Reads a blob, verified. A connection that breaks is opened again, and the rest is asked for; where the registry gives
 * something else than that, the blob is asked for from its start and what came already is left out.
 */
export async function fetchBlob(link: RepositoryLink, blob: Descriptor, call: Call): Promise<ReadableStream<Bytes>> {
  const first = await link.retry(() => openWhole(link, blob, 0, call), call);
  const action = `Cannot use blob ${blob.digest} from ${link.place}${first.encoding}`;
  return resuming(link, blob, { first, action }, call).pipeThrough(verifiedStream(blob, action));
}

/** An answer that is being read. */
interface Opened {
  readonly reader: ReadableStreamDefaultReader<Bytes>;
  /** Whether the registry gave all of the blob, and not only the rest. */
  readonly isWhole: boolean;
  /** By what the registry knows these bytes again. */
  readonly tag: string | undefined;
  /** Says that the bytes are sent in an encoding, which may be why they are not the right ones; empty otherwise. */
  readonly encoding: string;
}

function resuming(
  link: RepositoryLink,
  blob: Descriptor,
  { first, action }: { readonly first: Opened; readonly action: string },
  { signal, ...rest }: Call,
): ReadableStream<Bytes> {
  const backoff = link.backoff();
  const stop = new AbortController();
  // Who cancels does not want the request that is made, or waited for, at the moment.
  const call: Call = { ...rest, signal: AbortSignal.any([signal, stop.signal]) };
  let opened: Opened | undefined = first;
  let { tag } = first;
  let position = 0;
  let shortAnswers = 0;

  async function next(): Promise<Bytes | undefined> {
    while (true) {
      try {
        opened ??= await openRest(link, blob, { position, tag }, call);
        tag = opened.tag;
        const { done, value } = await opened.reader.read();
        if (!done) return value;
        if (position >= blob.size) return undefined;
        if (opened.isWhole && ++shortAnswers === SHORT_ANSWERS) {
          throw new DigestMismatchError(
            `${action}: it has ${position} bytes, it should have ${blob.size}`,
          );
        }
        throw new ConnectionError("reset", `Cannot fetch blob ${blob.digest}: it ended after ${position} bytes`);
      } catch (error) {
        opened = undefined;
        await backoff.pause(error, call);
      }
    }
  }

  return new ReadableStream({
    async pull(controller): Promise<void> {
      const bytes = await next();
      if (bytes === undefined) return controller.close();
      position += bytes.byteLength;
      backoff.progress();
      controller.enqueue(bytes);
    },
    async cancel(reason): Promise<void> {
      stop.abort(reason);
      await opened?.reader.cancel(reason).catch(() => {});
    },
  }, { highWaterMark: 0 });
}

/** How often an answer that should be the whole blob may end too early before that is all there is. */
const SHORT_ANSWERS = 2;

/** Asks for a blob from a position on. */
async function openRest(
  link: RepositoryLink,
  blob: Descriptor,
  { position, tag }: { readonly position: number; readonly tag: string | undefined },
  call: Call,
): Promise<Opened> {
  if (position === 0) return await openWhole(link, blob, 0, call);
  const range = { range: `bytes=${position}-`, ...(tag === undefined ? {} : { "if-range": tag }) };
  const answer = await get(link, blob, range, call);
  if (answer.status === 200) return opened(answer, position);
  if (answer.status === 206 && isRest(answer, position, blob)) {
    return { reader: bodyOf(answer).getReader(), isWhole: false, tag: tagOf(answer), encoding: encodingOf(answer) };
  }
  await answer.body?.cancel();
  return await openWhole(link, blob, position, call);
}

/** Asks for all of a blob, and leaves out what came already. */
async function openWhole(link: RepositoryLink, blob: Descriptor, position: number, call: Call): Promise<Opened> {
  return opened(await get(link, blob, {}, call), position);
}

function opened(answer: Response, position: number): Opened {
  const reader = bodyOf(answer).pipeThrough(without(position)).getReader();
  return { reader, isWhole: true, tag: tagOf(answer), encoding: encodingOf(answer) };
}

async function get(
  link: RepositoryLink,
  blob: Descriptor,
  headers: Readonly<Record<string, string>>,
  call: Call,
): Promise<Response> {
  const { response } = await link.send({
    action: `fetch blob ${blob.digest} from ${link.place}`,
    method: "GET",
    target: `/v2/${link.name}/blobs/${blob.digest}`,
    headers,
    isLong: true,
    expect: "range" in headers ? [200, 206, 416] : [200],
  }, call);
  return response;
}

/** Tells whether a partial answer is the part that was asked for, of a blob of this size. */
function isRest({ headers }: Response, position: number, { size }: Descriptor): boolean {
  const [, start, total] = /^bytes ([0-9]+)-[0-9]+\/([0-9]+|\*)$/.exec(headers.get("content-range") ?? "") ?? [];
  return Number(start) === position && (total === "*" || Number(total) === size);
}

/** A weak tag does not promise the same bytes, and cannot be asked for. */
function tagOf({ headers }: Response): string | undefined {
  const tag = headers.get("etag") ?? "";
  return tag.startsWith('"') ? tag : undefined;
}

function encodingOf({ headers }: Response): string {
  const encoding = headers.get("content-encoding") ?? "identity";
  return encoding === "identity" ? "" : `, sent with Content-Encoding ${JSON.stringify(encoding.slice(0, 40))}`;
}

function bodyOf(response: Response): ReadableStream<Bytes> {
  return response.body ?? new Blob([]).stream();
}

/** Leaves out the first bytes. */
function without(count: number): TransformStream<Bytes, Bytes> {
  let left = count;
  return new TransformStream({
    transform(bytes, controller): void {
      const rest = bytes.subarray(Math.min(left, bytes.byteLength));
      left -= bytes.byteLength - rest.byteLength;
      if (rest.byteLength > 0) controller.enqueue(rest);
    },
  });
}
