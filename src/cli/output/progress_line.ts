import { formatBytes } from "../../work/amounts.ts";

/** How far some work is. */
export interface ProgressState {
  /** What it is, such as `Uploading`. */
  readonly what: string;
  /** Bytes done. */
  readonly done: number;
  /** Bytes in all; more than 0. */
  readonly total: number;
  /** Since it began. */
  readonly seconds: number;
}

/** Writes how far work is as a line of text, for a log. */
export function progressText({ what, done, total, seconds }: ProgressState): string {
  const rate = done / Math.max(seconds, 0.001);
  const left = rate > 0 ? `, ${formatSeconds((total - done) / rate)} left` : "";
  return `${what} ${formatBytes(done)} of ${formatBytes(total)} (${percent(done, total)}), ${
    formatBytes(Math.round(rate))
  }/s${left}`;
}

/** How wide a bar is where there is room, and what it has at least. */
const BAR = { most: 30, least: 8 } as const;
const GAP = "  ";

/**
 * Draws how far work is within a number of columns. Where it is narrow the rate goes first, then the sizes, the bar,
 * and the time that is left; what it is and how far stay.
 *
 * @param look `name` is how many columns what it is takes, at least; lines below each other have their bars there.
 */
export function progressBar(
  { what, done, total, seconds }: ProgressState,
  look: { readonly columns: number; readonly color: boolean; readonly name?: number },
): string {
  const rate = done / Math.max(seconds, 0.001);
  const named = what.padEnd(look.name ?? 0);
  const parts = {
    share: percent(done, total).padStart(5),
    // As wide as most numbers are, so that nothing moves but the bar, and bars stand below each other.
    sizes: `${formatBytes(done).padStart(9)} / ${formatBytes(total).padEnd(9)}`,
    rate: `${formatBytes(Math.round(rate))}/s`.padStart(11),
    left: (rate > 0 ? formatSeconds((total - done) / rate) : "").padStart(5),
  };
  const choices: readonly (readonly (keyof typeof parts)[])[] = [
    ["share", "sizes", "rate", "left"],
    ["share", "sizes", "left"],
    ["share", "left"],
  ];
  for (const chosen of choices) {
    const after = chosen.map((part) => parts[part]).join(GAP);
    const room = look.columns - named.length - after.length - 2 * GAP.length;
    if (room < BAR.least) continue;
    return `${named}${GAP}${bar(done / total, { width: Math.min(room, BAR.most), color: look.color })}${GAP}${after}`;
  }
  const [share, left] = [parts.share.trim(), parts.left.trim()];
  const last = [[what, share, left], [what, share], [share]];
  const lines = last.map((words) => words.filter((text) => text !== "").join(GAP));
  return lines.find((line) => line.length <= look.columns) ?? "";
}

/** Eighths would need a font that has them; a half has every font that has the line. */
function bar(share: number, { width, color }: { readonly width: number; readonly color: boolean }): string {
  const halves = Math.floor(Math.min(share, 1) * width * 2);
  const done = "\u2501".repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? "\u2578" : "");
  const rest = "\u2500".repeat(width - done.length);
  return color ? `\x1b[32m${done}\x1b[39;2m${rest}\x1b[22m` : done + rest;
}

function percent(done: number, total: number): string {
  return `${Math.floor(done / total * 100)} %`;
}

function formatSeconds(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
