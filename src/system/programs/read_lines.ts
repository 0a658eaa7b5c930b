/** How much of a line is told; a longer one is cut. */
const LINE_LIMIT = 4096;
/** How many lines are told. */
const LINES_LIMIT = 10_000;

/**
 * Reads a program's standard error line by line, without an end and without a fault: what is too much is not told, and
 * a note says so.
 *
 * @param signal Ends the reading: what the program has started may hold its output open after its end.
 */
export async function readLines(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
  tell: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let line = "";
  let lines = 0;
  const end = (): void => {
    const text = line.replace(/\r$/, "");
    line = "";
    lines++;
    if (lines <= LINES_LIMIT) tell(text.length > LINE_LIMIT ? `${text.slice(0, LINE_LIMIT)}…` : text);
    if (lines === LINES_LIMIT + 1) tell(`(more than ${LINES_LIMIT} lines: the rest is not shown)`);
  };
  const take = (text: string): void => {
    for (const [at, part] of text.split("\n").entries()) {
      if (at > 0) end();
      // One character more than is told shows that there was more.
      if (line.length <= LINE_LIMIT) line += part.slice(0, LINE_LIMIT + 1);
    }
  };
  const into = new WritableStream<Uint8Array<ArrayBuffer>>({
    write: (part) => take(decoder.decode(part, { stream: true })),
  });
  await stream.pipeTo(into, { signal }).catch(() => {});
  take(decoder.decode());
  if (line !== "") end();
}
