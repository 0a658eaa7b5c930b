import type { Content, Descriptor } from "../../oci/descriptor.ts";
import { type Digest, digestAlgorithm, digestOf, isDigest } from "../../oci/digest.ts";
import { MANIFEST_SIZE_LIMIT } from "../../oci/manifest.ts";
import { MANIFEST_MEDIA_TYPES } from "../../oci/media_types.ts";
import type { Call } from "./call.ts";
import { bareMediaType } from "./media_type.ts";
import { readContent } from "./read_content.ts";
import { readLimited } from "./read_answer.ts";
import type { FetchedManifest, Pushed } from "./repository.ts";
import type { RepositoryLink } from "./repository_link.ts";
import { bytesBody } from "./request_body.ts";
import { DigestMismatchError } from "./verified_stream.ts";

const ACCEPT = MANIFEST_MEDIA_TYPES.join(", ");

/** Says what a tag or a digest stands for, by HEAD where the registry answers it in full. */
export async function resolveManifest(
  link: RepositoryLink,
  reference: string,
  call: Call,
): Promise<Descriptor | undefined> {
  const { response } = await link.retry(() =>
    link.send({
      action: `resolve ${nameOf(link, reference)}`,
      method: "HEAD",
      target: manifestPath(link, reference),
      headers: { accept: ACCEPT },
      expect: [200, 404],
    }, call), call);
  await response.body?.cancel();
  if (response.status === 404) return undefined;
  const digest = response.headers.get("docker-content-digest") ?? "";
  const size = Number(response.headers.get("content-length") ?? NaN);
  const mediaType = bareMediaType(response.headers.get("content-type") ?? undefined);
  if (isDigest(digest) && Number.isSafeInteger(size) && size > 0 && mediaType !== "") {
    checkAsked(link, reference, digest);
    return { mediaType, digest, size };
  }
  return (await fetchManifest(link, reference, call))?.descriptor;
}

/** Reads a manifest. */
export async function fetchManifest(
  link: RepositoryLink,
  reference: string,
  call: Call,
): Promise<FetchedManifest | undefined> {
  return await link.retry(async () => {
    const { response } = await link.send({
      action: `fetch ${nameOf(link, reference)}`,
      method: "GET",
      target: manifestPath(link, reference),
      headers: { accept: ACCEPT },
      expect: [200, 404],
    }, call);
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    const bytes = await readLimited(response, MANIFEST_SIZE_LIMIT, `fetch ${nameOf(link, reference)}`);
    const digest = digestOf(bytes, isDigest(reference) ? digestAlgorithm(reference) : "sha256");
    checkAsked(link, reference, digest);
    const mediaType = mediaTypeOf(bytes, bareMediaType(response.headers.get("content-type") ?? undefined));
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
  const bytes = await readContent(manifest);
  let bytesSent = 0;
  await link.retry(async () => {
    bytesSent += bytes.byteLength;
    const { response } = await link.send({
      action: isDigest(reference) ? `push manifest ${reference}` : `tag ${nameOf(link, reference)}`,
      method: "PUT",
      target: manifestPath(link, reference),
      headers: { "content-type": manifest.descriptor.mediaType },
      body: bytesBody(bytes),
      // The spec says 201; some registries say less.
      expect: [200, 201, 202],
    }, call);
    await response.body?.cancel();
    const said = response.headers.get("docker-content-digest");
    if (said !== null && isDigest(said) && said !== manifest.descriptor.digest) {
      throw new DigestMismatchError(
        `Cannot push manifest ${manifest.descriptor.digest}: ${nameOf(link, reference)} became ${said}`,
      );
    }
  }, call);
  return { existed: false, bytesSent };
}

function manifestPath(link: RepositoryLink, reference: string): string {
  return `/v2/${link.name}/manifests/${reference}`;
}

function nameOf(link: RepositoryLink, reference: string): string {
  return `${link.name}${isDigest(reference) ? "@" : ":"}${reference}`;
}

function checkAsked(link: RepositoryLink, reference: string, got: Digest): void {
  if (!isDigest(reference) || reference === got) return;
  throw new DigestMismatchError(`Cannot use manifest ${nameOf(link, reference)}: its digest is ${got}`);
}

/** Two readers must not take the same bytes for different things, so both places have to agree. */
function mediaTypeOf(bytes: Uint8Array<ArrayBuffer>, header: string): string {
  let inside: unknown;
  try {
    inside = JSON.parse(new TextDecoder().decode(bytes))?.mediaType;
  } catch {
    return header;
  }
  if (typeof inside !== "string") return header;
  if (MANIFEST_MEDIA_TYPES.includes(header) && header !== inside) {
    throw new TypeError(`Cannot use manifest: it is sent as ${header} and calls itself ${inside}`);
  }
  return inside;
}
