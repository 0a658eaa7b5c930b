import type { Digest } from "../../oci/digest.ts";
import type { UploadSession } from "./upload_session.ts";

/** Uploads that were begun before it was known whether they are needed. */
export class BegunUploads {
  readonly #sessions = new Map<string, Map<Digest, UploadSession>>();

  /** Keeps an upload for whoever sends the blob. */
  add(repository: string, digest: Digest, session: UploadSession): void {
    const sessions = this.#sessions.get(repository) ?? new Map();
    this.#sessions.set(repository, sessions.set(digest, session));
  }

  /** Hands an upload over: whoever takes it ends it. */
  take(repository: string, digest: Digest): UploadSession | undefined {
    const session = this.#sessions.get(repository)?.get(digest);
    this.#sessions.get(repository)?.delete(digest);
    return session;
  }

  /** Hands over all that nobody took. */
  takeAll(repository: string): readonly UploadSession[] {
    const left = [...this.#sessions.get(repository)?.values() ?? []];
    this.#sessions.delete(repository);
    return left;
  }
}
