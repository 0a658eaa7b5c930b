import { UnsupportedError } from "../store/store.ts";

/** A place deletes no tag alone. It may delete the manifest, and all of its tags with it. */
export class TagStaysError extends UnsupportedError {
  /** The manifest, as a reference with its digest. */
  readonly manifest: string;

  constructor(cause: UnsupportedError, manifest: string) {
    super(cause.message, { cause });
    this.manifest = manifest;
  }
}
