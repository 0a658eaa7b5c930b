import { untilAborted } from "../../system/clock.ts";
import type { Prompt } from "../world.ts";

/** The terminal that a {@linkcode Prompt} asks on. */
export interface PromptTerminal {
  /** Reads some bytes of what is typed; `null` at the end. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** In raw mode every key arrives at once, and none is shown or means anything to the terminal. */
  setRaw(raw: boolean): void;
  write(text: string): void;
}

/**
 * Makes a prompt.
 *
 * @param options `signal` ends the waiting; `interrupt` is told of Ctrl-C, which is no signal while keys are hidden.
 */
export function createPrompt(
  terminal: PromptTerminal,
  options: { readonly signal: AbortSignal; readonly interrupt: () => void },
): Prompt {
  const { signal, interrupt } = options;
  const ask = async (question: string): Promise<string> => {
    terminal.write(question);
    return await readLine(terminal, signal, interrupt);
  };
  return {
    async line(question): Promise<string> {
      try {
        return await ask(question);
      } catch (error) {
        // Nobody has ended the line of the question.
        if (error instanceof NoAnswerError) terminal.write("\n");
        throw error;
      }
    },
    async hidden(question): Promise<string> {
      terminal.setRaw(true);
      try {
        return await ask(question);
      } finally {
        terminal.setRaw(false);
        // The line break that was typed was not shown either.
        terminal.write("\n");
      }
    },
  };
}

/** The input has ended where an answer was to come, as by Ctrl-D: not an empty one, which an Enter gives. */
class NoAnswerError extends Error {
  constructor() {
    super("Cannot go on without an answer: the input has ended at the question");
  }
}

async function readLine(terminal: PromptTerminal, signal: AbortSignal, interrupt: () => void): Promise<string> {
  const decoder = new TextDecoder();
  const buffer = new Uint8Array(1024);
  let line = "";
  while (true) {
    const count = await untilAborted(terminal.read(buffer), signal);
    if (count === null) return ended(line);
    for (const key of decoder.decode(buffer.subarray(0, count), { stream: true })) {
      if (key === "\r" || key === "\n") return line;
      if (key === CTRL_D) return ended(line);
      if (key === CTRL_C) {
        interrupt();
        signal.throwIfAborted();
      }
      line = edited(line, key);
    }
  }
}

/** What was typed before the end counts, as it does to a terminal that is not raw. */
function ended(line: string): string {
  if (line === "") throw new NoAnswerError();
  return line;
}

const CTRL_C = "\x03";
const CTRL_D = "\x04";
const CTRL_U = "\x15";

/** What a terminal does by itself while it is not raw. */
function edited(line: string, key: string): string {
  if (key === "\x7f" || key === "\b") return [...line].slice(0, -1).join("");
  if (key === CTRL_U) return "";
  return key < " " ? line : line + key;
}
