/** Characters that look alike. */
export interface Run {
  readonly text: string;
  /** The number of the colour among the eight of a terminal; its own when left out. */
  readonly color?: number;
  readonly isBold: boolean;
}

/** One row of a terminal. */
export type Row = readonly Run[];

// deno-lint-ignore no-control-regex -- that is what they are
const STYLE_REGEXP = /\x1b\[([\d;]*)m/;

// deno-lint-ignore no-control-regex -- the same
const ERASURE_REGEXP = /(\r\x1b\[K|\x1b\[1A\x1b\[K)/;

/**
 * Takes what a program wrote on a terminal apart into rows. A line that is longer than a row goes on in the next one;
 * what was erased again, such as a bar of progress, is not there.
 *
 * @throws {SyntaxError} When the cursor is moved in another way.
 */
export function styledRows(text: string, columns: number): readonly Row[] {
  let color: number | undefined;
  let isBold = false;
  const rows: Run[][] = [];
  for (const line of withoutErased(text).split("\n")) {
    let row: Run[] = [];
    let column = 0;
    rows.push(row);
    for (const [at, part] of line.split(STYLE_REGEXP).entries()) {
      if (at % 2 === 1) {
        for (const code of part.split(";").map(Number)) {
          if (code === 0 || code === 39) color = undefined;
          if (code >= 30 && code <= 37) color = code - 30;
          if (code === 1) isBold = true;
          if (code === 0 || code === 22) isBold = false;
        }
        continue;
      }
      // deno-lint-ignore no-control-regex -- the same
      if (/[\x00-\x1f]/.test(part)) throw new SyntaxError(`Cannot draw ${JSON.stringify(part)}: it moves the cursor`);
      let rest = [...part];
      while (rest.length > 0) {
        if (column === columns) {
          row = [];
          column = 0;
          rows.push(row);
        }
        const taken = rest.slice(0, columns - column);
        row.push({ text: taken.join(""), isBold, ...(color === undefined ? {} : { color }) });
        column += taken.length;
        rest = rest.slice(taken.length);
      }
    }
  }
  return rows;
}

/** Takes away the line that the cursor is in, and for each further one the line above it. */
function withoutErased(text: string): string {
  let left = "";
  for (const [at, part] of text.split(ERASURE_REGEXP).entries()) {
    if (at % 2 === 0) left += part;
    else left = left.slice(0, (part.startsWith("\r") ? left : left.slice(0, -1)).lastIndexOf("\n") + 1);
  }
  return left;
}
