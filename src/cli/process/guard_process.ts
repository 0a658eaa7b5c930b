import process from "node:process";
import { lastPlugin, runningPlugin } from "../../host/running_plugin.ts";
import { UnhandledError } from "../../host/unhandled_error.ts";

/** What the guard does about what it sees. */
export interface GuardOptions {
  /** Says at once why the process ends; it can do nothing else any more. The process ends even if it throws. */
  readonly say: (why: string) => void;
  /** Told what failed while nobody was waiting for it. */
  readonly fail: (error: UnhandledError) => void;
}

/**
 * Keeps the process from ending without a word before its work is done: because nothing is left that could happen, or
 * because code of a plugin ends it or fails while nobody is waiting.
 *
 * @returns Ends the process when its work is done.
 */
export function guardProcess({ say, fail }: GuardOptions): (code: number) => never {
  const exit = Deno.exit;
  let isDone = false;
  const end = (code: number): never => {
    isDone = true;
    return exit(code);
  };
  const giveUp = (why: string): never => {
    try {
      say(why);
    } catch {
      // The exit code has to do.
    }
    return end(1);
  };
  const refuse = (): never => {
    const plugin = runningPlugin();
    if (plugin !== undefined) throw new Error("a plugin may not end the program");
    return giveUp(`Something ended the program before its work was done${atWork()}`);
  };
  Object.assign(Deno, { exit: refuse });
  Object.assign(process, { exit: refuse, reallyExit: refuse });
  Object.assign(globalThis, { close: refuse });
  addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    fail(new UnhandledError(event.reason));
  });
  addEventListener("error", (event) => {
    event.preventDefault();
    fail(new UnhandledError(event.error));
  });
  addEventListener("unload", () => {
    if (isDone) return;
    giveUp(`The work waits for something that can never happen${atWork()}`);
  });
  return end;
}

function atWork(): string {
  const plugin = lastPlugin();
  return plugin === undefined ? "" : `; plugin ${plugin} was at work last`;
}
