/**
 * Upload sessions: the requests of which a blob's upload is made.
 *
 * @see {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs | OCI distribution-spec 1.1.1, Pushing blobs}
 */
import type { Descriptor } from "../../oci/descriptor.ts";
import { digestAlgorithm } from "../../oci/digest.ts";
import type { Call } from "../../work/context.ts";
import type { RepositoryLink } from "../link.ts";
import { repositoryScope } from "../login/scope.ts";
import type { Answer } from "../sender.ts";
import type { UploadSession } from "./begun_uploads.ts";
import { isTaken, TAKEN_STATUSES } from "../http/read_answer.ts";
import { readRegistryError } from "../http/registry_error.ts";
import { parseServerUrl } from "../http/server_url.ts";
import type { RequestBody } from "../http/transport.ts";
import { messageOf } from "../../work/message_of.ts";

const OCTETS = { "content-type": "application/octet-stream" };

/**
 * Begins an upload.
 *
 * @param mount The blob, and the repository of the same registry that may have it already.
 * @returns `undefined` when the blob was mounted and nothing is left to do.
 */
export async function startUpload(
  link: RepositoryLink,
  blob: Descriptor,
  call: Call,
  mount?: { readonly from: string },
): Promise<UploadSession | undefined> {
  const query = mount !== undefined
    ? `?mount=${encodeURIComponent(blob.digest)}&from=${mount.from}`
    : digestAlgorithm(blob.digest) === "sha256"
    ? ""
    : `?digest-algorithm=${digestAlgorithm(blob.digest)}`;
  const answer = await link.send({
    action: `push blob ${blob.digest}`,
    method: "POST",
    target: `/v2/${link.name}/blobs/uploads/${query}`,
    ...(mount === undefined ? {} : { moreScopes: [repositoryScope(mount.from, "pull")] }),
    expect: mount === undefined ? [202] : [201, 202],
  }, call);
  await answer.response.body?.cancel();
  return answer.response.status === 201 ? undefined : await sessionOf(link, answer, call);
}

/**
 * Sends a small blob in one request. A registry that does not want that begins an upload instead.
 *
 * @returns `undefined` when the blob is there.
 */
export async function postBlob(
  link: RepositoryLink,
  blob: Descriptor,
  body: RequestBody,
  call: Call,
): Promise<UploadSession | undefined> {
  const answer = await link.send({
    action: `push blob ${blob.digest}`,
    method: "POST",
    target: `/v2/${link.name}/blobs/uploads/?digest=${encodeURIComponent(blob.digest)}`,
    headers: OCTETS,
    body,
    expect: [201, 202],
  }, call);
  await answer.response.body?.cancel();
  return answer.response.status === 201 ? undefined : await sessionOf(link, answer, call);
}

/** Sends all that is left, or nothing, and ends the upload: the blob is there. */
export async function putRest(
  link: RepositoryLink,
  blob: Descriptor,
  session: UploadSession,
  body: RequestBody,
  call: Call,
): Promise<void> {
  const action = `push blob ${blob.digest}`;
  const { response, url } = await link.send({
    action,
    method: "PUT",
    target: withDigest(session.url, blob.digest),
    headers: OCTETS,
    body,
    expect: TAKEN_STATUSES,
  }, call);
  if (!isTaken(response)) throw await readRegistryError(action, { method: "PUT", url }, response);
  await response.body?.cancel();
}

/** Sends the next chunk. */
export async function patchChunk(
  link: RepositoryLink,
  blob: Descriptor,
  session: UploadSession,
  body: RequestBody,
  call: Call,
): Promise<UploadSession> {
  const offset = session.offset + body.size;
  const answer = await link.send({
    action: `push blob ${blob.digest}`,
    method: "PATCH",
    target: session.url,
    headers: { ...OCTETS, "content-range": `${session.offset}-${offset - 1}` },
    body,
    // ECR says 201, others 204.
    expect: [201, 202, 204],
  }, call);
  await answer.response.body?.cancel();
  // ECR's Range lags behind (aws/containers-roadmap#2831). What was acknowledged is counted as sent; if that is wrong,
  // the digest at the end says so.
  return { ...await sessionOf(link, answer, call, session), offset };
}

/**
 * Asks how much of an interrupted upload the registry has.
 *
 * @param reached How much it can have at most.
 * @returns `undefined` when there is nothing to resume: the session is gone, or its offset cannot be trusted.
 */
export async function findSession(
  link: RepositoryLink,
  blob: Descriptor,
  session: UploadSession,
  reached: number,
  call: Call,
): Promise<UploadSession | undefined> {
  const answer = await link.send({
    action: `resume the upload of blob ${blob.digest}`,
    method: "GET",
    target: session.url,
    expect: [200, 202, 204, 400, 404, 405, 410, 416],
  }, call);
  await answer.response.body?.cancel();
  if (answer.response.status >= 400) return undefined;
  const offset = parseUploadRange(answer.response.headers.get("range"));
  // "0-0" is what registries say of one byte and of none.
  if (offset === undefined || offset <= 1 || offset > reached) return undefined;
  return { ...await sessionOf(link, answer, call, session), offset, resumed: true };
}

/** Tells the registry that nothing more will come. Registries that do not know this collect the session themselves. */
export async function cancelUpload(link: RepositoryLink, session: UploadSession, call: Call): Promise<void> {
  try {
    const { response } = await link.send({
      action: "cancel an upload",
      method: "DELETE",
      target: session.url,
      expect: [200, 202, 204],
    }, call);
    await response.body?.cancel();
  } catch (error) {
    call.log.debug(messageOf(error));
  }
}

/**
 * Reads the `Range` of an upload.
 *
 * @returns How many bytes there are; `undefined` when the header is missing, malformed or does not begin at 0.
 */
function parseUploadRange(header: string | null): number | undefined {
  const end = /^(?:bytes=)?0-([0-9]{1,15})$/.exec(header?.trim() ?? "")?.[1];
  return end === undefined ? undefined : Number(end) + 1;
}

/** The answer to the first request has a Range too, but it does not say what is stored. */
async function sessionOf(
  link: RepositoryLink,
  { response, url }: Answer,
  call: Call,
  before?: UploadSession,
): Promise<UploadSession> {
  const location = response.headers.get("location") ?? before?.url.href;
  const endpoint = await link.endpoint(call);
  if (location === undefined) {
    throw new TypeError(`Cannot use the upload that ${endpoint.host} began: it has no location`);
  }
  const session = await parseServerUrl(location, { what: "upload location", base: url, endpoint });
  const minimum = Number(response.headers.get("oci-chunk-min-length") ?? before?.chunkMinimum ?? 0);
  return {
    url: session,
    offset: 0,
    resumed: false,
    chunkMinimum: Number.isSafeInteger(minimum) && minimum > 0 ? minimum : 0,
  };
}

/** Appends the digest and leaves the registry's own query as it is, byte by byte: it may be signed. */
function withDigest(location: URL, digest: string): URL {
  const url = new URL(location);
  url.search = `${url.search === "" ? "?" : `${url.search}&`}digest=${encodeURIComponent(digest)}`;
  return url;
}
