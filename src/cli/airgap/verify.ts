import { checkLayout, type LayoutCheck } from "../../layout/check/check_layout.ts";
import { type LayoutRepair, repairLayout } from "../../layout/repair/repair_layout.ts";
import { formatReference, type LayoutReference } from "../../oci/reference.ts";
import { EXIT } from "../output/exit_code.ts";
import { formatOutput } from "../output/format_output.ts";
import { createLog } from "../output/log.ts";
import { createProgress } from "../output/progress.ts";
import { parsePlace } from "../places/open_store.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { VerifyFlags } from "./commands.ts";
import { verifyLines, verifyReport } from "./verify_report.ts";

/** `gantry verify`: whether a layout or a bundle is whole. Contacts nobody. */
export async function verify(text: string, flags: VerifyFlags, world: World): Promise<number> {
  const reference = layoutIn(text);
  const progress = createProgress(world, { phase: "Verifying" });
  const level = flags.quiet ? "quiet" : flags.verbose ? "verbose" : "normal";
  const log = createLog(world, level);
  const context = { signal: world.signal, progress: flags.quiet ? (): void => {} : progress.update };
  const { check, done, left } = await checked(reference, flags, context).finally(progress.clear);
  for (const sentence of done) log.info(sentence);
  for (const sentence of left) log.warn(sentence);
  const report = verifyReport(check, flags.repair ? { repaired: done, notRepaired: left } : {});
  const format = flags.output ?? "text";
  world.stdout(format === "text" ? verifyLines(report) : await formatOutput(report, format));
  return report.whole ? EXIT.done : EXIT.failed;
}

async function checked(
  reference: LayoutReference,
  { repair }: VerifyFlags,
  context: Parameters<typeof checkLayout>[1],
): Promise<LayoutRepair> {
  if (repair) return await repairLayout(reference, context);
  const check: LayoutCheck = await checkLayout(reference, context);
  return { check, done: [], left: [] };
}

function layoutIn(text: string): LayoutReference {
  const reference = parsePlace(text);
  if (reference.kind === "registry") {
    throw new UsageError(
      `Cannot verify ${
        formatReference(reference)
      }: only a layout or a bundle is verified, name oci-layout:PATH or oci-archive:PATH`,
    );
  }
  if (reference.tag === undefined && reference.digest === undefined) return reference;
  throw new UsageError(
    `Cannot verify ${formatReference(reference)}: a layout is verified as a whole, name it without a tag or a digest`,
  );
}
