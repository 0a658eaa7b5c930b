/** Keeps from one run to the next how registries want to be asked, so that it is not asked for each time. */
export interface ChallengeMemory {
  /**
   * What a registry said when it wanted credentials: the value of its `WWW-Authenticate`. Never fails.
   *
   * @param registry The registry's origin.
   */
  recall(registry: string): Promise<string | undefined>;
  /** Keeps what was said, and led to what the registry takes. Never fails. */
  keep(registry: string, challenge: string): Promise<void>;
  /** Forgets what turned out to be wrong. Never fails. */
  forget(registry: string): Promise<void>;
}
