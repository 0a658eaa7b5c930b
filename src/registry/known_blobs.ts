import type { Digest } from "../oci/digest.ts";
import type { Pushed } from "../store/store.ts";
import { untilAborted } from "../system/clock.ts";

/** Which blobs a registry is known to have: nothing is asked twice, and nothing is sent twice at the same time. */
export class KnownBlobs {
  readonly #repositories = new Map<Digest, Set<string>>();
  readonly #underWay = new Map<string, Promise<Pushed>>();

  /** Another repository that has the blob. */
  elsewhere(digest: Digest, repository: string): string | undefined {
    return [...this.#repositories.get(digest) ?? []].find((name) => name !== repository);
  }

  /** Whether any repository is known to have a blob. */
  isAnywhere(digest: Digest): boolean {
    return (this.#repositories.get(digest)?.size ?? 0) > 0;
  }

  /** Takes note that a repository has a blob. */
  add(digest: Digest, repository: string): void {
    const names = this.#repositories.get(digest) ?? new Set();
    this.#repositories.set(digest, names.add(repository));
  }

  /** Takes a note back that turned out to be wrong. */
  forget(digest: Digest, repository: string): void {
    this.#repositories.get(digest)?.delete(repository);
  }

  /** Pushes a blob unless that was done, or is being done, by someone else. */
  async once(
    digest: Digest,
    repository: string,
    push: () => Promise<Pushed>,
    signal: AbortSignal,
  ): Promise<Pushed> {
    const key = `${repository}@${digest}`;
    while (true) {
      if (this.#repositories.get(digest)?.has(repository)) return { existed: true, bytesSent: 0 };
      const other = this.#underWay.get(key);
      if (other === undefined) break;
      // If the other one fails, this one tries for itself and fails with its own error.
      await untilAborted(other.then(() => {}, () => {}), signal);
    }
    const pushing = push();
    this.#underWay.set(key, pushing);
    try {
      const pushed = await pushing;
      this.add(digest, repository);
      return pushed;
    } finally {
      this.#underWay.delete(key);
    }
  }
}
