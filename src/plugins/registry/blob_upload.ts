import type { Content } from "../../oci/descriptor.ts";
import { headBlob } from "./blobs.ts";
import type { Call } from "./call.ts";
import type { Pushed, RepositoryLink } from "./repository.ts";
import type { RequestBody } from "./transport.ts";
import { parseServerUrl } from "./server_url.ts";

/** Brings a blob to the registry unless it is there. */
export async function pushBlob(link: RepositoryLink, blob: Content, call: Call): Promise<Pushed> {
  let bytesSent = 0;
  const existed = await link.retry(async () => {
    // After a failure too: the registry may have taken the bytes and lost the answer.
    if (await headBlob(link, blob.descriptor, call)) return bytesSent === 0;
    const location = await startUpload(link, blob, call);
    await finishUpload(link, blob, location, (bytes) => bytesSent += bytes, call);
    return false;
  }, call);
  return { existed, bytesSent };
}

async function startUpload(link: RepositoryLink, blob: Content, call: Call): Promise<URL> {
  const { response, url } = await link.send({
    action: `push blob ${blob.descriptor.digest}`,
    method: "POST",
    target: `/v2/${link.name}/blobs/uploads/`,
    expect: [202],
  }, call);
  await response.body?.cancel();
  const location = response.headers.get("location") ?? "";
  return parseServerUrl(location, { what: "upload location", base: url, endpoint: await link.endpoint(call) });
}

async function finishUpload(
  link: RepositoryLink,
  blob: Content,
  location: URL,
  sent: (bytes: number) => void,
  call: Call,
): Promise<void> {
  const { response } = await link.send({
    action: `push blob ${blob.descriptor.digest}`,
    method: "PUT",
    target: withDigest(location, blob.descriptor.digest),
    headers: { "content-type": "application/octet-stream" },
    body: countedBody(blob, sent, link, call),
    expect: [201, 204],
  }, call);
  await response.body?.cancel();
}

/** Appends the digest and leaves the registry's own query as it is, byte by byte: it may be signed. */
function withDigest(location: URL, digest: string): URL {
  const url = new URL(location);
  url.search = `${url.search === "" ? "?" : `${url.search}&`}digest=${encodeURIComponent(digest)}`;
  return url;
}

function countedBody(blob: Content, sent: (bytes: number) => void, link: RepositoryLink, call: Call): RequestBody {
  const { size, digest } = blob.descriptor;
  return {
    size,
    open(): ReadableStream<Uint8Array<ArrayBuffer>> {
      let done = 0;
      return blob.open().pipeThrough(
        new TransformStream(
          {
            transform(chunk, controller): void {
              done += chunk.byteLength;
              sent(chunk.byteLength);
              call.progress({ item: `${link.name}@${digest}`, done: Math.min(done, size), total: size });
              controller.enqueue(chunk);
            },
          },
        ),
      );
    },
  };
}
