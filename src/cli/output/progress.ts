import type { ProgressUpdate } from "../../work/context.ts";
import type { World } from "../world.ts";
import { progressBar, type ProgressState, progressText } from "./progress_line.ts";

/** Shows how far long work is, and takes the lines away at the end, which is when it is disposed of. */
export interface ProgressReporter extends Disposable {
  readonly update: (update: ProgressUpdate) => void;
  /** Removes what stands on the terminal, so that the next line starts clean. */
  readonly clear: () => void;
}

/** Work smaller than this many bytes is over before anyone reads about it. */
const WORTH_SHOWING = 8 * 1024 * 1024;
/** How many pieces of work have a bar of their own, and how wide a terminal must be for that. */
const PIECES = { most: 6, columns: 60 } as const;

/** What a progress reporter may be told. */
export interface ProgressOptions {
  /** What the work of the command is called, where the work itself does not say; `Uploading` when left out. */
  readonly phase?: string;
  /** The time in milliseconds. */
  readonly now?: () => number;
}

const REDRAW_MS = 100;
const PLAIN_LINE_MS = 10_000;

/**
 * Shows bytes, rate and time left. On a terminal that is a bar that is redrawn, and one below it for each of several
 * pieces that move at once; elsewhere a plain line every ten seconds.
 */
export function createProgress(
  world: Pick<World, "stderr" | "terminal" | "colors">,
  { phase: usual = "Uploading", now = () => performance.now() }: ProgressOptions = {},
): ProgressReporter {
  const { terminal } = world;
  const interval = terminal === undefined ? PLAIN_LINE_MS : REDRAW_MS;
  const items = new Map<string, ProgressUpdate>();
  const began = new Map<string, number>();
  let phase = usual;
  let started = now();
  let shown = started;

  const clear = (): void => terminal?.status?.(undefined);
  return { update, clear, [Symbol.dispose]: clear };

  function update(update: ProgressUpdate): void {
    if (phase !== (update.phase ?? usual)) start(update.phase ?? usual);
    if (!items.has(update.item)) began.set(update.item, now());
    items.set(update.item, update);
    const done = sum((item) => Math.min(item.done, item.total));
    const total = sum((item) => item.total);
    if (total < WORTH_SHOWING || now() - shown < interval) return;
    shown = now();
    const state: ProgressState = { what: phase, done, total, seconds: (shown - started) / 1000 };
    if (terminal === undefined) world.stderr(`${progressText(state)}\n`);
    else terminal.status?.(bars(state, terminal.columns() - 1));
  }

  /** Another kind of work has a rate of its own. */
  function start(next: string): void {
    phase = next;
    items.clear();
    began.clear();
    started = now();
    shown = started;
  }

  function bars(whole: ProgressState, columns: number): readonly string[] {
    const look = { columns, color: world.colors?.stderr ?? false };
    const moving = [...items.values()].filter(({ done, total }) => done < total && total >= WORTH_SHOWING / 8);
    if (moving.length < 2 || columns < PIECES.columns) return [progressBar(whole, look)];
    const pieces = moving.slice(0, PIECES.most).map(({ item, done, total }): ProgressState => {
      return { what: `  ${pieceName(item)}`, done, total, seconds: (shown - (began.get(item) ?? started)) / 1000 };
    });
    const name = Math.max(whole.what.length, ...pieces.map(({ what }) => what.length));
    return [whole, ...pieces].map((state) => progressBar(state, { ...look, name }));
  }

  function sum(of: (item: ProgressUpdate) => number): number {
    let sum = 0;
    for (const item of items.values()) sum += of(item);
    return sum;
  }
}

/** Enough of a digest to tell pieces apart; of anything else, its end. */
function pieceName(item: string): string {
  const digest = /sha\d+:[0-9a-f]{12}/.exec(item)?.[0];
  return digest ?? item.slice(-19);
}
