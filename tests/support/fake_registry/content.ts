import { emptyAnswer, errorAnswer } from "./answer.ts";
import { digestText, type StoredManifest, type StoredRepository } from "./store.ts";

const MANIFEST_LIMIT = 4 * 1024 * 1024;
const INDEX_MEDIA_TYPE = "application/vnd.oci.image.index.v1+json";

/** Answers what is under `/v2/NAME/blobs/`. */
export function answerBlob(request: Request, repository: StoredRepository, digest: string): Response {
  const blob = repository.blobs.get(digest);
  if (blob === undefined) return errorAnswer(404, "BLOB_UNKNOWN");
  const headers = {
    "content-type": "application/octet-stream",
    "docker-content-digest": digest,
    "accept-ranges": "bytes",
    "content-length": String(blob.size),
  };
  if (request.method === "HEAD") return emptyAnswer(200, headers);
  if (request.method === "DELETE") {
    repository.blobs.delete(digest);
    return emptyAnswer(202);
  }
  if (request.method !== "GET" || blob.bytes === undefined) return errorAnswer(405, "UNSUPPORTED");
  const [, start, end] = /^bytes=([0-9]+)-([0-9]*)$/.exec(request.headers.get("range") ?? "") ?? [];
  if (start === undefined) return new Response(blob.bytes, { headers });
  if (Number(start) >= blob.size) return errorAnswer(416, "SIZE_INVALID");
  const last = end ? Math.min(Number(end), blob.size - 1) : blob.size - 1;
  const part = blob.bytes.slice(Number(start), last + 1);
  return new Response(part, {
    status: 206,
    headers: {
      ...headers,
      "content-length": String(part.byteLength),
      "content-range": `bytes ${start}-${last}/${blob.size}`,
    },
  });
}

/** Answers what is under `/v2/NAME/manifests/`. */
export async function answerManifest(
  request: Request,
  repository: StoredRepository,
  reference: string,
  options: { readonly name: string; readonly multiTag: boolean; readonly referrers: boolean },
): Promise<Response> {
  if (request.method === "PUT") return await putManifest(request, repository, reference, options);
  const digest = reference.includes(":") ? reference : repository.tags.get(reference);
  const manifest = repository.manifests.get(digest ?? "");
  if (manifest === undefined) return errorAnswer(404, "MANIFEST_UNKNOWN");
  if (request.method === "DELETE") return deleteManifest(repository, reference);
  const headers = {
    "content-type": manifest.mediaType,
    "docker-content-digest": manifest.digest,
    "content-length": String(manifest.bytes.byteLength),
  };
  return new Response(request.method === "HEAD" ? undefined : manifest.bytes, { headers });
}

/** Answers `/v2/NAME/tags/list`. */
export function answerTags(url: URL, repository: StoredRepository, name: string): Response {
  const last = url.searchParams.get("last") ?? "";
  const limit = Number(url.searchParams.get("n") ?? 100);
  const all = [...repository.tags.keys()].sort().filter((tag) => tag > last);
  const tags = all.slice(0, limit);
  const next = `</v2/${name}/tags/list?n=${limit}&last=${tags.at(-1)}>; rel="next"`;
  return Response.json({ name, tags }, { headers: all.length > tags.length ? { link: next } : {} });
}

/** Answers `/v2/NAME/referrers/DIGEST`. */
export function answerReferrers(url: URL, repository: StoredRepository, digest: string): Response {
  const wanted = url.searchParams.get("artifactType");
  const manifests = [...repository.manifests.values()].flatMap((manifest) => {
    const content = parse(manifest);
    if (content?.subject?.digest !== digest) return [];
    const artifactType = content.artifactType ?? content.config?.mediaType;
    if (wanted !== null && wanted !== artifactType) return [];
    const { mediaType, bytes } = manifest;
    const annotations = content.annotations;
    return [{ mediaType, digest: manifest.digest, size: bytes.byteLength, artifactType, annotations }];
  });
  return Response.json({ schemaVersion: 2, mediaType: INDEX_MEDIA_TYPE, manifests }, {
    headers: {
      "content-type": INDEX_MEDIA_TYPE,
      ...(wanted === null ? {} : { "oci-filters-applied": "artifactType" }),
    },
  });
}

async function putManifest(
  request: Request,
  repository: StoredRepository,
  reference: string,
  options: { readonly name: string; readonly multiTag: boolean; readonly referrers: boolean },
): Promise<Response> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > MANIFEST_LIMIT) return errorAnswer(413, "SIZE_INVALID");
  const algorithm = reference.startsWith("sha512:") ? "sha512" : "sha256";
  const digest = digestText(bytes, algorithm);
  if (reference.includes(":") && reference !== digest) return errorAnswer(400, "DIGEST_INVALID");
  const manifest = { digest, mediaType: request.headers.get("content-type") ?? "", bytes };
  const content = parse(manifest);
  if (content === undefined) return errorAnswer(400, "MANIFEST_INVALID");
  const missing = missingContent(content, repository);
  if (missing !== undefined) return errorAnswer(400, "MANIFEST_BLOB_UNKNOWN", "blob unknown", { digest: missing });
  repository.manifests.set(digest, manifest);
  const tags = reference.includes(":") ? options.multiTag ? new URL(request.url).searchParams.getAll("tag") : [] : [
    reference,
  ];
  tags.forEach((tag) => repository.tags.set(tag, digest));
  const answer = emptyAnswer(201, {
    location: `/v2/${options.name}/manifests/${digest}`,
    "docker-content-digest": digest,
  });
  if (options.multiTag && reference.includes(":")) tags.forEach((tag) => answer.headers.append("oci-tag", tag));
  if (options.referrers && content.subject !== undefined) answer.headers.set("oci-subject", content.subject.digest);
  return answer;
}

function deleteManifest(repository: StoredRepository, reference: string): Response {
  repository.manifests.delete(reference);
  repository.tags.delete(reference);
  for (const [tag, digest] of repository.tags) {
    if (digest === reference) repository.tags.delete(tag);
  }
  return emptyAnswer(202);
}

interface ManifestContent {
  readonly artifactType?: string;
  readonly config?: { readonly digest: string; readonly mediaType: string };
  readonly layers?: readonly { readonly digest: string; readonly urls?: readonly string[] }[];
  readonly manifests?: readonly { readonly digest: string }[];
  readonly subject?: { readonly digest: string };
  readonly annotations?: Record<string, string>;
}

function parse(manifest: StoredManifest): ManifestContent | undefined {
  try {
    const value = JSON.parse(new TextDecoder().decode(manifest.bytes));
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function missingContent(content: ManifestContent, repository: StoredRepository): string | undefined {
  const blobs = [
    ...(content.config === undefined ? [] : [content.config]),
    ...(content.layers ?? []).filter(({ urls }) => urls === undefined),
  ];
  return blobs.find(({ digest }) => !repository.blobs.has(digest))?.digest ??
    content.manifests?.find(({ digest }) => !repository.manifests.has(digest) && !repository.blobs.has(digest))?.digest;
}
