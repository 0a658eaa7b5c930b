import type { Digest } from "../oci/digest.ts";
import { untilAborted } from "../system/clock.ts";

/** Which blobs a registry is known to have: nothing is asked twice, and nothing is sent twice at the same time. */
export class KnownBlobs {
  readonly #repositories = new Map<Digest, Set<string>>();
  readonly #underWay = new Map<string, Promise<void>>();

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

  /**
   * Waits while somebody else pushes a blob, and then takes the turn to push it, which ends when it is disposed of.
   *
   * @returns `undefined` when the repository has the blob.
   * @throws The signal's reason when it is aborted.
   */
  async turn(digest: Digest, repository: string, signal: AbortSignal): Promise<Disposable | undefined> {
    const key = `${repository}@${digest}`;
    while (true) {
      if (this.#repositories.get(digest)?.has(repository)) return undefined;
      const other = this.#underWay.get(key);
      if (other === undefined) break;
      // If the other one fails, this one tries for itself and fails with its own error.
      await untilAborted(other, signal);
    }
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#underWay.set(key, promise);
    return {
      [Symbol.dispose]: (): void => {
        this.#underWay.delete(key);
        resolve();
      },
    };
  }
}
