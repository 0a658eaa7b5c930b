import type { PatternGroup } from "./ignore_rules.ts";

/**
 * Splits an ignore file into its lines, without the carriage return at the end of one, empty lines and comments. What
 * else does not count in a line is for those to say who read patterns.
 *
 * @param from What reasons call the file.
 */
export function parseIgnoreFile(text: string, from: string): PatternGroup {
  const patterns: string[] = [];
  const lines: number[] = [];
  text.split("\n").forEach((line, at) => {
    const pattern = line.replace(/\r$/, "");
    if (pattern === "" || pattern.startsWith("#")) return;
    patterns.push(pattern);
    lines.push(at + 1);
  });
  return { from, patterns, lines };
}
