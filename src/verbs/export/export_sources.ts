import { bundledNames } from "../../bundle/bundle.ts";
import { bundledArtifact } from "../../bundle/bundled_artifact.ts";
import { describedReaders } from "../../bundle/described_readers.ts";
import { readBundle } from "../../layout/bundle/read_bundle.ts";
import type { LayoutPlace, ListedManifest } from "../../layout/layout.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import { parseFullName } from "../../oci/origin.ts";
import { formatRepository, type LayoutReference, type Reference, withoutScheme } from "../../oci/reference.ts";
import type { ArtifactGraph } from "../../store/graph.ts";
import type { StoreReader } from "../../store/store.ts";
import type { Context } from "../../work/context.ts";
import { inParallel } from "../../work/together.ts";
import { meantName, parsePlace, storeAt } from "../../places/open_store.ts";
import { layoutOrigin } from "../layout_origin.ts";
import type { Session } from "../session.ts";
import { OptionsError } from "../../options/options_error.ts";

/** An artifact that was asked for. */
export interface ExportSource {
  /** `HOST/REPOSITORY`, or the name of a layout. */
  readonly origin: string;
  readonly store: StoreReader;
  readonly root: Descriptor;
  readonly tags: readonly string[];
}

/** What references lead to. */
export interface FoundSources {
  /** Each artifact of each origin once, with all the tags that were named. */
  readonly sources: readonly ExportSource[];
  /** What is not there. */
  readonly gaps: readonly string[];
}

/**
 * Finds the artifacts that references name. Two references to one repository share a store.
 *
 * @param opened Takes the stores; whoever disposes it closes them.
 */
export async function findSources(
  texts: readonly string[],
  { access, context, concurrency }: Session,
  opened: AsyncDisposableStack,
): Promise<FoundSources> {
  const places = new Map<string, SourcePlace>();
  const found = new Map<string, ExportSource>();
  const gaps: string[] = [];
  const asked: { readonly reference: Reference; readonly place: SourcePlace; readonly name: string }[] = [];
  for (const text of texts) {
    const reference = parsePlace(text);
    const url = formatRepository(reference);
    let place = places.get(url);
    if (place === undefined) {
      const { store, layout } = await storeAt(reference, { access, right: "pull" });
      opened.use(store);
      gaps.push(...await lostIn(layout, context));
      const described = await describedIn(layout, context);
      place = { url, store, ...(layout === undefined ? {} : { layout }), described };
      places.set(url, place);
    }
    asked.push({ reference, place, name: reference.digest ?? reference.tag ?? await meantName(place, context) });
  }
  const roots = await inParallel(asked, concurrency, ({ place, name }) => place.store.resolve(name, context));
  for (const [at, { reference, place, name }] of asked.entries()) {
    const root = roots[at];
    if (root === undefined) {
      gaps.push(`there is no ${place.url}${isDigest(name) ? "@" : ":"}${name}`);
      continue;
    }
    const tag = reference.tag ?? (isDigest(name) ? undefined : name);
    const described = place.described?.(root, tag) ?? [];
    const origins = described.length > 0
      ? described
      : (await originsOf(root, { reference, tag, place }, context)).map((origin) => ({ origin, store: place.store }));
    for (const { origin, store } of origins) {
      const key = `${origin}@${root.digest}`;
      const before = found.get(key) ?? { origin, store, root, tags: [] };
      found.set(key, { ...before, tags: [...new Set([...before.tags, ...tag === undefined ? [] : [tag]])] });
    }
  }
  return { sources: [...found.values()], gaps };
}

/** A place, and what is asked of it once, however many of its artifacts are exported. */
interface SourcePlace {
  /** Without tag and digest. */
  readonly url: string;
  readonly store: StoreReader;
  /** The store, when it is a layout: only that can say where something was before. */
  readonly layout?: LayoutPlace;
  /** Says what its description as a bundle knows of a manifest; absent where there is none. */
  readonly described: Described | undefined;
}

type Described = (root: Descriptor, tag: string | undefined) => readonly Pick<ExportSource, "origin" | "store">[];

/** Where an artifact is from, of which no description of a bundle knows. */
async function originsOf(
  root: Descriptor,
  { reference, tag, place }: {
    readonly reference: Reference;
    readonly tag: string | undefined;
    readonly place: SourcePlace;
  },
  context: Context,
): Promise<readonly string[]> {
  switch (reference.kind) {
    case "registry":
      return [withoutScheme(place.url)];
    case "oci-layout":
    case "oci-archive":
      return originsIn(await place.layout?.listed(context) ?? [], root, { reference, tag });
  }
}

async function describedIn(layout: LayoutPlace | undefined, context: Context): Promise<Described | undefined> {
  const bundle = layout && await readBundle(layout, context);
  if (layout === undefined || bundle === undefined) return undefined;
  const readerOf = describedReaders(layout, bundle.description);
  const byDigest = Map.groupBy(bundle.description.artifacts, ({ digest }) => digest);
  return ({ digest }, tag) =>
    (byDigest.get(digest) ?? []).filter(({ tags }) => tag === undefined || tags.includes(tag))
      .map((artifact) => ({ origin: artifact.origin, store: readerOf(artifact) }));
}

/** What a layout lists and does not hold may be a signature of anything: nobody can see any more what it refers to. */
async function lostIn(layout: LayoutPlace | undefined, context: Context): Promise<readonly string[]> {
  if (layout === undefined) return [];
  const lost = await inParallel(await layout.listed(context) ?? [], 4, async ({ descriptor }) => {
    return await layout.exists(descriptor, context)
      ? []
      : [`${layout.url}@${descriptor.digest} is listed, and is not there`];
  });
  return lost.flat();
}

/** Where the artifact of a layout was before, as far as the layout says it. */
function originsIn(
  listed: readonly ListedManifest[],
  { digest }: Descriptor,
  { reference, tag }: { readonly reference: LayoutReference; readonly tag: string | undefined },
): readonly string[] {
  const named = listed.filter((each) => each.descriptor.digest === digest && (tag === undefined || each.tag === tag));
  const origins = named.flatMap(({ fullName }) => parseFullName(fullName ?? "", digest)?.origin ?? []);
  return origins.length === 0 ? [layoutOrigin(reference)] : [...new Set(origins)];
}

/**
 * Makes sure that no name would stand at two manifests in one bundle: two layouts may be called the same, a tag may be
 * given with two digests, and one may move while it is read.
 *
 * @throws {OptionsError} Names both.
 */
export function checkExportNames(
  artifacts: readonly { readonly source: ExportSource; readonly graph: ArtifactGraph }[],
): void {
  const seen = new Map<string, { readonly digest: Digest; readonly from: string }>();
  for (const { source, graph } of artifacts) {
    const from = `${source.store.url}@${source.root.digest}`;
    for (const { origin, tag, digest } of bundledNames([bundledArtifact(graph, source)])) {
      const name = `${origin}:${tag}`;
      const before = seen.get(name) ?? { digest, from };
      if (before.digest !== digest) {
        throw new OptionsError(
          `Cannot export ${before.from} and ${from} together: ${name} would be ${before.digest} and ${digest}`,
        );
      }
      seen.set(name, before);
    }
  }
}
