import { checkLayout } from "../layout/check/check_layout.ts";
import { isLayoutReference, isPiped, layoutForms, type LayoutReference } from "../oci/reference.ts";
import { OptionsError } from "../options/options_error.ts";
import { TargetsError } from "../pipeline/target.ts";
import { openLayout, parsePipedPlace, parsePlace } from "../places/open_store.ts";
import { spoolTar } from "../places/spooled_tar.ts";
import { formatRegistryPlace, parseRegistryPlace, type RegistryPlace } from "../places/registry_place.ts";
import { copiedInAll } from "../store/copy.ts";
import { TagExistsError } from "../store/store.ts";
import { counted, formatBytes, shortList } from "../work/amounts.ts";
import { sayDone } from "../work/context.ts";
import { errorWithLines } from "./error_with_lines.ts";
import { importDestinations } from "./import/import_destinations.ts";
import type { ImportOptions } from "./import/import_options.ts";
import { type ImportPlan, lookAtTarget } from "./import/import_plan.ts";
import {
  type ImportPlanResult,
  importPlanResult,
  importPlanRows,
  type ImportResult,
  referrerCount,
} from "./import/import_result.ts";
import { type OpenBundle, openBundle } from "./import/open_bundle.ts";
import { sendArtifacts } from "./import/send_artifacts.ts";
import { type Session, withSession } from "./session.ts";
import { requireAll, requiredSignature } from "./verify/require_signatures.ts";
import { problemLine } from "./verify.ts";

/**
 * Brings an exported bundle into a registry, and contacts nothing else. The whole bundle is verified before anything is
 * contacted, nothing is sent before all of it can be done, and nothing is tagged before everything is there. A second
 * run goes on where the first stopped.
 *
 * @returns What is there now; `undefined` when `confirm` said no.
 * @throws {OptionsError} When the options make no sense.
 * @throws {TargetsError} With a {@linkcode TagExistsError} for each version that would move.
 * @throws {NotVerifiedError} When an artifact of the bundle is not signed as it has to be.
 * @throws {RegistryError} When the registry refuses.
 * @throws {Error} When something is missing or damaged.
 */
export async function importBundle(options: ImportOptions): Promise<ImportResult | undefined> {
  const { force = false, confirm } = options;
  return await withPlan(options, async ({ plan, result, target }, session) => {
    const hasConflict = plan.artifacts.some(({ tags }) => tags.some(({ isConflict }) => isConflict));
    const isMeant = await confirm?.({ result, rows: importPlanRows(plan, target), hasConflict }) ?? true;
    refuseConflicts(plan);
    if (!isMeant) return undefined;
    const copied = await sendArtifacts(plan.artifacts, { force }, session);
    const imported: ImportResult = { ...result, ...copiedInAll(copied) };
    sayImported(imported, session);
    return imported;
  });
}

/**
 * Says what {@linkcode importBundle} would do, and changes nothing. A version that would move has a conflict.
 *
 * @throws {OptionsError} When the options make no sense.
 * @throws {RegistryError} When the registry refuses.
 * @throws {Error} When something is missing or damaged.
 */
export async function planImport(options: Omit<ImportOptions, "confirm">): Promise<ImportPlanResult> {
  return await withPlan(options, ({ result }) => Promise.resolve(result));
}

/** An import that can be done. */
interface Planned {
  readonly plan: ImportPlan;
  readonly result: ImportPlanResult;
  readonly target: RegistryPlace;
}

/** Verifies the bundle, looks at the target, and says what would be done. */
async function withPlan<T>(
  options: ImportOptions,
  use: (planned: Planned, session: Session) => Promise<T>,
): Promise<T> {
  const named = parseSource(options);
  const target = parseRegistryPlace(options.target);
  const requireSigned = await requiredSignature(options);
  return await withSession(options, { places: [target] }, async (session) => {
    await using spooled = isPiped(named) && options.input !== undefined
      ? await spoolTar(options.input(), session.context)
      : undefined;
    const source = spooled?.reference ?? named;
    const check = await checkLayout(await openLayout(source), session.context);
    if (check.problems.length > 0) {
      throw errorWithLines(`Cannot import ${options.source}: it is not whole`, check.problems.map(problemLine));
    }
    const bundle = await openBundle(source, session);
    await using _place = bundle.place;
    const destined = importDestinations(bundle.artifacts, target, options.map ?? []);
    checkOrigins(bundle, options, session);
    await requireAll(requireSigned, bundle.artifacts.map(({ reader, digest }) => ({ store: reader, digest })), session);
    const left = check.omitted.length === 0 ? "" : `, ${counted(check.omitted.length, "blob")} left out on purpose`;
    const size = `${counted(check.blobs, "blob")}, ${formatBytes(check.bytes)}`;
    session.context.log.info(`Verified ${options.source}: ${size}${left}, nothing is missing or damaged`);
    const { force = false } = options;
    const plan = await lookAtTarget(bundle, destined, { host: target.host, session, force });
    if (plan.gaps.length > 0) {
      throw errorWithLines(
        `Cannot import to ${formatRegistryPlace(target)}: what was left out of the bundle is not all there`,
        plan.gaps,
      );
    }
    const result = { ...importPlanResult(bundle, plan, target), source: options.source };
    return await use({ plan, result, target }, session);
  });
}

function parseSource({ source: text, input }: Pick<ImportOptions, "source" | "input">): LayoutReference {
  const reference = input === undefined ? parsePlace(text) : parsePipedPlace(text);
  if (!isLayoutReference(reference)) {
    throw new OptionsError(`Cannot import ${JSON.stringify(text)}: write ${layoutForms()}`);
  }
  if (reference.tag === undefined && reference.digest === undefined) return reference;
  throw new OptionsError(
    `Cannot import ${JSON.stringify(text)}: all of a bundle is imported, so name it without a tag`,
  );
}

/** What another tool made says only sometimes where its artifacts come from. */
function checkOrigins(
  { artifacts, place }: OpenBundle,
  { map = [] }: ImportOptions,
  { spell }: Pick<Session, "spell">,
): void {
  const lost = artifacts.find(({ hasOrigin, origin }) => !hasOrigin && !map.some(([from]) => from === origin));
  if (lost === undefined) return;
  throw new OptionsError(
    `Cannot import ${place.url}: it does not say which repository ${
      lost.tags.length === 0 ? lost.digest : lost.tags.join(", ")
    } comes from; say where it goes with ${spell("map", `${lost.origin}=REPOSITORY`)}`,
  );
}

function refuseConflicts({ artifacts }: ImportPlan): void {
  const errors = artifacts.flatMap(({ store: { url }, tags }) =>
    tags.flatMap(({ tag, digest, from, isConflict }) =>
      isConflict && from !== undefined
        ? [{ url, error: new TagExistsError(url, tag, { existing: from, wanted: digest }) }]
        : []
    )
  );
  if (errors.length > 0) throw new TargetsError(errors.map(({ error }) => error), [], errors.map(({ url }) => url));
}

function sayImported(
  { artifacts, uploaded, existing, bytesSent }: ImportResult,
  { context: { log } }: Session,
): void {
  const referrers = artifacts.reduce((sum, each) => sum + referrerCount(each), 0);
  const alone = artifacts.filter(({ withoutReferrers }) => withoutReferrers).length;
  const said = alone === 0 ? "" : `, ${alone} without referrers because the export left them behind`;
  sayDone(
    log,
    `Imported to ${repositoriesOf(artifacts)}: ${counted(artifacts.length, "artifact")} with ${
      counted(referrers, "referrer")
    }${said}, ` +
      `${uploaded} sent (${formatBytes(bytesSent)}), ${existing} there already`,
  );
}

/** How many repositories a sentence names. */
const SHOWN = 3;

/** Where the artifacts are now: with a mapping that need not be below the target. */
export function repositoriesOf(artifacts: ImportResult["artifacts"]): string {
  return shortList([...new Set(artifacts.map(({ repository }) => repository))], SHOWN);
}
