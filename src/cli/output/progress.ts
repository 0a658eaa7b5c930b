import type { ProgressUpdate } from "../../work/context.ts";
import { formatBytes } from "../../work/amounts.ts";
import type { World } from "../world.ts";

/** Shows how far long work is, and takes the line away at the end, which is when it is disposed of. */
export interface ProgressReporter extends Disposable {
  readonly update: (update: ProgressUpdate) => void;
  /** Removes what stands on the terminal, so that the next line starts clean. */
  readonly clear: () => void;
}

/** Work smaller than this many bytes is over before anyone reads about it. */
const WORTH_SHOWING = 8 * 1024 * 1024;
/** What a progress reporter may be told. */
export interface ProgressOptions {
  /** What the work of the command is called, where the work itself does not say; `Uploading` when left out. */
  readonly phase?: string;
  /** The time in milliseconds. */
  readonly now?: () => number;
}

const REDRAW_MS = 100;
const PLAIN_LINE_MS = 10_000;

/** Bytes, rate and time left: one line that is redrawn on a terminal, a plain line every ten seconds elsewhere. */
export function createProgress(
  world: Pick<World, "stderr" | "terminal">,
  { phase: usual = "Uploading", now = () => performance.now() }: ProgressOptions = {},
): ProgressReporter {
  const interval = world.terminal === undefined ? PLAIN_LINE_MS : REDRAW_MS;
  const items = new Map<string, ProgressUpdate>();
  let phase = usual;
  let started = now();
  let shown = started;

  const clear = (): void => world.terminal?.status?.(undefined);
  return { update, clear, [Symbol.dispose]: clear };

  function update(update: ProgressUpdate): void {
    if (phase !== (update.phase ?? usual)) start(update.phase ?? usual);
    items.set(update.item, update);
    const done = sum((item) => Math.min(item.done, item.total));
    const total = sum((item) => item.total);
    if (total < WORTH_SHOWING || now() - shown < interval) return;
    shown = now();
    show(`${phase} ${progressLine(done, total, (shown - started) / 1000)}`);
  }

  /** Another kind of work has a rate of its own. */
  function start(next: string): void {
    phase = next;
    items.clear();
    started = now();
    shown = started;
  }

  function show(line: string): void {
    if (world.terminal === undefined) world.stderr(`${line}\n`);
    else world.terminal.status?.(line);
  }

  function sum(of: (item: ProgressUpdate) => number): number {
    let sum = 0;
    for (const item of items.values()) sum += of(item);
    return sum;
  }
}

function progressLine(done: number, total: number, seconds: number): string {
  const rate = done / Math.max(seconds, 0.001);
  const left = rate > 0 ? `, ${formatSeconds((total - done) / rate)} left` : "";
  return `${formatBytes(done)} of ${formatBytes(total)} (${Math.floor(done / total * 100)} %), ${
    formatBytes(Math.round(rate))
  }/s${left}`;
}

function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
