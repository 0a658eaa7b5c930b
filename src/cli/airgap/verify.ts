import { problemLine, verify, type VerifyResult } from "../../verbs/verify.ts";
import { counted, formatBytes } from "../../work/amounts.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { createLog } from "../output/log.ts";
import { printable } from "../output/printable.ts";
import { createProgress } from "../output/progress.ts";
import { parseGivenPlace } from "../places/pipes.ts";
import type { World } from "../world.ts";
import type { VerifyFlags } from "./commands.ts";

/** `gantry verify`: whether a layout or a bundle is whole. Contacts nobody. */
export async function runVerify(source: string, flags: VerifyFlags, world: World): Promise<number> {
  const { repair = false, output: format = "text" } = flags;
  parseGivenPlace(source);
  const reporter = createProgress(world, { phase: "Verifying" });
  const log = createLog(world, flags.quiet ? "quiet" : flags.verbose ? "verbose" : "normal");
  const progress = flags.quiet ? (): void => {} : reporter.update;
  const result = await verify({ source, repair, signal: world.signal, log, progress }).finally(reporter.clear);
  world.stdout(format === "text" ? verifyLines(result) : await formatOutput(result, format));
  return result.whole ? EXIT.done : EXIT.failed;
}

/** One line for each thing that is wrong, then what is superfluous, and in the end one line for all of it. */
function verifyLines(result: VerifyResult): string {
  const { url, whole, problems, unreferenced, leftovers, omitted, manifests, blobs, bytes } = result;
  const { artifacts, withoutReferrers = 0 } = result;
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
