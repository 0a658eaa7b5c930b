import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import { messageOf } from "../work/message_of.ts";

/** How a program ended. */
export interface ProgramResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run a program. */
export interface RunProgramOptions {
  readonly args: readonly string[];
  /** What the program reads on its standard input. */
  readonly input: string;
  /** Ends the program. */
  readonly signal: AbortSignal;
  /** The `PATH` to look for the program in, and to run it with; that of this process when left out. */
  readonly path?: string;
  /** Variables of this process that it shall not see: they are empty for it. */
  readonly hidden?: readonly string[];
  /** After how many milliseconds the program is ended; 30 seconds when left out. */
  readonly limit?: number;
  readonly clock?: Clock;
}

const DEFAULT_LIMIT = 30_000;
/** Far above any secret, and small enough to keep. */
const OUTPUT_LIMIT = 1024 * 1024;

/**
 * Runs a program to its end, with the environment of this process.
 *
 * @returns `undefined` when there is no such program.
 * @throws {Error} When it cannot be started, does not end in time or writes without end; it is killed then.
 * @throws The signal's reason, when it is aborted.
 */
export async function runProgram(program: string, options: RunProgramOptions): Promise<ProgramResult | undefined> {
  const { clock = SYSTEM_CLOCK, limit = DEFAULT_LIMIT } = options;
  options.signal.throwIfAborted();
  const child = start(program, options);
  if (child === undefined) return undefined;
  const stopped = new AbortController();
  const signal = AbortSignal.any([options.signal, stopped.signal]);
  const endTimer = clock.timer(limit, () => {
    stopped.abort(new Error(`Cannot wait for ${program}: it did not end within ${limit / 1000} s`));
  });
  const kill = (): void => endNow(child);
  signal.addEventListener("abort", kill, { once: true });
  // A program that does not read to the end says in its own words what is wrong.
  const writing = new Blob([options.input]).stream().pipeTo(child.stdin, { signal }).catch(() => {});
  const reading = [readText(child.stdout, signal), readText(child.stderr, signal)] as const;
  try {
    const [stdout, stderr] = await Promise.all(reading);
    const { code } = await child.status;
    signal.throwIfAborted();
    return { code, stdout, stderr };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    stopped.abort(error);
    throw new Error(`Cannot use the answer of ${program}: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    endTimer();
    await Promise.allSettled([writing, ...reading, child.status]);
    signal.removeEventListener("abort", kill);
  }
}

function start(program: string, { args, path, hidden = [] }: RunProgramOptions): Deno.ChildProcess | undefined {
  try {
    return new Deno.Command(program, {
      args: [...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      env: {
        ...(path === undefined ? {} : { PATH: path }),
        ...Object.fromEntries(hidden.map((name) => [name, ""])),
      },
    }).spawn();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new Error(`Cannot run ${program}: ${messageOf(cause)}`, { cause });
  }
}

function endNow(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

/** Reads to the end, or to the signal: what the program itself has started may hold its output open after its death. */
async function readText(stream: ReadableStream<Uint8Array<ArrayBuffer>>, signal: AbortSignal): Promise<string> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  await stream.pipeTo(
    new WritableStream({
      write(part: Uint8Array<ArrayBuffer>): void {
        size += part.byteLength;
        if (size > OUTPUT_LIMIT) throw new RangeError(`it is longer than ${OUTPUT_LIMIT} bytes`);
        parts.push(part);
      },
    }),
    { signal },
  );
  return await new Blob(parts).text();
}
