/**
 * Breaks a command line between its words so that it fits, as a shell takes it: ` \` at the end of each line but the
 * last, and the following lines indented. A word that is longer than a line stays whole.
 *
 * @param width How many columns there are.
 */
export function wrappedLine(line: string, width: number): readonly string[] {
  const lines: string[] = [];
  let current = "";
  const words = wordsOf(line);
  words.forEach((word, at) => {
    const longer = current === "" ? word : `${current} ${word}`;
    const room = at === words.length - 1 ? width : width - CONTINUED.length;
    if (current.trim() === "" || longer.length <= room) {
      current = longer;
      return;
    }
    lines.push(current + CONTINUED);
    current = INDENT + word;
  });
  return [...lines, current];
}

const CONTINUED = " \\";
const INDENT = "  ";

/** The words of a command line; a quoted text is one of them, or a part of one. */
function wordsOf(line: string): readonly string[] {
  return line.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? [];
}
