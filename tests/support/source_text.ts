/** Looks at source text without a compiler: enough for rules about a whole file. */

/**
 * Takes comments out, and leaves everything else and all line breaks where they are.
 *
 * Quotes in a regular expression literal may mislead it until the end of their line.
 */
export function withoutComments(source: string): string {
  return source.replace(STRING_OR_COMMENT_REGEXP, (found: string) => {
    return found.startsWith("/") ? found.replace(/[^\n]+/g, " ") : found;
  });
}

/** Tells whether a file does nothing but pass on what others export. */
export function isBarrel(source: string): boolean {
  const code = withoutComments(source);
  const rest = code
    .replace(/\bimport\s+(?:[^;"']*?\sfrom\s+)?["'][^"']*["'](?:\s+with\s+\{[^}]*\})?\s*;?/g, "")
    .replace(/\bexport\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})(?:\s+from\s+["'][^"']*["'])?\s*;?/g, "");
  return /\bexport\b/.test(code) && rest.trim() === "";
}

const STRING_OR_COMMENT_REGEXP =
  /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;
