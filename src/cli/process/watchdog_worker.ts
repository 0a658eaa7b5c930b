/**
 * The thread of {@linkcode createWatchdog}. It only ever waits, so it hears every signal. It passes them on, and
 * ends the process when nobody answers.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { EndingSignal } from "./interruption.ts";
import type { FromWatchdog, ToWatchdog } from "./watchdog_protocol.ts";

/** Within so many milliseconds the same signal is one: a task runner passes on what the terminal has sent already. */
const SAME_SIGNAL = 400;
/** How long the other thread may take to answer before people are told that it hangs. */
const ANSWER_LIMIT = 1000;
/** How long it may take after that before the process is ended. */
const GRACE = 4000;
/** How long the other thread may take to end the process by itself. */
const FAREWELL = 500;

const pings = new Map<number, () => void>();
const calls = new Map<number, { readonly what: string; readonly timer: ReturnType<typeof setTimeout> | undefined }>();
const listeners = new Map<EndingSignal, () => void>();
let pinged = 0;
let first: { readonly signal: EndingSignal; readonly at: number } | undefined;

parentPort?.on("message", (message: ToWatchdog) => {
  switch (message.kind) {
    case "pong":
      return pings.get(message.ping)?.();
    case "signal":
      return void onSignal(message.signal);
    case "begin":
      return begin(message);
    case "end":
      clearTimeout(calls.get(message.call)?.timer);
      calls.delete(message.call);
  }
});
const isWindows = Deno.build.os === "windows";
const ignoresHangup = isWindows ? Promise.resolve(false) : isHangupIgnored();
listen("SIGINT");
listen(isWindows ? "SIGBREAK" : "SIGTERM");
if (!isWindows) listen("SIGHUP");
Atomics.store(workerData, 0, 1);
Atomics.notify(workerData, 0);

function listen(signal: EndingSignal): void {
  const listener = (): void => void onSignal(signal);
  listeners.set(signal, listener);
  Deno.addSignalListener(signal, listener);
}

/**
 * Whether the process was started to outlive its terminal, as by `nohup`. Only a child can tell, which inherits what is
 * ignored; it must be started before the first listener, since that changes it.
 */
async function isHangupIgnored(): Promise<boolean> {
  try {
    const child = new Deno.Command("sh", {
      args: ["-c", "kill -HUP $$"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    });
    return (await child.output()).signal !== "SIGHUP";
  } catch {
    return false;
  }
}

async function onSignal(signal: EndingSignal): Promise<void> {
  if (signal === "SIGHUP" && await ignoresHangup) return;
  const before = first;
  if (before === undefined) {
    first = { signal, at: performance.now() };
    tell({ kind: "signal", signal, again: false });
    if (await isAnswered(ANSWER_LIMIT)) return;
    await say(
      `error: Interrupted, but ${busyWith()} is busy: this ends in ${GRACE / 1000} s, or now if interrupted again`,
    );
    if (await isAnswered(GRACE)) return;
    return endProcess(signal);
  }
  if (signal === before.signal && performance.now() - before.at < SAME_SIGNAL) return;
  tell({ kind: "signal", signal, again: true });
  await pause(FAREWELL);
  endProcess(signal);
}

function begin({ call, what, timeout }: Extract<ToWatchdog, { readonly kind: "begin" }>): void {
  // A timer takes 32 bits.
  const isLimited = timeout !== undefined && timeout < 2 ** 31 - 1;
  const timer = isLimited ? setTimeout(() => void tooLong(what, timeout), timeout) : undefined;
  calls.set(call, { what, timer });
}

/** The other thread has a timer of its own, and a better way to end the work, as long as it lives. */
async function tooLong(what: string, timeout: number): Promise<void> {
  if (await isAnswered(ANSWER_LIMIT + GRACE)) return;
  await say(`error: ${what} was not done after ${timeout / 1000} s and does not stop: the process is ended`);
  endProcess("SIGTERM");
}

async function isAnswered(limit: number): Promise<boolean> {
  const ping = pinged++;
  const answer = new Promise<true>((resolve) => pings.set(ping, () => resolve(true)));
  tell({ kind: "ping", ping });
  return await Promise.race([answer, pause(limit).then(() => false)]).finally(() => pings.delete(ping));
}

/** Ends the process by the signal itself, so that whoever has started it sees what it was. */
function endProcess(signal: EndingSignal): void {
  for (const [each, listener] of listeners) Deno.removeSignalListener(each, listener);
  Deno.kill(Deno.pid, signal === "SIGBREAK" ? "SIGTERM" : signal);
  // A plugin may listen as well.
  setTimeout(() => Deno.kill(Deno.pid, "SIGKILL"), FAREWELL);
}

function busyWith(): string {
  const what = [...calls.values()].map((call) => call.what);
  return what.length === 0 ? "gantry" : what.join(", ");
}

/** Not at once: a terminal or a pipe that takes nothing would stop this thread as well. */
async function say(text: string): Promise<void> {
  const written = Deno.stderr.write(new TextEncoder().encode(`${text}\n`)).catch(() => {});
  await Promise.race([written, pause(FAREWELL)]);
}

function tell(message: FromWatchdog): void {
  parentPort?.postMessage(message);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
