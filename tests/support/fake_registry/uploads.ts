import { emptyAnswer, errorAnswer } from "./answer.ts";
import {
  append,
  finishSession,
  sessionState,
  startSession,
  stateSize,
  type StoredRepository,
  type UploadSession,
} from "./store.ts";

/** How registries differ when they take a blob. */
export interface UploadQuirks {
  /** A `POST` with a digest and the content makes the blob: 201. Otherwise its content is ignored: 202. */
  readonly singlePost?: boolean;
  /** A `POST` with a mount and no source finds the blob in any repository. */
  readonly anonymousMount?: boolean;
  /** A session whose request broke off is deleted, as zot does it. */
  readonly forgetBroken?: boolean;
  /** A session that has more than its URL says is lost, as with distribution: a broken request ends the upload. */
  readonly strictOffset?: boolean;
  /** The `OCI-Chunk-Min-Length` that a session announces and enforces for all chunks but the last. */
  readonly chunkMinLength?: number;
  /** How many bytes one request may carry; more is refused by 413. */
  readonly requestLimit?: number;
  /** How many bytes of a blob are kept; of larger ones only the digest is known. */
  readonly keep?: number;
}

/** A request for an upload, taken apart. */
export interface UploadRequest {
  readonly request: Request;
  readonly url: URL;
  readonly name: string;
  readonly session: string;
  readonly repositories: ReadonlyMap<string, StoredRepository>;
  readonly repository: StoredRepository;
  readonly quirks: UploadQuirks;
  /** The content, as far as it arrives. */
  readonly body: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** Answers what is under `/v2/NAME/blobs/uploads/`. */
export async function answerUpload(at: UploadRequest): Promise<Response> {
  if (at.request.method === "POST" && at.session === "") return await start(at);
  const session = at.repository.uploads.get(at.session);
  if (session === undefined) return errorAnswer(404, "BLOB_UPLOAD_UNKNOWN");
  const size = stateSize(session, at.url.search.slice(1));
  if (size === undefined) return errorAnswer(400, "BLOB_UPLOAD_INVALID", "the session's query came back changed");
  if (at.quirks.strictOffset && size !== session.size) {
    at.repository.uploads.delete(session.id);
    return errorAnswer(404, "BLOB_UPLOAD_INVALID");
  }
  switch (at.request.method) {
    case "PATCH":
      return await patch(at, session);
    case "PUT":
      return await put(at, session);
    case "GET":
      return emptyAnswer(204, sessionHeaders(at, session));
    case "DELETE":
      at.repository.uploads.delete(session.id);
      return emptyAnswer(204);
    default:
      return errorAnswer(405, "UNSUPPORTED");
  }
}

async function start(at: UploadRequest): Promise<Response> {
  const { url, repository, quirks } = at;
  const mount = url.searchParams.get("mount");
  const from = url.searchParams.get("from");
  if (mount !== null && (from !== null || quirks.anonymousMount)) {
    const sources = from === null ? [...at.repositories.values()] : [at.repositories.get(from)];
    const blob = sources.map((source) => source?.blobs.get(mount)).find((found) => found !== undefined);
    if (blob !== undefined) {
      repository.blobs.set(mount, blob);
      return blobCreated(at, mount);
    }
  }
  const session = startSession(repository);
  const digest = url.searchParams.get("digest");
  if (digest !== null && quirks.singlePost) {
    const refused = await take(at, session);
    return refused ?? await finish(at, session, digest);
  }
  return emptyAnswer(202, {
    ...sessionHeaders(at, session),
    ...(quirks.chunkMinLength === undefined ? {} : { "oci-chunk-min-length": String(quirks.chunkMinLength) }),
  });
}

async function patch(at: UploadRequest, session: UploadSession): Promise<Response> {
  const range = at.request.headers.get("content-range");
  const [start, end] = range?.split("-").map(Number) ?? [session.size];
  if (start !== session.size) return emptyAnswer(416, sessionHeaders(at, session));
  const length = Number(at.request.headers.get("content-length"));
  if (range !== null && end !== undefined && end - start + 1 !== length) return errorAnswer(400, "SIZE_INVALID");
  return await take(at, session) ?? emptyAnswer(202, sessionHeaders(at, session));
}

async function put(at: UploadRequest, session: UploadSession): Promise<Response> {
  const digest = at.url.searchParams.get("digest");
  if (digest === null) return errorAnswer(400, "DIGEST_INVALID", "there is no digest");
  // Like zot: content without a length is content that is not there.
  const refused = at.request.headers.has("content-length") ? await take(at, session) : undefined;
  return refused ?? await finish(at, session, digest);
}

async function take(at: UploadRequest, session: UploadSession): Promise<Response | undefined> {
  const { quirks } = at;
  const length = Number(at.request.headers.get("content-length") ?? 0);
  if (length > (quirks.requestLimit ?? Infinity)) return errorAnswer(413, "SIZE_INVALID", "the request is too large");
  try {
    for await (const bytes of at.body) append(session, bytes, quirks.keep ?? Infinity);
  } catch (error) {
    if (quirks.forgetBroken) at.repository.uploads.delete(session.id);
    throw error;
  }
  return undefined;
}

async function finish(at: UploadRequest, session: UploadSession, digest: string): Promise<Response> {
  const blob = await finishSession(at.repository, session, digest);
  return blob === undefined ? errorAnswer(400, "DIGEST_INVALID") : blobCreated(at, digest);
}

function blobCreated(at: UploadRequest, digest: string): Response {
  return emptyAnswer(201, { location: `/v2/${at.name}/blobs/${digest}`, "docker-content-digest": digest });
}

function sessionHeaders(at: UploadRequest, session: UploadSession): Record<string, string> {
  return {
    location: `${at.url.origin}/v2/${at.name}/blobs/uploads/${session.id}?${sessionState(session)}`,
    range: `0-${Math.max(0, session.size - 1)}`,
    "docker-upload-uuid": session.id,
  };
}
