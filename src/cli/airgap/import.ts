import { checkLayout } from "../../layout/check/check_layout.ts";
import type { LayoutReference } from "../../oci/reference.ts";
import { TargetsError } from "../../pipeline/target.ts";
import type { Copied } from "../../store/copy.ts";
import { checkOutput, writeOutput } from "../../system/output_place.ts";
import { errorWithLines } from "../output/error_with_lines.ts";
import { EXIT } from "../output/exit_code.ts";
import { counted, formatBytes } from "../output/format_bytes.ts";
import { formatOutput } from "../output/format_output.ts";
import { printable } from "../output/printable.ts";
import { parsePlace } from "../places/open_store.ts";
import { formatRegistryPlace, parseRegistryPlace, type RegistryPlace } from "../places/registry_place.ts";
import { type ReadingSession, withReadingSession } from "../places/session.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { ImportFlags } from "./commands.ts";
import { importDestinations } from "./import_destinations.ts";
import { type ImportPlan, planImport } from "./import_plan.ts";
import { importLines, importPlanLines, importPlanReport, type ImportReceipt } from "./import_report.ts";
import { type OpenBundle, openBundle } from "./open_bundle.ts";
import { runImport } from "./run_import.ts";
import { problemLine } from "./verify_report.ts";
import { TagExistsError } from "../../store/store.ts";

/**
 * `gantry import`: a bundle becomes a part of a registry.
 *
 * The whole bundle is verified before anything is contacted, nothing is sent before all of it can be done, and nothing
 * is tagged before everything is there. A second run goes on where the first stopped.
 */
export async function importBundle(text: string, to: string, flags: ImportFlags, world: World): Promise<number> {
  const source = parseSource(text);
  const target = parseRegistryPlace(to);
  const { force = false } = flags;
  return await withReadingSession(flags, world, async (session) => {
    const { log } = session.context;
    const check = await checkLayout(source, session.context);
    if (check.problems.length > 0) {
      throw errorWithLines(`Cannot import ${check.url}: it is not whole`, check.problems.map(problemLine));
    }
    const bundle = await openBundle(source, session);
    await using _place = bundle.place;
    const destined = importDestinations(bundle.artifacts, target, flags.map ?? []);
    checkOrigins(bundle, flags);
    const left = check.omitted.length === 0 ? "" : `, ${counted(check.omitted.length, "blob")} left out on purpose`;
    const size = `${counted(check.blobs, "blob")}, ${formatBytes(check.bytes)}`;
    log.info(`Verified ${check.url}: ${size}${left}, nothing is missing or damaged`);

    const plan = await planImport(bundle, destined, { host: target.host, session, force });
    if (plan.gaps.length > 0) {
      throw errorWithLines(
        `Cannot import to ${formatRegistryPlace(target)}: what was left out of the bundle is not all there`,
        plan.gaps,
      );
    }
    const report = importPlanReport(bundle, plan, target);
    const format = flags.output ?? "text";
    const lines = importPlanLines(plan, target);
    if (flags.dryRun) {
      world.stdout(format === "text" ? lines : await formatOutput(report, format));
      refuseConflicts(plan);
      return EXIT.done;
    }
    log.info(lines.trimEnd());
    refuseConflicts(plan);
    if (!flags.yes && !await isMeant(plan, target, world)) {
      log.info("Nothing was sent");
      return EXIT.failed;
    }
    // When everything is tagged it would be too late: a second import no longer knows what the first one moved.
    if (flags.receipt !== undefined) await checkOutput(flags.receipt);
    const copied = await runImport(plan.artifacts, { force }, session);
    const receipt: ImportReceipt = { ...report, ...sumOf(copied) };
    sayImported(receipt, session);
    world.stdout(format === "text" ? importLines(receipt) : await formatOutput(receipt, format));
    if (flags.receipt !== undefined) await writeOutput(flags.receipt, await encoded(receipt), world.signal);
    return EXIT.done;
  }, { phase: "Importing", places: [target] });
}

function parseSource(text: string): LayoutReference {
  const reference = parsePlace(text);
  if (reference.kind === "registry") {
    throw new UsageError(`Cannot import ${JSON.stringify(text)}: write oci-layout:PATH or oci-archive:PATH`);
  }
  if (reference.tag === undefined && reference.digest === undefined) return reference;
  throw new UsageError(`Cannot import ${JSON.stringify(text)}: all of a bundle is imported, so name it without a tag`);
}

/** What another tool made says only sometimes where its artifacts come from. */
function checkOrigins({ artifacts, place }: OpenBundle, { map = [] }: ImportFlags): void {
  const lost = artifacts.find(({ hasOrigin, origin }) => !hasOrigin && !map.some(([from]) => from === origin));
  if (lost === undefined) return;
  throw new UsageError(
    `Cannot import ${place.url}: it does not say which repository ${
      lost.tags.length === 0 ? lost.digest : lost.tags.join(", ")
    } comes from; say where it goes with --map ${lost.origin}=REPOSITORY`,
  );
}

function refuseConflicts({ artifacts }: ImportPlan): void {
  const errors = artifacts.flatMap(({ store: { url }, tags }) =>
    tags.flatMap(({ tag, from, isConflict }) =>
      isConflict && from !== undefined ? [{ url, error: new TagExistsError(url, tag, from) }] : []
    )
  );
  if (errors.length > 0) throw new TargetsError(errors.map(({ error }) => error), [], errors.map(({ url }) => url));
}

async function isMeant({ artifacts }: ImportPlan, target: RegistryPlace, { prompt }: World): Promise<boolean> {
  if (prompt === undefined) return true;
  const question = `Import ${counted(artifacts.length, "artifact")} to ${formatRegistryPlace(target)}?`;
  return /^\s*y(?:es)?\s*$/i.test(await prompt.line(`${printable(question)} [y/N] `));
}

function sumOf(copied: readonly Copied[]): Copied {
  return {
    uploaded: copied.reduce((sum, { uploaded }) => sum + uploaded, 0),
    existing: copied.reduce((sum, { existing }) => sum + existing, 0),
    bytesSent: copied.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
  };
}

function sayImported(
  { artifacts, uploaded, existing, bytesSent }: ImportReceipt,
  session: ReadingSession,
): void {
  const referrers = artifacts.reduce(
    (sum, each) => sum + each.referrers.length + Object.keys(each.companions).length,
    0,
  );
  const alone = artifacts.filter(({ withoutReferrers }) => withoutReferrers).length;
  const said = alone === 0 ? "" : `, ${alone} without what refers to it because the export left that behind`;
  session.context.log.info(
    `Imported to ${repositoriesOf(artifacts)}: ${
      counted(artifacts.length, "artifact")
    } with ${referrers} that refer to them${said}, ` +
      `${uploaded} sent (${formatBytes(bytesSent)}), ${existing} there already`,
  );
}

/** How many repositories a sentence names. */
const SHOWN = 3;

/** Where the artifacts are now: with a mapping that need not be below the target. */
function repositoriesOf(artifacts: ImportReceipt["artifacts"]): string {
  const names = [...new Set(artifacts.map(({ repository }) => repository))];
  const more = names.length - SHOWN;
  return names.slice(0, SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

async function encoded(receipt: ImportReceipt): Promise<Uint8Array> {
  return new TextEncoder().encode(await formatOutput(receipt, "json"));
}
