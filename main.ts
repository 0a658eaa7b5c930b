/**
 * The command line of gantry.
 *
 * @module
 */
import { createEnvironment } from "./src/cli/environment.ts";
import { EXIT } from "./src/cli/output/exit_code.ts";
import { guardProcess } from "./src/cli/process/guard_process.ts";
import { Interruption } from "./src/cli/process/interruption.ts";
import { printable } from "./src/cli/output/printable.ts";
import { createPrompt } from "./src/cli/output/prompt.ts";
import { run } from "./src/cli/run.ts";
import { createSecrets } from "./src/cli/secrets.ts";
import { textWriter } from "./src/cli/process/text_writer.ts";
import { createWatchdog, type Watchdog } from "./src/cli/process/watchdog.ts";
import { wantsColor } from "./src/cli/output/wants_color.ts";
import type { World } from "./src/cli/world.ts";

if (import.meta.main) {
  const interrupt = new AbortController();
  const end = guardProcess({
    say: (why) => world.stderr(printable(world.secrets.mask(`error: ${why}\n`))),
    fail: (error) => interrupt.abort(error),
  });
  let watchdog: Watchdog | undefined;
  let isToldAll = true;
  const writeError = textWriter(Deno.stderr, { name: "standard error" });
  const world = hostWorld(interrupt.signal, {
    stderr: (text) => {
      try {
        writeError(text);
      } catch {
        isToldAll = false;
      }
    },
    begin: () => {
      // The first signal lets work end cleanly, the second one ends the process at once.
      watchdog ??= createWatchdog((signal, again) => {
        const interruption = new Interruption(signal);
        if (again) end(interruption.exitCode);
        interrupt.abort(interruption);
      });
    },
    watch: (what, timeout) => watchdog?.watch(printable(what), timeout) ?? (() => {}),
    interrupt: () => {
      watchdog?.typed();
      interrupt.abort(new Interruption("SIGINT"));
    },
  });
  // Not awaited: in a top-level await nobody is told that nothing is left to wait for, which a plugin may come to.
  run(Deno.args, world).then(
    (code) => end(code === EXIT.done && !isToldAll ? EXIT.failed : code),
    (error) => {
      world.stderr(printable(world.secrets.mask(`error: ${error instanceof Error ? error.message : error}\n`)));
      end(EXIT.failed);
    },
  );
}

/** What the world does by means of the process. */
interface Process extends Pick<World, "stderr">, Required<Pick<World, "begin" | "watch">> {
  /** Told of Ctrl-C while it is a key like any other. */
  readonly interrupt: () => void;
}

function hostWorld(signal: AbortSignal, { interrupt, ...process }: Process): World {
  const secrets = createSecrets();
  const world: World = {
    ...process,
    ...createEnvironment((name) => Deno.env.get(name), secrets),
    stdin: () => Deno.stdin.readable,
    secrets,
    stdout: textWriter(Deno.stdout, { name: "standard output" }),
    takeStdout: () => Deno.stdout.isTerminal() ? undefined : (bytes) => writeBytes(bytes, signal),
    signal,
  };
  const { env } = world;
  const isScreen = Deno.stdout.isTerminal();
  const isTerminal = Deno.stderr.isTerminal();
  const columns = (): number => Deno.consoleSize().columns || 80;
  const shown: World = {
    ...world,
    // What a program reads is never coloured, whatever the environment forces.
    colors: { stdout: isScreen && wantsColor({ env, isTerminal: true }), stderr: wantsColor({ env, isTerminal }) },
    ...(isScreen ? { screen: { columns } } : {}),
  };
  if (!isTerminal) return shown;
  return {
    ...shown,
    terminal: { columns },
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

async function writeBytes(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  while (bytes.byteLength > 0) {
    try {
      bytes = bytes.subarray(await Deno.stdout.write(bytes));
    } catch (error) {
      // Another program has made the pipe non-blocking, and whoever reads it takes its time.
      if (!(error instanceof Deno.errors.WouldBlock)) throw error;
      await new Promise((resolve) => setTimeout(resolve, FULL_PIPE_PAUSE));
      signal.throwIfAborted();
    }
  }
}

/** How long to wait for room in a pipe that does not wait itself, in milliseconds. */
const FULL_PIPE_PAUSE = 20;
