/** gantry's command line in a process of its own. */
import { join } from "node:path";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** The words that start gantry from its sources, with all permissions. */
export const GANTRY: readonly string[] = [
  Deno.execPath(),
  "run",
  "-A",
  "--quiet",
  "--frozen",
  "--config",
  join(ROOT, "deno.json"),
  join(ROOT, "main.ts"),
];

/** A command line that runs. */
export interface GantryProcess {
  readonly pid: number;
  /** Waits until standard error has some text; fails when the process ends without it. */
  said(text: string): Promise<void>;
  kill(signal: Deno.Signal): void;
  /** Waits for the end. */
  ended(): Promise<{ readonly code: number; readonly signal: Deno.Signal | null; readonly stderr: string }>;
}

/** Starts a command line; its standard output is not looked at. */
export function startGantry(
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly env?: Readonly<Record<string, string>>;
    /** The words that start gantry. */
    readonly command?: readonly string[];
  },
): GantryProcess {
  const [program = "", ...first] = options.command ?? GANTRY;
  const child = new Deno.Command(program, {
    args: [...first, ...args],
    cwd: options.cwd,
    env: { ...options.env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let stderr = "";
  let isOver = false;
  let changed = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      stderr += text;
      changed.resolve();
      changed = Promise.withResolvers<void>();
    }
    isOver = true;
    changed.resolve();
  })();
  return {
    pid: child.pid,
    async said(text): Promise<void> {
      while (!stderr.includes(text)) {
        if (isOver) throw new Error(`gantry ended without ${JSON.stringify(text)}:\n${stderr}`);
        await changed.promise;
      }
    },
    kill: (signal) => child.kill(signal),
    async ended(): Promise<{ readonly code: number; readonly signal: Deno.Signal | null; readonly stderr: string }> {
      const { code, signal } = await child.status;
      await reading;
      return { code, signal, stderr };
    },
  };
}
