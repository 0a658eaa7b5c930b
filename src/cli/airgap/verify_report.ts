import type { LayoutCheck } from "../../layout/check/check_layout.ts";
import type { LayoutProblem } from "../../layout/check/hashed_layout.ts";
import type { Digest } from "../../oci/digest.ts";
import { counted, formatBytes } from "../output/format_bytes.ts";
import { printable } from "../output/printable.ts";

/** What `gantry verify -o json` prints. */
export interface VerifyReport {
  /** The layout, without tag and digest. */
  readonly url: string;
  /** Whether nothing is wrong. */
  readonly whole: boolean;
  readonly manifests: number;
  /** How many blobs there are, manifests included. */
  readonly blobs: number;
  readonly bytes: number;
  /** The digest of the description of the bundle; absent when there is none. */
  readonly bundle?: Digest;
  /** How many artifacts the bundle carries. */
  readonly artifacts?: number;
  /** How many of them came without what refers to them, on purpose; absent when none did. */
  readonly withoutReferrers?: number;
  readonly problems: readonly LayoutProblem[];
  /** What nothing leads to. */
  readonly unreferenced: readonly { readonly digest: Digest; readonly size: number }[];
  /** What a killed process has left, or another one is writing. */
  readonly leftovers: readonly string[];
  /** What the far side has, so that it is not here. */
  readonly omitted: readonly { readonly digest: Digest; readonly size: number }[];
  /** What `--repair` did, one sentence each. */
  readonly repaired?: readonly string[];
  /** What it could not do. */
  readonly notRepaired?: readonly string[];
}

/** Says what was found. */
export function verifyReport(
  { url, manifests, blobs, bytes, transfer, problems, unreferenced, leftovers, omitted }: LayoutCheck,
  repair: Pick<VerifyReport, "repaired" | "notRepaired">,
): VerifyReport {
  const alone = transfer?.transfer.artifacts.filter(({ withoutReferrers }) => withoutReferrers).length ?? 0;
  return {
    url,
    whole: problems.length === 0,
    manifests,
    blobs,
    bytes,
    ...(transfer === undefined ? {} : { bundle: transfer.digest, artifacts: transfer.transfer.artifacts.length }),
    ...(alone === 0 ? {} : { withoutReferrers: alone }),
    problems,
    unreferenced,
    leftovers,
    omitted: omitted.map(({ digest, size }) => ({ digest, size })),
    ...repair,
  };
}

/** One line for each thing that is wrong, then what is superfluous, and in the end one line for all of it. */
export function verifyLines(report: VerifyReport): string {
  const { url, whole, problems, unreferenced, leftovers, omitted, manifests, blobs, bytes } = report;
  const { artifacts, withoutReferrers = 0 } = report;
  const counts = [
    ...(artifacts === undefined ? [] : [counted(artifacts, "artifact")]),
    ...(withoutReferrers === 0 ? [] : [`${withoutReferrers} of them without what refers to it`]),
    counted(manifests, "manifest"),
    counted(blobs, "blob"),
    formatBytes(bytes),
    ...(omitted.length === 0 ? [] : [`${counted(omitted.length, "blob")} left out on purpose`]),
  ];
  const lines = [
    ...problems.map(problemLine),
    ...unreferenced.map(({ digest, size }) => `${digest} is not referenced (${formatBytes(size)})`),
    ...leftovers.map((file) => `${JSON.stringify(file)} was left behind, or is being written`),
    `${url}: ${whole ? "whole" : counted(problems.length, "problem")}, ${counts.join(", ")}`,
  ];
  // A line end in a name from elsewhere must not make a line of its own.
  return lines.map((line) => `${printable(line).replaceAll("\n", "\\n")}\n`).join("");
}

/** How many who need something a line names. */
const SHOWN = 5;

/** Says what is wrong, and who needs it. */
export function problemLine({ digest, file, problem, neededBy }: LayoutProblem): string {
  const more = neededBy.length > SHOWN ? [`${neededBy.length - SHOWN} more`] : [];
  const who = [...neededBy.slice(0, SHOWN), ...more];
  const by = who.length === 0 ? (file === undefined ? ", needed by nothing" : "") : `, needed by ${who.join(", ")}`;
  return `${digest ?? JSON.stringify(file)}${file === undefined ? " " : ": "}${problem}${by}`;
}
