import type { Digest } from "../../oci/digest.ts";
import {
  type ImportedArtifact,
  type ImportedTag,
  type ImportPlanResult,
  referrerCount,
} from "../../verbs/import/import_result.ts";
import { counted, formatBytes } from "../../work/amounts.ts";
import { oneLine } from "../output/printable.ts";
import { shortDigest } from "../output/short_digest.ts";
import { fittedTable } from "../output/table.ts";

/** Writes what an import would do for who looks at a terminal: a line for each artifact, and all of it in the last. */
export function importPlanText({ artifacts }: ImportPlanResult, columns?: number): string {
  const rows = artifacts.map((artifact) =>
    [
      markOf(artifact),
      artifact.repository,
      artifact.tags.map(({ tag }) => tag).join(", ") || "-",
      shortDigest(artifact.digest),
      artifact.withoutReferrers ? "no referrers" : counted(referrerCount(artifact), "referrer"),
      formatBytes(artifact.size),
      stateOf(artifact),
    ].map(oneLine)
  );
  const sum = (of: (artifact: ImportedArtifact) => number): number =>
    artifacts.reduce((all, each) => all + of(each), 0);
  const added = artifacts.filter(({ existed }) => !existed).length;
  const total = [
    counted(artifacts.length, "artifact"),
    counted(sum(referrerCount), "referrer"),
    formatBytes(sum(({ size }) => size)),
  ];
  return `${fittedTable(rows, { width: columns, drop: LEAST_NEEDED })}${total.join(", ")}: ${added} new, ${
    artifacts.length - added
  } there already\n`;
}

/** Size, referrers, digest: whoever says yes wants to see what goes where, and what moves. */
const LEAST_NEEDED = [5, 4, 3];

function markOf({ existed, tags }: ImportedArtifact): string {
  if (tags.some(({ conflict }) => conflict)) return "\u2718";
  if (tags.some(({ from }) => from !== undefined)) return "~";
  return existed ? "=" : "+";
}

function stateOf({ existed, tags }: ImportedArtifact): string {
  const moving = tags.flatMap((each) => each.from === undefined ? [] : [moved(each, each.from)]);
  return moving.length > 0 ? moving.join(", ") : existed ? "there already" : "new";
}

function moved({ tag, conflict }: ImportedTag, from: Digest): string {
  return conflict ? `${tag} is ${shortDigest(from)} there and must not move` : `moves ${tag} from ${shortDigest(from)}`;
}
