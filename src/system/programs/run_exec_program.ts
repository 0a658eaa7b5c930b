import { type Ending, endProcess } from "./end_process.ts";
import { readBounded } from "./read_bounded.ts";
import { readLines } from "./read_lines.ts";
import { messageOf } from "../../work/message_of.ts";

/** How to run a program. */
export interface RunProgram {
  readonly args: readonly string[];
  /** Its environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether it has the environment of this process as well; what `env` says counts over that. */
  readonly inheritsEnv?: boolean;
  /** What it reads on its standard input. */
  readonly input: string | Uint8Array<ArrayBuffer>;
  /** Ends it: by SIGTERM, and by SIGKILL when it is still there after a while. */
  readonly signal: AbortSignal;
  /** Told each line that it writes to its standard error. */
  readonly line: (text: string) => void;
  /** How many bytes it may write to its standard output. */
  readonly limit: number;
  /** How long it may take to end after SIGTERM, in milliseconds. */
  readonly patience: number;
}

/** How a program ended by itself. */
export interface Ended extends Ending {
  /** All of its standard output, as text; what is not UTF-8 in it becomes U+FFFD. */
  readonly stdout: string;
  /** The same, byte for byte. */
  readonly output: Uint8Array<ArrayBuffer>;
  /** The end of its standard error. */
  readonly lastLines: readonly string[];
}

/**
 * How long a program may take to end after SIGTERM, in milliseconds: a little less than the host waits for a plugin.
 */
export const PATIENCE = 4000;

/** How long something that the program left behind may hold its output open. */
const STRAGGLERS_PATIENCE = 1000;
const LAST_LINES = 10;

/**
 * Runs a program to its end, in a process group of its own, so that what it started ends with it.
 *
 * @throws {Error} When it cannot be started, or writes more than it may.
 * @throws The signal's reason, when it is aborted; the program has ended then.
 */
export async function runExecProgram(program: string, options: RunProgram): Promise<Ended> {
  options.signal.throwIfAborted();
  const child = start(program, options);
  const lastLines: string[] = [];
  const stopped = new AbortController();
  const gone = new AbortController();
  const ending = endProcess(child, AbortSignal.any([options.signal, stopped.signal]), options.patience);
  // A program that does not read its input says in its own way what it thinks of it.
  const writing = new Blob([options.input]).stream().pipeTo(child.stdin, { signal: gone.signal }).catch(() => {});
  const reading = Promise.all([
    readBounded(child.stdout, { limit: options.limit, signal: gone.signal }).catch((error) => {
      stopped.abort(error);
      return new Uint8Array();
    }),
    readLines(child.stderr, gone.signal, (text) => {
      lastLines.push(text);
      if (lastLines.length > LAST_LINES) lastLines.shift();
      options.line(text);
    }),
  ]);
  const { code, signal } = await ending.ended;
  const timer = setTimeout(() => gone.abort(), STRAGGLERS_PATIENCE);
  const [output] = await reading;
  clearTimeout(timer);
  gone.abort();
  await writing;
  await ending.sweep();
  if (options.signal.aborted) throw options.signal.reason;
  if (stopped.signal.aborted) {
    const { reason } = stopped.signal;
    throw new Error(`Cannot use the answer of ${JSON.stringify(program)}: ${reason.message}`, { cause: reason });
  }
  return { code, signal, stdout: new TextDecoder().decode(output), output, lastLines };
}

function start(program: string, { args, env, inheritsEnv = false }: RunProgram): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args: [...args],
      clearEnv: !inheritsEnv,
      env: { ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      detached: Deno.build.os !== "windows",
    }).spawn();
  } catch (cause) {
    throw new Error(`Cannot run ${JSON.stringify(program)}: ${reason(cause)}`, { cause });
  }
}

function reason(cause: unknown): string {
  // The file was there a moment ago, so it is what its first line names that is not.
  if (cause instanceof Deno.errors.NotFound) return "the interpreter that its first line names does not exist";
  if (cause instanceof Deno.errors.PermissionDenied) return "permission denied";
  return messageOf(cause);
}
