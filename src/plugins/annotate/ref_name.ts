// deno-lint-ignore no-control-regex
const FORBIDDEN_REGEXP = /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\.$|\/$|^\//;

/**
 * Tells whether a text can be the name of a branch or a tag, or a full ref such as `refs/heads/main`.
 *
 * What passes is safe as a relative path: it holds no `..`, and no part begins with a dot.
 *
 * @see {@link https://git-scm.com/docs/git-check-ref-format | git check-ref-format}
 */
export function isRefName(text: string): boolean {
  if (text === "" || text === "@" || text === "HEAD" || text.startsWith("-") || FORBIDDEN_REGEXP.test(text)) {
    return false;
  }
  return text.split("/").every((part) => !part.startsWith(".") && !part.endsWith(".lock"));
}
