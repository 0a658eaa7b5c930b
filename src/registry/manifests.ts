import { readContent } from "../oci/bytes_content.ts";
import type { Content, Descriptor } from "../oci/descriptor.ts";
import { type Digest, digestAlgorithm, digestOf, isDigest } from "../oci/digest.ts";
import { MANIFEST_SIZE_LIMIT } from "../oci/manifest.ts";
import { MANIFEST_MEDIA_TYPES } from "../oci/media_types.ts";
import { DigestMismatchError } from "../oci/bytes/verified.ts";
import { type Pushed, type StoredManifest, UnsupportedError } from "../store/store.ts";
import type { Call } from "../work/context.ts";
import {
  bareMediaType,
  isTaken,
  parseJsonObject,
  readLimited,
  TAKEN_STATUSES,
  unexpectedAnswer,
} from "./http/read_answer.ts";
import { readRegistryError, RegistryError } from "./http/registry_error.ts";
import { bytesBody } from "./http/transport.ts";
import type { RepositoryLink } from "./link.ts";
import { allDone } from "../work/together.ts";
import { isTemporary } from "./retry.ts";

const ACCEPT = MANIFEST_MEDIA_TYPES.join(", ");

/** Says what a tag or a digest stands for, by HEAD where the registry answers it in full. */
export async function resolveManifest(
  link: RepositoryLink,
  reference: string,
  call: Call,
): Promise<Descriptor | undefined> {
  const answer = await headManifest(link, reference, call);
  if (answer?.status === 404) return undefined;
  const digest = answer?.headers.get("docker-content-digest") ?? "";
  const size = Number(answer?.headers.get("content-length") ?? NaN);
  const mediaType = bareMediaType(answer?.headers.get("content-type") ?? undefined);
  if (isDigest(digest) && Number.isSafeInteger(size) && size > 0 && mediaType !== "") {
    checkAsked(link, reference, digest);
    return { mediaType, digest, size };
  }
  return (await fetchManifest(link, reference, call))?.descriptor;
}

/** @returns `undefined` for a no: the answer to HEAD cannot say why, the answer to GET can. */
async function headManifest(link: RepositoryLink, reference: string, call: Call): Promise<Response | undefined> {
  try {
    return await link.retry(() => sendHead(link, reference, call), call);
  } catch (error) {
    if (error instanceof RegistryError && (error.status < 500 || error.status === 501)) return undefined;
    throw error;
  }
}

async function sendHead(link: RepositoryLink, reference: string, call: Call): Promise<Response> {
  const { response } = await link.send({
    action: `resolve ${nameOf(link, reference)}`,
    method: "HEAD",
    target: manifestPath(link, reference),
    headers: { accept: ACCEPT },
    expect: [200, 404],
  }, call);
  await response.body?.cancel();
  if (response.status === 200) link.traits.noteReadable(link.name);
  return response;
}

/**
 * Reads a manifest. A refusal is a no where other manifests of the repository could be read: some registries answer 403
 * or 401 for what is not there.
 */
export async function fetchManifest(
  link: RepositoryLink,
  reference: string,
  call: Call,
): Promise<StoredManifest | undefined> {
  link.shared.looked(reference);
  try {
    return await getManifest(link, reference, call);
  } catch (error) {
    if (!link.traits.isReadable(link.name) || !isHidden(error, [401, 403])) throw error;
    call.log.debug(`${nameOf(link, reference)} is taken as not there: the registry answered ${error.status}`);
    return undefined;
  }
}

/** Tells whether an answer may stand for something that is not there: a refusal by the registry itself. */
export function isHidden(error: unknown, statuses: readonly number[] = [403]): error is RegistryError {
  if (!(error instanceof RegistryError) || error.isElsewhere || isTemporary(error)) return false;
  // Credentials that were refused, or not found, may have run out in the middle of the work.
  const isStranger = error.refused === undefined && error.helperProblem === undefined;
  if (error.status === 401 && !isStranger || !statuses.includes(error.status)) return false;
  // A token server is no registry.
  return new URL(error.url).pathname.startsWith("/v2/");
}

async function getManifest(link: RepositoryLink, reference: string, call: Call): Promise<StoredManifest | undefined> {
  return await link.retry(async () => {
    const action = `fetch ${nameOf(link, reference)}`;
    const answer = await link.send({
      action,
      method: "GET",
      target: manifestPath(link, reference),
      headers: { accept: ACCEPT },
      expect: [200, 404],
    }, call);
    const { response } = answer;
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    const bytes = await readLimited(response, MANIFEST_SIZE_LIMIT, action);
    // The hash of a page is the digest of nothing.
    if (parseJsonObject(bytes) === undefined) throw unexpectedAnswer(action, answer, bytes, "no manifest");
    const digest = digestOf(bytes, isDigest(reference) ? digestAlgorithm(reference) : "sha256");
    checkAsked(link, reference, digest);
    const header = bareMediaType(response.headers.get("content-type") ?? undefined);
    const mediaType = mediaTypeOf(bytes, header, nameOf(link, reference));
    link.traits.noteReadable(link.name);
    return { descriptor: { mediaType, digest, size: bytes.byteLength }, bytes };
  }, call);
}

/** Sends a manifest under its digest or under a tag. */
export async function putManifest(
  link: RepositoryLink,
  manifest: Content,
  reference: string,
  call: Call,
): Promise<Pushed> {
  const { size, digest } = manifest.descriptor;
  let requests = 0;
  let subject: string | undefined;
  try {
    const headers = await link.retry(async () => {
      requests++;
      const action = isDigest(reference) ? `push manifest ${reference}` : `tag ${nameOf(link, reference)}`;
      return await put(link, manifest, { action, target: manifestPath(link, reference) }, call);
    }, call);
    subject = headers.get("oci-subject") ?? undefined;
  } catch (error) {
    const isRefused = requests === 1 && error instanceof RegistryError && error.status < 500;
    // The registry may have done it, and only its answer was lost.
    if (isRefused || !(await pointsTo(link, reference, digest, call))) throw error;
  }
  link.shared.wrote(reference);
  return { existed: false, bytesSent: requests * size, ...(subject === undefined ? {} : { subject }) };
}

/** Asks once whether a reference stands for a digest. Whatever goes wrong is a no. */
async function pointsTo(link: RepositoryLink, reference: string, digest: Digest, call: Call): Promise<boolean> {
  try {
    const answer = await sendHead(link, reference, call);
    return answer.status === 200 && answer.headers.get("docker-content-digest") === digest;
  } catch {
    return false;
  }
}

/** From how many tags on it is worth a try to set them all by one request: few registries know how. */
const MANY_TAGS = 3;

/** How many tags are set side by side. */
const TAGS_AT_ONCE = 4;

/** Points tags to a manifest. What one of them fails for does not stop those beside it. */
export async function putTags(
  link: RepositoryLink,
  manifest: Content,
  tags: readonly string[],
  call: Call,
): Promise<void> {
  const isMany = tags.length >= MANY_TAGS && link.traits.setsManyTags;
  const done = isMany ? await putManyTags(link, manifest, tags, call) : [];
  if (isMany && done.length === 0) link.traits.refuseManyTags();
  const left = tags.filter((tag) => !done.includes(tag));
  for (let at = 0; at < left.length; at += TAGS_AT_ONCE) {
    await allDone(left.slice(at, at + TAGS_AT_ONCE).map((tag) => putManifest(link, manifest, tag, call)));
  }
}

/** @returns The tags that the registry says it has set; none when it does not know how. */
async function putManyTags(
  link: RepositoryLink,
  manifest: Content,
  tags: readonly string[],
  call: Call,
): Promise<readonly string[]> {
  const query = tags.map((tag) => `tag=${tag}`).join("&");
  const target = `${manifestPath(link, manifest.descriptor.digest)}?${query}`;
  const action = `tag ${link.place}@${manifest.descriptor.digest}`;
  const headers = await link.retry(() => put(link, manifest, { action, target }, call), call);
  const set = (headers.get("oci-tag") ?? "").split(",").map((tag) => tag.trim());
  for (const tag of set) link.shared.wrote(tag);
  return tags.filter((tag) => set.includes(tag));
}

async function put(
  link: RepositoryLink,
  manifest: Content,
  request: { readonly action: string; readonly target: string },
  call: Call,
): Promise<Headers> {
  const { mediaType, digest } = manifest.descriptor;
  const { response, url } = await link.send({
    ...request,
    method: "PUT",
    headers: { "content-type": mediaType },
    body: bytesBody(await readContent(manifest)),
    expect: TAKEN_STATUSES,
  }, call);
  if (!isTaken(response)) throw await readRegistryError(request.action, { method: "PUT", url }, response);
  await response.body?.cancel();
  const said = response.headers.get("docker-content-digest") ?? digest;
  if (said === digest) return response.headers;
  throw new DigestMismatchError(`Cannot ${request.action}: ${digest} became ${JSON.stringify(said.slice(0, 150))}`);
}

function manifestPath(link: RepositoryLink, reference: string): string {
  return `/v2/${link.name}/manifests/${reference}`;
}

function nameOf(link: RepositoryLink, reference: string): string {
  return `${link.place}${isDigest(reference) ? "@" : ":"}${reference}`;
}

function checkAsked(link: RepositoryLink, reference: string, got: Digest): void {
  if (!isDigest(reference) || reference === got) return;
  throw new DigestMismatchError(
    `Cannot use manifest ${nameOf(link, reference)}: its digest is ${got}, it should be ${reference}`,
  );
}

/** Two readers must not take the same bytes for different things, so both places have to agree. */
function mediaTypeOf(bytes: Uint8Array<ArrayBuffer>, header: string, name: string): string {
  const inside = parseJsonObject(bytes)?.mediaType;
  if (typeof inside !== "string") return header;
  if (MANIFEST_MEDIA_TYPES.includes(header) && header !== inside) {
    throw new TypeError(`Cannot use manifest ${name}: it is sent as ${header} and calls itself ${inside}`);
  }
  return inside;
}

/**
 * Deletes a tag, or a manifest by its digest.
 *
 * @returns Whether it was there.
 * @throws {UnsupportedError} When the registry does not do that.
 * @see {@link https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#content-management | OCI distribution-spec 1.1.1, Content Management}
 */
export async function deleteManifest(link: RepositoryLink, name: string, call: Call): Promise<boolean> {
  const action = isDigest(name)
    ? `delete ${link.place}@${name}`
    : `delete tag ${JSON.stringify(name)} of ${link.place}`;
  try {
    const { response } = await link.retry(() =>
      link.send({
        action,
        method: "DELETE",
        target: `/v2/${link.name}/manifests/${name}`,
        // The spec says 202; some registries say less.
        expect: [200, 202, 204, 404],
      }, call), call);
    await response.body?.cancel();
    return response.status !== 404;
  } catch (cause) {
    if (!(cause instanceof RegistryError) || !isUnsupported(cause, name)) throw cause;
    const problem = isDigest(name) ? "the registry deletes nothing" : "the registry deletes whole manifests, not tags";
    throw new UnsupportedError(`Cannot ${action}: ${problem}`, { cause });
  }
}

/** Of a tag, 400 is what registries say that take it for a digest that is wrong. */
function isUnsupported(error: RegistryError, name: string): boolean {
  return error.status === 405 || error.has("UNSUPPORTED") || error.status === 400 && !isDigest(name);
}
