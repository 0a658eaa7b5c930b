/** What `gantry help` explains beside commands. */
export const TOPICS = ["registry", "airgap", "migrate"] as const;

/** One of {@linkcode TOPICS}. */
export type Topic = typeof TOPICS[number];

/** Tells whether `gantry help WORD` is about a topic. */
export function isTopic(word: string | undefined): word is Topic {
  return TOPICS.some((topic) => topic === word);
}
