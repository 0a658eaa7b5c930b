import { counted, formatBytes } from "../../work/amounts.ts";
import type { World } from "../world.ts";
import { oneLine } from "./printable.ts";

/** What a command has done, for who looks at a terminal. */
export interface ResultLine {
  /** What was done, such as `Published 1.0.0, latest`. */
  readonly what: string;
  /** Where it is now; left out where the result itself says it. */
  readonly where?: string;
  /** Amounts, the most important first. */
  readonly amounts: readonly string[];
}

/** Writes lines that say what was done to a terminal; elsewhere the log has said it. */
export function sayResults(
  { terminal, stderr }: Pick<World, "terminal" | "stderr">,
  { quiet = false, lines }: { readonly quiet?: boolean | undefined; readonly lines: readonly ResultLine[] },
): void {
  if (terminal === undefined || quiet) return;
  for (const line of lines) stderr(`${resultText(line, terminal.columns())}\n`);
}

/** The amounts stand behind, or below where there is no room; those at the end go where even that is too long. */
export function resultText(line: ResultLine, columns: number): string {
  const { amounts } = line;
  const head = headText(line, columns);
  const all = amounts.join(", ");
  if (all === "") return head;
  if (!head.includes("\n") && head.length + GAP.length + all.length <= columns) return `${head}${GAP}${all}`;
  const shown = amounts.map((_, at) => amounts.slice(0, amounts.length - at).join(", "));
  return `${head}\n${GAP}${shown.find((text) => GAP.length + text.length <= columns) ?? amounts[0]}`;
}

/** Where it is goes below, too, where there is no room. */
function headText({ what, where }: ResultLine, columns: number): string {
  const [done, place] = [`\u2714 ${what}`, `\u2192 ${where}`].map(oneLine);
  if (where === undefined) return done ?? "";
  const whole = `${done} ${place}`;
  return whole.length <= columns ? whole : `${done}\n${GAP}${place}`;
}

const GAP = "  ";

/** What was sent and what was there: `4.2 KiB sent, 3 blobs (1 reused)`. A manifest counts as a blob. */
export function transferred(
  { uploaded, existing, bytesSent }: {
    readonly uploaded: number;
    readonly existing: number;
    readonly bytesSent: number;
  },
): readonly string[] {
  return [`${formatBytes(bytesSent)} sent`, `${counted(uploaded + existing, "blob")} (${existing} reused)`];
}

/**
 * Starts a stopwatch.
 *
 * @returns The time since then, such as `0.8 s`.
 */
export function stopwatch(now: () => number = () => performance.now()): () => string {
  const started = now();
  return () => {
    const seconds = (now() - started) / 1000;
    return seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  };
}
