const BEGIN = "<!-- figures: begin, written by `deno task bench --write-docs` -->";
const END = "<!-- figures: end -->";

/**
 * Puts figures between the two markers of a page, in place of what is there.
 *
 * @throws {SyntaxError} When the page does not have both markers.
 */
export function withFigures(page: string, figures: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) throw new SyntaxError(`Cannot write figures: the page lacks ${BEGIN} or ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${figures}\n\n${page.slice(end)}`;
}
