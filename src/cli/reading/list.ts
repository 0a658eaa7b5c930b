import type { ListedManifest } from "../../layout/layout.ts";
import type { Digest } from "../../oci/digest.ts";
import { withoutScheme } from "../../oci/reference.ts";
import { parseRange, type VersionRange } from "../../oci/semver.ts";
import type { Log } from "../../work/context.ts";
import { inParallel } from "../../work/together.ts";
import { EXIT } from "../output/exit_code.ts";
import { counted } from "../output/format_bytes.ts";
import { formatOutput } from "../output/format_output.ts";
import { table } from "../output/table.ts";
import { openLayout, openReader, parsePlace } from "../places/open_store.ts";
import { withReadingSession } from "../places/session.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import { chosenTags, type TagChoice } from "./chosen_tags.ts";
import type { ListFlags } from "./commands.ts";

/** One element of what `gantry list -o json` prints. */
export interface ListedVersion {
  /** The place without scheme, tag and digest. */
  readonly repository: string;
  /** The tag. */
  readonly version: string;
  readonly digest: Digest;
  /** `HOST/REPOSITORY:TAG`, where the entry of a layout has it. */
  readonly name?: string;
}

/** How long an expression or a range may be: what people write, and not what makes a machine think for hours. */
const EXPRESSION_LIMIT = 256;
/** How many tags a warning names. */
const SHOWN = 10;
/** Requests for digests are small, so more of them go at a time than blobs. */
const CONCURRENCY = 8;

/** `gantry list`: the versions in a repository and their digests. */
export async function list(text: string, flags: ListFlags, world: World): Promise<number> {
  const choice = choiceOf(flags);
  return await withReadingSession(flags, world, async ({ access, context, concurrency }) => {
    const { store: opened, reference } = openReader(text, access);
    await using store = opened;
    if (reference.tag !== undefined || reference.digest !== undefined) {
      throw new UsageError(`Cannot list ${JSON.stringify(text)}: name the repository without a tag or a digest`);
    }
    const tags = await Array.fromAsync(store.tags(context));
    const chosen = chosenTags(tags, choice);
    const shown = limited(chosen, flags.limit ?? 0);
    const repository = withoutScheme(store.url);
    const listed = reference.kind === "registry" ? undefined : await openLayout(reference).listed(context) ?? [];
    const found = await inParallel(shown, concurrency, async (tag): Promise<readonly ListedVersion[]> => {
      if (listed !== undefined) return inLayout(listed, tag).map((each) => ({ repository, version: tag, ...each }));
      const digest = (await store.resolve(tag, context))?.digest;
      // A tag can be gone between the list and the question.
      return digest === undefined ? [] : [{ repository, version: tag, digest }];
    });
    const versions = found.flat();
    const format = flags.output ?? "text";
    world.stdout(format === "text" ? versionTable(versions) : await formatOutput(versions, format));
    const there = new Set(versions.map(({ version }) => version));
    const lost = shown.filter((tag) => !there.has(tag));
    const isFiltered = choice.range !== undefined || choice.regexp !== undefined;
    say({ tags, chosen, shown, lost, isFiltered }, context.log);
    return EXIT.done;
  }, { phase: "Reading", places: [parsePlace(text)], concurrency: CONCURRENCY });
}

/** A tag of several repositories stands in a layout several times. */
function inLayout(listed: readonly ListedManifest[], tag: string): readonly Pick<ListedVersion, "digest" | "name">[] {
  const entries = listed.filter(({ name }) => name === tag).map(({ descriptor: { digest }, fullName }) => ({
    digest,
    ...(fullName === undefined ? {} : { name: fullName }),
  }));
  return [...new Map(entries.map((entry) => [`${entry.digest} ${entry.name}`, entry])).values()];
}

function choiceOf({ all = false, filterSemver, filterRegex }: ListFlags): TagChoice {
  return {
    all,
    ...(filterSemver === undefined ? {} : { range: rangeOf(filterSemver) }),
    ...(filterRegex === undefined ? {} : { regexp: regexpOf(filterRegex) }),
  };
}

function rangeOf(text: string): VersionRange {
  checkLength(text, "range");
  try {
    return parseRange(text);
  } catch (cause) {
    throw new UsageError(`Cannot use the range ${JSON.stringify(text)}: write one such as "^1.2" or ">=1.0.0 <3"`, {
      cause,
    });
  }
}

function regexpOf(text: string): RegExp {
  checkLength(text, "regular expression");
  try {
    return new RegExp(text, "u");
  } catch (cause) {
    throw new UsageError(
      `Cannot use the regular expression ${JSON.stringify(text)}: ${cause instanceof Error ? cause.message : cause}`,
      { cause },
    );
  }
}

function checkLength(text: string, what: string): void {
  if (text.length <= EXPRESSION_LIMIT) return;
  throw new UsageError(`Cannot use a ${what} of ${text.length} characters: ${EXPRESSION_LIMIT} are the limit`);
}

/** `latest` does not count: it is a version that has a name of its own. */
function limited(tags: readonly string[], limit: number): readonly string[] {
  if (limit === 0) return tags;
  return tags.slice(0, limit + (tags[0] === "latest" ? 1 : 0));
}

interface Found {
  readonly tags: readonly string[];
  readonly chosen: readonly string[];
  readonly shown: readonly string[];
  /** Those that were shown if they pointed to something. */
  readonly lost: readonly string[];
  readonly isFiltered: boolean;
}

function say({ tags, chosen, shown, lost, isFiltered }: Found, log: Log): void {
  const count = (names: readonly string[]): number => names.filter((name) => name !== "latest").length;
  if (lost.length > 0) {
    const more = lost.length > SHOWN ? ` and ${lost.length - SHOWN} more` : "";
    log.warn(`Left out, because their manifests are not there: ${lost.slice(0, SHOWN).join(", ")}${more}`);
  }
  if (shown.length < chosen.length) log.info(`showing ${count(shown)} of ${count(chosen)} versions`);
  if (chosen.length > 0 || tags.length === 0) return;
  const there = `There ${tags.length === 1 ? "is" : "are"} ${counted(tags.length, "tag")}`;
  log.info(isFiltered ? `${there}, and none is asked for` : `${there}, and none is a version: --all shows the others`);
}

function versionTable(versions: readonly ListedVersion[]): string {
  const hasNames = versions.some(({ name }) => name !== undefined);
  const names = (name: string | undefined): readonly string[] => hasNames ? [name ?? ""] : [];
  return table([
    ["VERSION", "DIGEST", ...names("NAME")],
    ...versions.map(({ version, digest, name }) => [version, digest, ...names(name)]),
  ]);
}
