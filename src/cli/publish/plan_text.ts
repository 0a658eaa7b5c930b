import type { TagName } from "../../store/store.ts";
import type { PlannedBlob, PlannedFiles, PlannedStages, PlanResult } from "../../verbs/plan.ts";
import { formatBytes } from "../../work/amounts.ts";
import { oneLine } from "../output/printable.ts";
import { verdictRows } from "../output/verdict_rows.ts";
import { table } from "../output/table.ts";

/** Writes a plan for people. */
export function planText(report: PlanResult): string {
  return headText(report, report.artifactType) + contentText(report);
}

/** Writes what is known of a plan before anything is packed. */
export function filesText(report: PlannedFiles): string {
  return headText(report);
}

function headText(report: PlannedFiles, type?: string): string {
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
    ...items.map(([name, text]) => item(name, text)),
    "",
  ].map(oneLine).join("\n");
}

/** Writes what is known of a plan when everything is packed. */
export function contentText(report: PlanResult, { artifactType }: Pick<PlanResult, "artifactType"> = {}): string {
  const { layers, annotations, targets, consumers } = report;
  return [
    "",
    "content",
    ...(artifactType === undefined ? [] : [item("type", artifactType)]),
    item("config", blobText(report.config)),
    ...layers.map((layer) => item("layer", blobText(layer))),
    "",
    "annotations",
    ...Object.entries(annotations).map(([key, { value, from }]) => item(key, `${value}  (${from})`)),
    ...(Object.keys(annotations).length === 0 ? ["  none"] : []),
    "",
    ...(targets.length === 0 ? [field("tags", tagList(report.tags))] : []),
    ...targets.map(({ url, tags }) => field("target", `${url}  ${tagList(tags)}`)),
    field("digest", report.digest),
    ...(consumers === undefined ? [] : ["", "consumers", ...verdictRows(consumers).map(indented)]),
    "",
  ].map(oneLine).join("\n");
}

function indented(row: string): string {
  return `  ${row}`;
}

function field(name: string, value: string): string {
  return `${name.padEnd(8)} ${value}`;
}

function item(name: string, value: string): string {
  return `  ${name.padEnd(40)}  ${value}`;
}

function blobText({ digest, size, mediaType }: PlannedBlob): string {
  return `${digest}  ${formatBytes(size)}  ${mediaType}`;
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
