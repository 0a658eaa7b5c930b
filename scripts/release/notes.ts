/** What CHANGELOG.md says of one version, for the page of its release. */

/**
 * Finds the section of a version.
 *
 * @param changelog The text of CHANGELOG.md, in the format of Keep a Changelog.
 * @param heading The version, or `Unreleased`.
 * @returns Its section without the heading.
 * @throws {Error} When there is none, or nothing in it.
 *
 * @example
 * ```ts
 * import { notesOf } from "./notes.ts";
 *
 * notesOf("# Changelog\n\n## 1.2.0 - 2026-11-30\n\n- More.\n\n## 1.1.0 - 2026-10-01\n", "1.2.0"); // "- More.\n"
 * ```
 */
export function notesOf(changelog: string, heading: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => /^\[?([^\s\]]+)/.exec(text)?.[1] === heading);
  if (section === undefined) throw new Error(`Cannot find the notes of ${heading}: CHANGELOG.md has no such section`);
  const text = section.slice(section.indexOf("\n") + 1).trim();
  if (text === "") throw new Error(`Cannot find the notes of ${heading}: its section in CHANGELOG.md is empty`);
  return `${text}\n`;
}
