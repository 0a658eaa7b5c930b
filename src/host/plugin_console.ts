import process from "node:process";
import { format } from "node:util";
import type { Host } from "../pipeline/host.ts";
import { runAsPlugin, type RunningPlugin, runningPlugin } from "./running_plugin.ts";

/** Methods of the console that write a line. */
const METHODS = ["debug", "log", "info", "warn", "error", "trace", "dir"] as const;

/**
 * Keeps what plugins write away from standard output, which is for programs: by the console, by Deno and by Node.
 *
 * @param say Told each text, and which plugin wrote it. What no plugin writes goes where it always goes.
 * @returns Calls code of a plugin so that it is known whose output it is, also after an `await`.
 */
export function pluginConsole(say: (id: string, text: string) => void): Host["during"] {
  let taken = false;
  return ({ id }, work) => {
    if (!taken) {
      takeConsole();
      takeOutput();
    }
    taken = true;
    return runAsPlugin({ id, say: (text) => say(id, text) }, work);
  };
}

function takeConsole(): void {
  for (const name of METHODS) {
    // deno-lint-ignore no-console -- this is what keeps others from it
    const before = console[name];
    // deno-lint-ignore no-console -- as above
    console[name] = (...values: readonly unknown[]): void => {
      const plugin = runningPlugin();
      if (plugin === undefined) before.apply(console, [...values]);
      else plugin.say(format(...values));
    };
  }
}

function takeOutput(): void {
  const { stdout } = Deno;
  const writeSync = stdout.writeSync.bind(stdout);
  const write = stdout.write.bind(stdout);
  stdout.writeSync = (bytes) => taken(bytes) ?? writeSync(bytes);
  stdout.write = async (bytes) => taken(bytes) ?? await write(bytes);
  // Node's own stream writes later, when nobody knows any more whose text it is.
  const nodeWrite = process.stdout.write;
  Object.assign(process.stdout, {
    write(chunk: string | Uint8Array, ...more: readonly unknown[]): boolean {
      const plugin = runningPlugin();
      if (plugin === undefined) return Reflect.apply(nodeWrite, process.stdout, [chunk, ...more]);
      sayLine(plugin, typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk));
      const written = more.find((each) => typeof each === "function");
      if (written !== undefined) queueMicrotask(() => Reflect.apply(written, undefined, []));
      return true;
    },
  });
}

/** How many bytes of a plugin were taken; `undefined` when it is not a plugin that writes. */
function taken(bytes: Uint8Array): number | undefined {
  const plugin = runningPlugin();
  if (plugin === undefined) return undefined;
  sayLine(plugin, new TextDecoder().decode(bytes));
  return bytes.byteLength;
}

function sayLine({ say }: RunningPlugin, text: string): void {
  const line = text.replace(/\r?\n$/, "");
  if (line !== "") say(line);
}
