/** What could stand in the place of a word that somebody has begun. */
export interface Completion {
  /** The words, each whole; all begin with what is there. */
  readonly words: readonly CompletionWord[];
  /** Whether a word goes on, as `oci://` does, so that no space follows it. */
  readonly goesOn: boolean;
}

/** One word that could stand there. */
export interface CompletionWord {
  readonly word: string;
  /** What it is, for shells that show it. */
  readonly help?: string;
}
