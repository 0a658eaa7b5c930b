import type { TagName } from "../../store/store.ts";
import type { PlannedBlob, PlannedFiles, PlannedStages, PlanResult } from "../../verbs/plan.ts";
import { formatBytes } from "../../work/amounts.ts";
import { oneLine } from "../output/printable.ts";
import { rowLines, stacked } from "../output/row_lines.ts";
import { shortDigest } from "../output/short_digest.ts";
import { verdictRows } from "../output/verdict_rows.ts";
import { fittedTable, table } from "../output/table.ts";
import type { World } from "../world.ts";

/** The terminal on which a plan is read; digests that nobody copies are short there, and lines fit. */
export type PlanScreen = Pick<World, "screen">;

/** Writes a plan for people. */
export function planText(report: PlanResult, world: PlanScreen): string {
  return headText(report, world, report.artifactType) + contentText(report, world);
}

/** Writes what is known of a plan before anything is packed. */
export function filesText(report: PlannedFiles, world: PlanScreen): string {
  return headText(report, world);
}

function headText(report: PlannedFiles, { screen }: PlanScreen, type?: string): string {
  const { files, dropped } = report;
  const items = [
    ...files.map(({ path, size, executable }) =>
      [`+ ${path}`, `${formatBytes(size)}${executable ? ", executable" : ""}`] as const
    ),
    ...dropped.map(({ path, reason }) => [`- ${path}`, reason] as const),
  ];
  return [
    field("source", report.source),
    field("profile", `${report.profile} (${report.profileBecause})`),
    ...(type === undefined ? [] : [field("type", type)]),
    "",
    `files (${files.length} kept, ${dropped.length} left out)`,
    ...items.flatMap(([name, text]) => rowLines([`  ${name}`, text], { pad: ITEM, width: screen?.columns() })),
    "",
  ].map(oneLine).join("\n");
}

/** Writes what is known of a plan when everything is packed. */
export function contentText(
  report: PlanResult,
  { screen }: PlanScreen,
  { artifactType }: Pick<PlanResult, "artifactType"> = {},
): string {
  const { layers, annotations, targets, consumers } = report;
  return [
    "",
    "content",
    ...(artifactType === undefined ? [] : [item("type", artifactType)]),
    ...blobLines([["config", report.config], ...layers.map((layer) => ["layer", layer] as const)], screen),
    "",
    "annotations",
    ...Object.entries(annotations).flatMap(([key, { value, from }]) =>
      rowLines([`  ${key}`, value, `(${from})`], { pad: screen === undefined ? ITEM : 0, width: screen?.columns() })
    ),
    ...(Object.keys(annotations).length === 0 ? ["  none"] : []),
    "",
    ...(targets.length === 0 ? [field("tags", tagList(report.tags))] : []),
    ...targets.map(({ url, tags }) => field("target", `${url}  ${tagList(tags)}`)),
    field("digest", report.digest),
    ...(consumers === undefined
      ? []
      : ["", "consumers", ...verdictRows(consumers, screen && screen.columns() - 2).map(indented)]),
    "",
  ].map(oneLine).join("\n");
}

function indented(row: string): string {
  return `  ${row}`;
}

function field(name: string, value: string): string {
  return `${name.padEnd(8)} ${value}`;
}

/** How wide the names in a list are. */
const ITEM = 42;

function item(name: string, value: string): string {
  return `  ${name}`.padEnd(ITEM) + `  ${value}`;
}

function blobLines(
  blobs: readonly (readonly [what: string, blob: PlannedBlob])[],
  screen: PlanScreen["screen"],
): readonly string[] {
  if (screen === undefined) {
    return blobs.map(([what, { digest, size, mediaType }]) =>
      item(what, `${digest}  ${formatBytes(size)}  ${mediaType}`)
    );
  }
  const rows = blobs.map(([what, { digest, size, mediaType }]) => [
    what,
    shortDigest(digest),
    formatBytes(size),
    mediaType,
  ]);
  const width = screen.columns() - 2;
  const lines = fittedTable(rows, { width, drop: [1] }).trimEnd().split("\n");
  const fitting = lines.every((line) => line.length <= width)
    ? lines
    : rows.flatMap(([what = "", , ...others]) => stacked([what, ...others], width));
  return fitting.map(indented);
}

function tagList(tags: readonly TagName[]): string {
  if (tags.length === 0) return "(no tag, by digest only)";
  return tags.map(({ name, immutable }) => immutable ? `${name} (immutable)` : name).join(", ");
}

/** Writes the plugins of a pipeline for people. */
export function stagesText({ plugins }: PlannedStages): string {
  const rows = plugins.map(({ stage, id, name, version, use, target, decidedBy }) =>
    [
      stage,
      id,
      use === name ? "" : `${use} (${version})`,
      target ?? "",
      decidedBy,
    ].map(oneLine)
  );
  return table([["STAGE", "PLUGIN", "FROM", "TARGET", "DECIDED BY"], ...rows]);
}
