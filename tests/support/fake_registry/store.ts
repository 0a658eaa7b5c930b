import { createHash, type Hash } from "node:crypto";

/** A manifest as it was put. */
export interface StoredManifest {
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A blob as it was put; `bytes` is left out when the store was told to keep no content of such a size. */
export interface StoredBlob {
  readonly digest: string;
  readonly size: number;
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** An upload that is not finished. */
export interface UploadSession {
  readonly id: string;
  size: number;
  readonly hash: Hash;
  readonly parts: Uint8Array<ArrayBuffer>[];
}

/** What one repository holds. */
export interface StoredRepository {
  readonly blobs: Map<string, StoredBlob>;
  readonly manifests: Map<string, StoredManifest>;
  readonly tags: Map<string, string>;
  readonly uploads: Map<string, UploadSession>;
}

/** Makes a repository with nothing in it. */
export function emptyRepository(): StoredRepository {
  return { blobs: new Map(), manifests: new Map(), tags: new Map(), uploads: new Map() };
}

let sessions = 0;

/** Starts an upload in a repository. */
export function startSession(repository: StoredRepository): UploadSession {
  const id = `session-${++sessions}`;
  const session = { id, size: 0, hash: createHash("sha256"), parts: [] };
  repository.uploads.set(id, session);
  return session;
}

/** Takes bytes into an upload. They are kept up to `keep` bytes; above that only hashed. */
export function append(session: UploadSession, bytes: Uint8Array<ArrayBuffer>, keep: number): void {
  session.size += bytes.byteLength;
  session.hash.update(bytes);
  if (session.size <= keep) session.parts.push(bytes.slice());
}

/** Turns an upload into a blob; `undefined` when its digest is another one. The session is over in both cases. */
export async function finishSession(
  repository: StoredRepository,
  session: UploadSession,
  digest: string,
): Promise<StoredBlob | undefined> {
  repository.uploads.delete(session.id);
  const bytes = new Uint8Array(await new Blob(session.parts).arrayBuffer());
  const own = digest.startsWith("sha512:") ? digestText(bytes, "sha512") : `sha256:${session.hash.digest("hex")}`;
  if (own !== digest) return undefined;
  const blob = { digest, size: session.size, ...(bytes.byteLength === session.size ? { bytes } : {}) };
  repository.blobs.set(digest, blob);
  return blob;
}

/** The digest of bytes. */
export function digestText(bytes: Uint8Array, algorithm: "sha256" | "sha512" = "sha256"): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

/** The query of a session's URL: it changes with the size, and a client that parses and writes it again breaks it. */
export function sessionState(session: UploadSession, size = session.size): string {
  return `_state=${session.id}%2F${size}==&x=a+b%20c`;
}

/** The size that a session's URL speaks of; `undefined` when the query did not come back byte by byte. */
export function stateSize(session: UploadSession, query: string): number | undefined {
  const size = Number(/^_state=session-[0-9]+%2F([0-9]+)==/.exec(query)?.[1] ?? NaN);
  return query.startsWith(sessionState(session, size)) ? size : undefined;
}
