/** What `gantry help` explains beside commands. */
export const TOPICS = ["registry", "airgap", "migrate", "exit-codes"] as const;

/** One of {@linkcode TOPICS}. */
export type Topic = typeof TOPICS[number];

/** A page that is about no command: a topic, the list of them, or `help` itself. */
export type TopicPage = Topic | "topics" | "help";

/**
 * Finds the page that `gantry help` is asked for, where it is about no command.
 *
 * @param words What stands behind `help`.
 */
export function topicOf(words: readonly string[]): TopicPage | undefined {
  const [first = "", second] = words;
  if (["help", "--help", "-h"].includes(first)) return "help";
  if (first === "topics") return first;
  return TOPICS.find((topic) => topic === first || topic === `${first}-${second}`);
}
