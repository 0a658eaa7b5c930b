import type { PatternGroup } from "./ignore_rules.ts";

/**
 * Reads an ignore file as git reads `.gitignore`: a byte order mark, the carriage return of a line's end, blank lines,
 * comments and spaces at the end of a line do not count.
 *
 * @param from What reasons call the file.
 */
export function parseIgnoreFile(text: string, from: string): PatternGroup {
  const patterns: string[] = [];
  const lines: number[] = [];
  text.replace(/^\ufeff/, "").split("\n").forEach((line, at) => {
    const pattern = trimSpaces(line.replace(/\r$/, ""));
    if (pattern === "" || pattern.startsWith("#")) return;
    patterns.push(pattern);
    lines.push(at + 1);
  });
  return { from, patterns, lines };
}

/** Removes spaces at the end; one with a backslash before it is part of the name. */
function trimSpaces(line: string): string {
  const kept = line.replace(/ +$/, "");
  const backslashes = /\\*$/.exec(kept)?.[0].length ?? 0;
  return kept !== line && backslashes % 2 === 1 ? `${kept} ` : kept;
}
