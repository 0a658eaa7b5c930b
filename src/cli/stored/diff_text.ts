import type { Change, DiffResult, FileChange, FileState } from "../../verbs/diff/diff_result.ts";
import { formatBytes } from "../../work/amounts.ts";
import { oneLine, printableLines } from "../output/printable.ts";
import { shortDigest } from "../output/short_digest.ts";
import { type Fit, fittedTable } from "../output/table.ts";

/**
 * Writes what differs for people; nothing when nothing does.
 *
 * @param columns How many a terminal has, where it is read on one.
 */
export function diffText(report: DiffResult, columns?: number): string {
  const { files, annotations, mediaType, artifactType, config, layers } = report;
  return [
    section("files", files.map(fileRow), { width: columns && columns - 2, drop: LEAST_NEEDED }),
    section("annotations", annotations.flatMap(({ key, ...change }) => rows(change, (value) => [key, value]))),
    section("media type", rows(mediaType, (value) => [value])),
    section("artifact type", rows(artifactType, (value) => [value])),
    section("config", rows(config, ({ digest, size, mediaType }) => [digest, formatBytes(size), mediaType])),
    section("layers", rows(layers, (types) => [types.join(", ")])),
    ...files.map(({ patch }) => patch === undefined ? "" : printableLines(patch)),
  ].filter((part) => part !== "").join("\n");
}

/** The digests of a file, and what it may. */
const LEAST_NEEDED = [4, 2];

function section(
  title: string,
  rows: readonly (readonly string[])[],
  fit: Fit = { width: undefined, drop: [] },
): string {
  if (rows.length === 0) return "";
  // What others have written must not act on a terminal, and not look like a row of its own.
  const cells = rows.map((row) => row.map(oneLine));
  return `${title}\n${fittedTable(cells, fit).replace(/^(?=.)/gm, "  ")}`;
}

function rows<Value>(
  { before, after }: Change<Value> = {},
  cells: (value: Value) => readonly string[],
): readonly (readonly string[])[] {
  return [
    ...(before === undefined ? [] : [["-", ...cells(before)]]),
    ...(after === undefined ? [] : [["+", ...cells(after)]]),
  ];
}

const SIGNS = { added: "+", removed: "-", changed: "~" } as const;
const REASONS = { binary: "(binary)", large: "(too large to show)", different: "(too different to show)" } as const;

function fileRow({ path, change, before, after, noPatch }: FileChange): readonly string[] {
  const states = [before, after].filter((state) => state !== undefined).map(stateCells);
  const cells = [0, 1, 2].map((at) => [...new Set(states.map((state) => state[at] ?? ""))].join(" -> "));
  return [SIGNS[change], path, ...cells, ...(noPatch === undefined ? [] : [REASONS[noPatch]])];
}

function stateCells(state: FileState): readonly string[] {
  if (state.type === "symlink") return ["link", "", state.target];
  // As many digits as tell two files apart; -o json has all of them.
  return [state.mode ?? "", formatBytes(state.size), shortDigest(state.digest)];
}
