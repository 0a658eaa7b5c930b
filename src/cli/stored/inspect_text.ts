import { TITLE_ANNOTATION } from "../../oci/annotation_keys.ts";
import type { Descriptor, Platform } from "../../oci/descriptor.ts";
import { formatBytes } from "../../work/amounts.ts";
import type { InspectedReferrer, InspectResult } from "../../verbs/inspect/inspect_result.ts";
import type { LayerFile } from "../../verbs/inspect/layer_files.ts";
import { oneLine } from "../output/printable.ts";
import { rowLines, stacked } from "../output/row_lines.ts";
import { shortDigest } from "../output/short_digest.ts";
import { table } from "../output/table.ts";
import { verdictRows } from "../output/verdict_rows.ts";
import type { World } from "../world.ts";

/** Writes what was found out for people. */
export function inspectText(report: InspectResult, { screen }: Pick<World, "screen">): string {
  const { index, config, layers, manifests, subject, referrers, notes = [], consumers } = report;
  const columns = screen?.columns();
  return [
    table([
      ["reference", report.reference],
      ["digest", report.digest],
      ...(index === undefined ? [] : [["in index", index.digest]]),
      ["media type", report.mediaType],
      ...(report.artifactType === undefined ? [] : [["type", report.artifactType]]),
      ["size", formatBytes(report.size)],
      ...(subject === undefined ? [] : [["refers to", subject.digest]]),
    ].map(cells)),
    ...(config === undefined ? [] : [digestSection("config", [blobRow(config)], columns)]),
    ...(layers === undefined ? [] : [digestSection("layers", layers.map(blobRow), columns)]),
    ...(manifests === undefined ? [] : [digestSection("manifests", manifests.map(blobRow), columns)]),
    annotationLines(report.annotations, columns),
    ...(layers ?? []).flatMap(({ files, digest }) => {
      return files === undefined
        ? []
        : [section(`files in ${screen === undefined ? digest : shortDigest(digest)}`, files.map(fileRow))];
    }),
    ...(referrers === undefined ? [] : [digestSection("referrers", referrerRows(referrers), columns)]),
    ...notes.map((note) => `${note}\n`),
    ...[...(index === undefined ? [] : [index]), ...(manifests ?? [])].flatMap(({ referrers, digest }) => {
      return referrers === undefined || referrers.length === 0
        ? []
        : [digestSection(`referrers of ${digest}`, referrerRows(referrers), columns)];
    }),
    ...(consumers === undefined
      ? []
      : [`consumers\n${verdictRows(consumers, screen && screen.columns() - 2).map((row) => `  ${row}\n`).join("")}`]),
  ].join("\n");
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  const lines = rows.length === 0 ? "none\n" : table(rows.map(cells));
  return `${title}\n${lines.replace(/^(?=.)/gm, "  ")}`;
}

/** Where a row is too long for one line of the terminal, its digest has one for itself, so that it can be copied. */
function digestSection(title: string, rows: readonly (readonly string[])[], columns: number = Infinity): string {
  const text = section(title, rows);
  if (text.split("\n").every((line) => line.length <= columns)) return text;
  return section(title, rows.flatMap((row) => stacked(row, columns - 2).map((line) => [line])));
}

function annotationLines(annotations: Readonly<Record<string, string>>, columns: number | undefined): string {
  const rows = Object.entries(annotations).map(([key, value]) => cells([`  ${key}`, value]));
  const pad = Math.max(...rows.map(([key = ""]) => key.length));
  const lines = rows.flatMap((row) => rowLines(row, { pad, width: columns }));
  return ["annotations", ...rows.length === 0 ? ["  none"] : lines, ""].join("\n");
}

function blobRow(descriptor: Descriptor): readonly string[] {
  const { digest, size, mediaType, platform, annotations } = descriptor;
  const title = annotations?.[TITLE_ANNOTATION];
  return [
    digest,
    formatBytes(size),
    mediaType,
    ...(platform === undefined ? [] : [platformText(platform)]),
    ...(title === undefined ? [] : [title]),
  ];
}

function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join("/");
}

function fileRow({ path, type, mode, size, target }: LayerFile): readonly string[] {
  const isFile = type === "file" || type === "sparse";
  return [
    mode === undefined ? "" : modeText(type, mode),
    isFile ? formatBytes(size) : "",
    target === undefined ? path : `${path} -> ${target}`,
  ];
}

const TYPE_LETTERS: Readonly<Record<LayerFile["type"], string>> = {
  file: "-",
  sparse: "-",
  hardlink: "h",
  directory: "d",
  symlink: "l",
  fifo: "p",
  device: "c",
};

/** As `ls` and `tar` write it. */
function modeText(type: LayerFile["type"], octal: string): string {
  const mode = parseInt(octal, 8);
  const bits = [..."rwxrwxrwx"].map((letter, at) => (mode & (0o400 >> at)) === 0 ? "-" : letter);
  const special: readonly (readonly [bit: number, at: number, letter: string])[] = [
    [0o4000, 2, "s"],
    [0o2000, 5, "s"],
    [0o1000, 8, "t"],
  ];
  for (const [bit, at, letter] of special) {
    if ((mode & bit) !== 0) bits[at] = bits[at] === "-" ? letter.toUpperCase() : letter;
  }
  return `${TYPE_LETTERS[type]}${bits.join("")}`;
}

function referrerRows(referrers: readonly InspectedReferrer[], depth = 0): readonly (readonly string[])[] {
  return referrers.flatMap((referrer) => [
    [
      `${"  ".repeat(depth)}${referrer.digest}`,
      formatBytes(referrer.size),
      `${referrer.artifactType ?? referrer.mediaType}${referrer.repeated ? " (see above)" : ""}`,
      referrer.role === undefined ? "" : roleText(referrer),
      referrer.tag === undefined ? "" : `(tag ${referrer.tag})`,
    ],
    ...referrerRows(referrer.referrers, depth + 1),
  ]);
}

function roleText({ role, predicateType, tag }: InspectedReferrer): string {
  if (role === "sbom") return "SBOM";
  return role === "attestation" && tag === undefined ? `attestation ${predicateType}` : `${role}`;
}

/** What others have written must not act on a terminal, and not look like a row of its own. */
function cells(row: readonly string[]): readonly string[] {
  return row.map(oneLine);
}
