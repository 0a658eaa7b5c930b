/** A request body that was refused for its size is cut down to a quarter, and not below this. */
const SMALLEST_CHUNK = 1024 * 1024;
/** What is tried first when a whole blob is too large for one request: some registries punish many small ones. */
const FIRST_CHUNK = 256 * 1024 * 1024;

/** What costs no more than the headers of the requests that it may save. */
const LARGEST_TRIAL = 4 * 1024;
/** A server that ignores a body reads over so much of it and not more; then it hangs up. */
const LARGEST_POST = 128 * 1024;

/** What a registry turned out to be like. One request finds out, and all after it know. */
export class RegistryTraits {
  #postsBlobs: "unknown" | "tried" | "yes" = "unknown";
  #setsManyTags = true;
  #chunkLimit = Infinity;
  readonly #readable = new Set<string>();

  /** Whether a manifest of a repository could be read, so that another one of it may be read as well. */
  isReadable(repository: string): boolean {
    return this.#readable.has(repository);
  }

  /** Learns that a manifest of a repository can be read. */
  noteReadable(repository: string): void {
    this.#readable.add(repository);
  }

  /** Whether one request can set several tags. */
  get setsManyTags(): boolean {
    return this.#setsManyTags;
  }

  /** How many bytes go into one request at most. */
  get chunkLimit(): number {
    return this.#chunkLimit;
  }

  /**
   * Whether to send a blob in the first request already. One tiny blob tries it out, and the others do so when that
   * went well: a registry that does not want it ignores the content, and it is sent again.
   */
  postsBlob(size: number): boolean {
    if (this.#postsBlobs === "yes") return size <= LARGEST_POST;
    if (this.#postsBlobs === "tried" || size > LARGEST_TRIAL) return false;
    this.#postsBlobs = "tried";
    return true;
  }

  /** Learns that a blob in the first request was taken. */
  acceptPostedBlobs(): void {
    this.#postsBlobs = "yes";
  }

  refuseManyTags(): void {
    this.#setsManyTags = false;
  }

  /**
   * Learns that a request was too large.
   *
   * @param minimum How many bytes the registry wants in a request at least: it may want more than what stands before
   *   it lets through.
   * @returns Whether a smaller one is worth a try.
   */
  shrinkChunks(refused: number, minimum: number): boolean {
    const smallest = Math.max(SMALLEST_CHUNK, minimum);
    if (refused <= smallest) return false;
    const smaller = Math.max(smallest, Math.min(FIRST_CHUNK, Math.floor(refused / 4)));
    this.#chunkLimit = Math.min(this.#chunkLimit, smaller);
    return true;
  }
}
