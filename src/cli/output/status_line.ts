import type { World } from "../world.ts";

/**
 * Gives a terminal lines at its bottom that say how far work is. They go away before anything else is written, so that
 * no message and no result ever stands behind them.
 */
export function withStatusLine(world: World): World {
  const { terminal, prompt } = world;
  if (terminal === undefined) return world;
  let shown = 0;
  const clear = (): void => {
    if (shown > 0) world.stderr(clearing(shown));
    shown = 0;
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
      status(lines): void {
        if (lines === undefined) return clear();
        world.stderr(`${clearing(Math.max(shown, 1))}${lines.join("\n")}`);
        shown = lines.length;
      },
    },
    ...(prompt === undefined ? {} : { prompt: { line: cleared(prompt.line), hidden: cleared(prompt.hidden) } }),
  };
}

/** Goes to the start of the first of some lines and removes what stands there. */
function clearing(lines: number): string {
  return `\r\x1b[K${"\x1b[1A\x1b[K".repeat(lines - 1)}`;
}
