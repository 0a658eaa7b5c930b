import { readBytes } from "../../oci/bytes/read.ts";
import type { Context } from "../../work/context.ts";
import type { HashedFile } from "../../extract/hash_artifact.ts";
import type { DiffResult, DiffSide, FileChange } from "./diff_result.ts";
import { unifiedDiff } from "./unified_diff.ts";

/** Where the contents are, and how they are compared. */
export interface PatchOptions {
  readonly before: DiffSide["files"];
  readonly after: DiffSide["files"];
  /** How many lines are shown around a difference. */
  readonly lines: number;
}

/** Adds the lines that differ to a report. */
export async function withPatches(
  report: DiffResult,
  { before, after, lines }: PatchOptions,
  { signal }: Pick<Context, "signal">,
): Promise<DiffResult> {
  const files: FileChange[] = [];
  for (const change of report.files) {
    signal.throwIfAborted();
    files.push({ ...change, ...await patchOf(change.path, before.get(change.path), after.get(change.path), lines) });
  }
  return { ...report, files };
}

type Patch = Pick<FileChange, "patch" | "noPatch">;

async function patchOf(
  path: string,
  a: HashedFile | undefined,
  b: HashedFile | undefined,
  lines: number,
): Promise<Patch> {
  if (a?.kind === "link" || b?.kind === "link") return {};
  if (a !== undefined && a.digest === b?.digest) return {};
  const before = await textOf(a);
  const after = await textOf(b);
  if (before === "large" || after === "large") return { noPatch: "large" };
  if (before === "binary" || after === "binary") return { noPatch: "binary" };
  const patch = unifiedDiff({
    path,
    ...(before === undefined ? {} : { before: before.text }),
    ...(after === undefined ? {} : { after: after.text }),
  }, lines);
  // An empty file that comes or goes has no lines.
  if (patch === "") return {};
  return patch === undefined ? { noPatch: "different" } : { patch };
}

async function textOf(
  file: HashedFile | undefined,
): Promise<{ readonly text: string } | "binary" | "large" | undefined> {
  if (file?.kind !== "file") return undefined;
  if (file.open === undefined) return "large";
  const bytes = await readBytes(file.open());
  if (bytes.includes(0)) return "binary";
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return "binary";
  }
}
