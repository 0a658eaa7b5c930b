import type { World } from "../world.ts";

/**
 * Gives a terminal a line at its bottom that says how far work is. It goes away before anything else is written, so that
 * no message and no result ever stands behind it.
 */
export function withStatusLine(world: World): World {
  const { terminal, prompt } = world;
  if (terminal === undefined) return world;
  let isShown = false;
  const clear = (): void => {
    if (isShown) world.stderr(CLEAR);
    isShown = false;
  };
  const cleared = <Arguments extends readonly unknown[], T>(work: (...given: Arguments) => T) => {
    return (...given: Arguments): T => {
      clear();
      return work(...given);
    };
  };
  return {
    ...world,
    stdout: cleared(world.stdout),
    stderr: cleared(world.stderr),
    terminal: {
      ...terminal,
      status(line): void {
        if (line === undefined) return clear();
        world.stderr(`${CLEAR}${line.slice(0, Math.max(terminal.columns() - 1, 20))}`);
        isShown = true;
      },
    },
    ...(prompt === undefined ? {} : { prompt: { line: cleared(prompt.line), hidden: cleared(prompt.hidden) } }),
  };
}

/** Goes to the start of the line and removes what stands there. */
const CLEAR = "\r\x1b[K";
