/**
 * The command line of gantry.
 *
 * @module
 */
import { createEnvironment } from "./src/cli/environment.ts";
import { guardProcess } from "./src/cli/guard_process.ts";
import { createPrompt } from "./src/cli/output/prompt.ts";
import { run } from "./src/cli/run.ts";
import { createSecrets } from "./src/cli/secrets.ts";
import type { World } from "./src/cli/world.ts";

if (import.meta.main) {
  const interrupt = new AbortController();
  const end = guardProcess({
    say: (why) => world.stderr(world.secrets.mask(`error: ${why}\n`)),
    fail: (error) => interrupt.abort(error),
  });
  // The first Ctrl-C lets work end cleanly, the second one ends the process at once. A task runner passes on the signal
  // that the terminal has sent already; within a second both are one.
  let interrupted = Infinity;
  const onInterrupt = (): void => {
    if (performance.now() - interrupted > 1000) end(130);
    interrupted = Math.min(interrupted, performance.now());
    interrupt.abort(new DOMException("Interrupted", "AbortError"));
  };
  const world = hostWorld(interrupt.signal, { interrupt: onInterrupt, end });
  Deno.addSignalListener("SIGINT", onInterrupt);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", onInterrupt);
  // Not awaited: in a top-level await nobody is told that nothing is left to wait for, which a plugin may come to.
  run(Deno.args, world).then(end);
}

/** How work ends before it is done. */
interface Endings {
  /** Lets it end cleanly. */
  readonly interrupt: () => void;
  /** Ends the process. */
  readonly end: (code: number) => never;
}

function hostWorld(signal: AbortSignal, { interrupt, end }: Endings): World {
  const encoder = new TextEncoder();
  const secrets = createSecrets();
  const world: World = {
    ...createEnvironment((name) => Deno.env.get(name), secrets),
    stdin: () => Deno.stdin.readable,
    secrets,
    stdout: (text) => writeAll(Deno.stdout, encoder.encode(text), end),
    takeStdout: () => Deno.stdout.isTerminal() ? undefined : writeBytes,
    stderr: (text) => writeAll(Deno.stderr, encoder.encode(text), end),
    signal,
  };
  if (!Deno.stderr.isTerminal()) return world;
  return {
    ...world,
    terminal: {
      color: !Deno.noColor,
      columns: () => Deno.consoleSize().columns || 80,
    },
    ...(Deno.stdin.isTerminal()
      ? {
        prompt: createPrompt({
          read: (buffer) => Deno.stdin.read(buffer),
          setRaw: (raw) => Deno.stdin.setRaw(raw),
          write: world.stderr,
        }, { signal, interrupt }),
      }
      : {}),
  };
}

async function writeBytes(bytes: Uint8Array): Promise<void> {
  while (bytes.byteLength > 0) bytes = bytes.subarray(await Deno.stdout.write(bytes));
}

function writeAll(
  to: { writeSync(bytes: Uint8Array): number },
  bytes: Uint8Array,
  end: Endings["end"],
): void {
  try {
    while (bytes.byteLength > 0) bytes = bytes.subarray(to.writeSync(bytes));
  } catch (error) {
    // Whoever reads has seen enough, as in `gantry plan | head`: the exit code is that of a SIGPIPE.
    if (error instanceof Deno.errors.BrokenPipe) end(141);
    throw error;
  }
}
