import { CREATED_ANNOTATION, REVISION_ANNOTATION, SOURCE_ANNOTATION } from "../oci/annotation_keys.ts";
import type { Digest } from "../oci/digest.ts";
import { refNameOf } from "../layout/entry.ts";
import type { ListedManifest } from "../layout/layout.ts";
import { artifactTypeOf, manifestParts, parseManifest } from "../oci/parse_manifest.ts";
import { type Reference, withoutScheme } from "../oci/reference.ts";
import { OptionsError } from "../options/options_error.ts";
import { type OpenedLayout, openReader, parsePlace } from "../places/open_store.ts";
import { RegistryError } from "../registry/http/registry_error.ts";
import type { StoreReader } from "../store/store.ts";
import { counted, shortList } from "../work/amounts.ts";
import type { Context, Log } from "../work/context.ts";
import { inParallel } from "../work/together.ts";
import { chosenTags, type TagSelection } from "../store/chosen_tags.ts";
import { rangeOf, regexpOf } from "./list/expressions.ts";
import { knownRepositories } from "./known_repositories.ts";
import { type Session, withSession } from "./session.ts";
import type { VerbOptions } from "./verb_options.ts";
import { messageOf } from "../work/message_of.ts";

/** Which versions to list. */
export interface ListOptions extends VerbOptions {
  /** The repository or the layout, without a tag and a digest. */
  readonly source: string;
  /** Whether tags are listed as well that are no versions. */
  readonly all?: boolean;
  /** Only versions in this range, such as `^1.2` or `>=1.0.0 <3`. */
  readonly filterSemver?: string;
  /** Only tags in which this regular expression finds something, be they versions or not. */
  readonly filterRegex?: string;
  /** No more than so many; 0, and nothing at all, stand for all of them. */
  readonly limit?: number;
  /** Whether each manifest is read as well, for what it says of itself. */
  readonly wide?: boolean;
}

/** One version, as `gantry list -o json` prints a list of them. */
export interface ListedVersion {
  /** The place without scheme, tag and digest. */
  readonly repository: string;
  /** The tag; absent for what a layout lists without one. */
  readonly version?: string;
  /** The digest of its manifest. */
  readonly digest: Digest;
  /** `HOST/REPOSITORY:TAG`, or what else the entry of a layout is called. */
  readonly name?: string;
  /** What its manifest says; only where that was asked for. */
  readonly details?: VersionDetails;
}

/** What a manifest says of itself. */
export interface VersionDetails {
  /** When it was made, RFC 3339. */
  readonly created?: string;
  /** The revision of its source. */
  readonly revision?: string;
  /** The URL of its source. */
  readonly source?: string;
  /** Size of the manifest and everything that it names, in bytes; of an index, of the manifests that it lists. */
  readonly size: number;
  /** The type of the artifact, or else the media type of its config. */
  readonly artifactType?: string;
}

/** How many tags a warning names. */
const SHOWN = 10;
/** Requests for digests are small, so more of them go at a time than blobs. */
const CONCURRENCY = 8;

/**
 * Lists the versions in a repository and their digests, `latest` first and then the highest first. Where no tag is a
 * version, all tags are listed.
 *
 * @throws {OptionsError} When the options make no sense.
 * @throws {NotFoundError} When there is no such layout.
 * @throws {RegistryError} When a registry refuses.
 */
export async function list(options: ListOptions): Promise<readonly ListedVersion[]> {
  const { source } = options;
  const selection = selectionOf(options);
  const place = parsePlace(source);
  if (place.tag !== undefined || place.digest !== undefined) {
    throw new OptionsError(`Cannot list ${JSON.stringify(source)}: name the repository without a tag or a digest`);
  }
  return await withSession(options, { places: [place], concurrency: CONCURRENCY }, async (session) => {
    const { access, context, concurrency } = session;
    const { store: opened, layout } = await openReader(place, access);
    await using store = opened;
    const choice = choose(await tagsOf(store, place, session), selection, options.limit);
    const repository = withoutScheme(store.url);
    const listed = await layout?.listed(context);
    const nameless = choice.isFiltered ? [] : await withoutTag(layout, context);
    const found = await inParallel(choice.shown, concurrency, async (tag): Promise<readonly ListedVersion[]> => {
      if (listed !== undefined) return inLayout(listed, tag).map((each) => ({ repository, version: tag, ...each }));
      const digest = (await store.resolve(tag, context))?.digest;
      // A tag can be gone between the list and the question.
      return digest === undefined ? [] : [{ repository, version: tag, digest }];
    });
    // A list of tags stays one where there are some.
    const shownNameless = choice.chosen.length > 0 ? [] : nameless.map((each) => ({ repository, ...each }));
    const all: readonly ListedVersion[] = [...found.flat(), ...shownNameless];
    sayChosen(choice, all, session);
    if (selection.all && choice.chosen.length > 0) sayNameless(nameless, context.log);
    const unusable = await layout?.unusable(context) ?? [];
    if (unusable.length > 0) {
      context.log.warn(`Left out, because the layout does not say their type and size: ${named(unusable)}`);
    }
    if (!options.wide) return all;
    return await inParallel(all, concurrency, async (version): Promise<ListedVersion> => {
      const details = await detailsOf(store, version.digest, context);
      return details === undefined ? version : { ...version, details };
    });
  });
}

function selectionOf({ all = false, filterSemver, filterRegex }: ListOptions): TagSelection {
  return {
    all,
    ...(filterSemver === undefined ? {} : { range: rangeOf(filterSemver) }),
    ...(filterRegex === undefined ? {} : { regexp: regexpOf(filterRegex) }),
  };
}

/** What of the tags is shown, and why. */
interface Choice {
  /** All that there are. */
  readonly tags: readonly string[];
  /** Those that are meant. */
  readonly chosen: readonly string[];
  /** As many of them as were asked for. */
  readonly shown: readonly string[];
  readonly isFiltered: boolean;
  /** Whether all were chosen because none is a version. */
  readonly isWhole: boolean;
}

function choose(tags: readonly string[], selection: TagSelection, limit = 0): Choice {
  const isFiltered = selection.range !== undefined || selection.regexp !== undefined;
  const versions = chosenTags(tags, selection);
  // Where nobody tags versions, other tags are what there is to see.
  const isWhole = !isFiltered && !selection.all && !versions.some((tag) => tag !== "latest");
  const chosen = isWhole ? chosenTags(tags, ANY_TAG) : versions;
  return { tags, chosen, shown: limited(chosen, limit), isFiltered, isWhole };
}

/** Every tag but those in which tools keep signatures and lists. */
const ANY_TAG: TagSelection = { all: false, regexp: /(?:)/u };

/** `latest` does not count: it is a version that has a name of its own. */
function limited(tags: readonly string[], limit: number): readonly string[] {
  if (limit === 0) return tags;
  return tags.slice(0, limit + (tags[0] === "latest" ? 1 : 0));
}

/** A name under which there are repositories looks like one, and what is there is more use than that it is none. */
async function tagsOf(store: StoreReader, place: Reference, session: Session): Promise<readonly string[]> {
  try {
    return await Array.fromAsync(store.tags(session.context));
  } catch (error) {
    if (place.kind !== "registry" || !(error instanceof RegistryError) || error.status !== 404) throw error;
    const { host, repository } = place;
    const below = (await knownRepositories(host, session))?.filter((name) => name.startsWith(`${repository}/`)) ?? [];
    if (below.length === 0) throw error;
    throw new Error(`Cannot list ${store.url}: it is no repository, and below it there are ${named(below)}`, {
      cause: error,
    });
  }
}

/** What a manifest says; a malformed one hides no other. */
async function detailsOf(store: StoreReader, digest: Digest, context: Context): Promise<VersionDetails | undefined> {
  const stored = await store.fetchManifest(digest, context);
  if (stored === undefined) return undefined;
  let manifest;
  try {
    manifest = parseManifest(stored.bytes, stored.descriptor);
  } catch (error) {
    context.log.warn(messageOf(error));
    return undefined;
  }
  const { [CREATED_ANNOTATION]: created, [REVISION_ANNOTATION]: revision, [SOURCE_ANNOTATION]: source } =
    manifest.annotations ?? {};
  const type = artifactTypeOf(manifest);
  return {
    ...(created === undefined ? {} : { created }),
    ...(revision === undefined ? {} : { revision }),
    ...(source === undefined ? {} : { source }),
    size: manifestParts(manifest).reduce((sum, { size }) => sum + size, stored.descriptor.size),
    ...(type === undefined ? {} : { artifactType: type }),
  };
}

/** A tag of several repositories stands in a layout several times. */
function inLayout(listed: readonly ListedManifest[], tag: string): readonly Pick<ListedVersion, "digest" | "name">[] {
  return distinct(
    listed.filter((each) => each.tag === tag).map(({ descriptor: { digest }, fullName }) => ({
      digest,
      ...(fullName === undefined ? {} : { name: fullName }),
    })),
  );
}

/** Artifacts that a layout lists without a tag, as `crane` and `skopeo` may leave them. */
async function withoutTag(
  layout: OpenedLayout<StoreReader> | undefined,
  context: Context,
): Promise<readonly Pick<ListedVersion, "digest" | "name">[]> {
  const artifacts = await layout?.artifacts(context) ?? [];
  return distinct(
    artifacts.filter(({ tag }) => tag === undefined).map(({ entry, descriptor: { digest }, fullName }) => {
      const name = fullName ?? refNameOf(entry);
      return { digest, ...(name === undefined ? {} : { name }) };
    }),
  );
}

function distinct<Row extends Pick<ListedVersion, "digest" | "name">>(rows: readonly Row[]): readonly Row[] {
  return [...new Map(rows.map((row) => [`${row.digest} ${row.name}`, row])).values()];
}

function sayChosen(
  { tags, chosen, shown, isFiltered, isWhole }: Choice,
  versions: readonly ListedVersion[],
  { context: { log }, spell }: Session,
): void {
  const there = new Set(versions.map(({ version }) => version));
  const lost = shown.filter((tag) => !there.has(tag));
  if (lost.length > 0) log.warn(`Left out, because their manifests are not there: ${named(lost)}`);
  const count = (names: readonly string[]): number => names.filter((name) => name !== "latest").length;
  if (shown.length < chosen.length) log.info(`showing ${count(shown)} of ${count(chosen)} versions`);
  if (tags.length === 0) return;
  const all = `There ${tags.length === 1 ? "is" : "are"} ${counted(tags.length, "tag")}`;
  if (chosen.length === 0) {
    log.info(
      isFiltered ? `${all}, and none is asked for` : `${all}, and none is a version: ${spell("all")} shows the others`,
    );
  } else if (isWhole && count(chosen) > 0) log.info("None of the tags is a version: all of them are shown");
}

function sayNameless(nameless: readonly Pick<ListedVersion, "digest">[], log: Log): void {
  if (nameless.length === 0) return;
  const digests = named(nameless.map(({ digest }) => digest));
  log.info(`Without a tag there ${nameless.length === 1 ? "is" : "are"} also ${digests}`);
}

function named(names: readonly string[]): string {
  return shortList(names, SHOWN);
}
