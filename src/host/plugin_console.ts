import { AsyncLocalStorage } from "node:async_hooks";
import { format } from "node:util";
import type { Host } from "../pipeline/host.ts";

/** Methods of the console that write a line. */
const METHODS = ["debug", "log", "info", "warn", "error", "trace", "dir"] as const;

/**
 * Keeps what plugins write to the console away from standard output, which is for programs.
 *
 * @param say Told each text, and which plugin wrote it. What no plugin writes goes where it always goes.
 * @returns Calls code of a plugin so that it is known whose output it is, also after an `await`.
 */
export function pluginConsole(say: (id: string, text: string) => void): Host["during"] {
  const running = new AsyncLocalStorage<string>();
  let taken = false;
  return ({ id }, work) => {
    if (!taken) take();
    taken = true;
    return running.run(id, work);
  };

  function take(): void {
    for (const name of METHODS) {
      // deno-lint-ignore no-console -- this is what keeps others from it
      const before = console[name];
      // deno-lint-ignore no-console -- as above
      console[name] = (...values: readonly unknown[]): void => {
        const id = running.getStore();
        if (id === undefined) before.apply(console, [...values]);
        else say(id, format(...values));
      };
    }
  }
}
