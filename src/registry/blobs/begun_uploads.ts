import type { Digest } from "../../oci/digest.ts";

/** An upload that a registry has begun. */
export interface UploadSession {
  /** Where the next request goes. Each answer may change it. */
  readonly url: URL;
  /** How many bytes the registry has. */
  readonly offset: number;
  /** No chunk but the last may be smaller. */
  readonly chunkMinimum: number;
  /** Whether the offset is what the registry says after a failure. */
  readonly resumed: boolean;
}

/** What was found out ahead of an upload. */
export type BegunUpload =
  /** The blob is not there, and nothing was begun. */
  | { readonly kind: "absent" }
  /** The blob was there, or is now. */
  | { readonly kind: "mounted" }
  | { readonly kind: "session"; readonly session: UploadSession }
  /** It could not begin, and may be able to later. */
  | { readonly kind: "failed"; readonly error: unknown };

/** What was found out ahead of uploads, and begun before it was known whether it is needed. */
export class BegunUploads {
  readonly #begun = new Map<string, Map<Digest, BegunUpload>>();

  /** Keeps it for whoever pushes the blob. */
  add(repository: string, digest: Digest, upload: BegunUpload): void {
    const begun = this.#begun.get(repository) ?? new Map();
    this.#begun.set(repository, begun.set(digest, upload));
  }

  /** Hands it over: whoever takes a session ends it. */
  take(repository: string, digest: Digest): BegunUpload | undefined {
    const upload = this.#begun.get(repository)?.get(digest);
    this.#begun.get(repository)?.delete(digest);
    return upload;
  }

  /** Hands over the sessions that nobody took. */
  takeAll(repository: string): readonly UploadSession[] {
    const left = [...this.#begun.get(repository)?.values() ?? []];
    this.#begun.delete(repository);
    return left.flatMap((upload) => upload.kind === "session" ? upload.session : []);
  }
}
