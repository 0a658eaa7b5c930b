import type { Descriptor } from "../../oci/descriptor.ts";
import type { Call } from "./call.ts";
import type { RepositoryLink } from "./repository_link.ts";
import { ConnectionError } from "./transport.ts";
import { verifiedStream } from "./verified_stream.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Reads a blob, verified. A connection that breaks is opened again, and the rest is asked for. */
export async function fetchBlob(link: RepositoryLink, blob: Descriptor, call: Call): Promise<ReadableStream<Bytes>> {
  const first = await link.retry(() => openAt(link, blob, 0, call), call);
  return resuming(link, blob, first, call).pipeThrough(verifiedStream(blob, `blob ${blob.digest} from ${link.name}`));
}

function resuming(
  link: RepositoryLink,
  blob: Descriptor,
  first: ReadableStream<Bytes>,
  call: Call,
): ReadableStream<Bytes> {
  const backoff = link.backoff();
  let reader: ReadableStreamDefaultReader<Bytes> | undefined = first.getReader();
  let position = 0;

  async function next(): Promise<Bytes | undefined> {
    while (true) {
      try {
        reader ??= (await openAt(link, blob, position, call)).getReader();
        const { done, value } = await reader.read();
        if (!done) return value;
        if (position >= blob.size) return undefined;
        throw new ConnectionError("reset", `Cannot fetch blob ${blob.digest}: it ended after ${position} bytes`);
      } catch (error) {
        reader = undefined;
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
    cancel: (reason) => reader?.cancel(reason),
  }, { highWaterMark: 0 });
}

/** Asks for a blob from a position on; all of it, where the registry does not give just that part. */
async function openAt(
  link: RepositoryLink,
  blob: Descriptor,
  position: number,
  call: Call,
): Promise<ReadableStream<Bytes>> {
  if (position > 0) {
    const part = await get(link, blob, { range: `bytes=${position}-` }, call);
    const range = /^bytes ([0-9]+)-/.exec(part.headers.get("content-range") ?? "")?.[1];
    if (part.status === 206 && Number(range) === position) return bodyOf(part);
    if (part.status === 200) return bodyOf(part).pipeThrough(without(position));
    await part.body?.cancel();
  }
  return bodyOf(await get(link, blob, {}, call)).pipeThrough(without(position));
}

async function get(
  link: RepositoryLink,
  blob: Descriptor,
  headers: Readonly<Record<string, string>>,
  call: Call,
): Promise<Response> {
  const { response } = await link.send({
    action: `fetch blob ${blob.digest} from ${link.name}`,
    method: "GET",
    target: `/v2/${link.name}/blobs/${blob.digest}`,
    headers,
    expect: "range" in headers ? [200, 206, 416] : [200],
  }, call);
  return response;
}

function bodyOf(response: Response): ReadableStream<Bytes> {
  return response.body ?? new Blob([]).stream();
}

/** Leaves out what is there already: a registry that does not know ranges sends everything again. */
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
