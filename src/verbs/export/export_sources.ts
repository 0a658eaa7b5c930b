import { basename, resolve } from "node:path";
import { bundledNames } from "../../bundle/bundle.ts";
import { bundledArtifact } from "../../bundle/bundled_artifact.ts";
import { describedReaders } from "../../bundle/described_readers.ts";
import { readBundle } from "../../layout/bundle/read_bundle.ts";
import type { LayoutPlace, ListedManifest } from "../../layout/layout.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import { isOrigin, parseFullName } from "../../oci/origin.ts";
import {
  formatReference,
  formatRepository,
  type LayoutReference,
  type Reference,
  withoutScheme,
} from "../../oci/reference.ts";
import type { ArtifactGraph } from "../../store/graph.ts";
import type { StoreReader } from "../../store/store.ts";
import type { Context } from "../../work/context.ts";
import { inParallel } from "../../work/together.ts";
import { meantName, parsePlace, storeAt } from "../../places/open_store.ts";
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
  const stores = new Map<string, Source>();
  const descriptions = new Map<string, Described | undefined>();
  const found = new Map<string, ExportSource>();
  const gaps: string[] = [];
  const asked: {
    readonly reference: Reference;
    readonly name: string;
    readonly place: string;
    readonly store: Source;
  }[] = [];
  for (const text of texts) {
    const reference = parsePlace(text);
    const place = formatRepository(reference);
    const store: Source = stores.get(place) ?? opened.use(await sourceAt(reference, access));
    if (!stores.has(place)) {
      gaps.push(...await lostIn(store, context));
      descriptions.set(place, await describedIn(store, context));
    }
    stores.set(place, store);
    const named = reference.digest ?? reference.tag;
    const name = named ?? await meantName({ store, ...(isLayout(store) ? { layout: store } : {}) }, context);
    asked.push({ reference, name, place, store });
  }
  const roots = await inParallel(asked, concurrency, ({ store, name }) => store.resolve(name, context));
  for (const [at, { reference, name, place, store }] of asked.entries()) {
    const root = roots[at];
    if (root === undefined) {
      gaps.push(`there is no ${place}${isDigest(name) ? "@" : ":"}${name}`);
      continue;
    }
    const tag = reference.tag ?? (isDigest(name) ? undefined : name);
    const described = descriptions.get(place)?.artifacts(root, tag) ?? [];
    const origins = described.length > 0
      ? described
      : (await originsOf(root, { reference, tag, store }, context)).map((origin) => ({ origin, store }));
    for (const { origin, store } of origins) {
      const key = `${origin}@${root.digest}`;
      const before = found.get(key) ?? { origin, store, root, tags: [] };
      found.set(key, { ...before, tags: [...new Set([...before.tags, ...tag === undefined ? [] : [tag]])] });
    }
  }
  return { sources: [...found.values()], gaps };
}

/** Where an artifact is from, of which no description of a bundle knows. */
async function originsOf(
  root: Descriptor,
  { reference, tag, store }: {
    readonly reference: Reference;
    readonly tag: string | undefined;
    readonly store: Source;
  },
  context: Context,
): Promise<readonly string[]> {
  switch (reference.kind) {
    case "registry":
      return [withoutScheme(formatRepository(reference))];
    case "oci-layout":
    case "oci-archive":
      return originsIn(await store.listed?.(context) ?? [], root, { reference, tag });
  }
}

/** Only a layout can say where something was before. */
type Source = StoreReader & Partial<Pick<LayoutPlace, "listed" | "artifacts" | "unusable">>;

async function sourceAt(reference: Reference, access: Session["access"]): Promise<Source> {
  const { store, layout } = await storeAt(reference, { access, right: "pull" });
  return layout ?? store;
}

function isLayout(store: Source): store is StoreReader & Pick<LayoutPlace, "listed" | "artifacts" | "unusable"> {
  return store.listed !== undefined;
}

/** What the description of a bundle knows of a manifest. */
interface Described {
  artifacts(root: Descriptor, tag: string | undefined): readonly Pick<ExportSource, "origin" | "store">[];
}

async function describedIn(store: Source, context: Context): Promise<Described | undefined> {
  const { listed } = store;
  const bundle = listed && await readBundle({ ...store, listed }, context);
  if (bundle === undefined) return undefined;
  const readerOf = describedReaders(store, bundle.description);
  const byDigest = Map.groupBy(bundle.description.artifacts, ({ digest }) => digest);
  return {
    artifacts: ({ digest }, tag) =>
      (byDigest.get(digest) ?? []).filter(({ tags }) => tag === undefined || tags.includes(tag))
        .map((artifact) => ({ origin: artifact.origin, store: readerOf(artifact) })),
  };
}

/** What a layout lists and does not hold may be a signature of anything: nobody can see any more what it refers to. */
async function lostIn(store: Source, context: Context): Promise<readonly string[]> {
  const listed = await store.listed?.(context) ?? [];
  const lost = await inParallel(listed, 4, async ({ descriptor }) => {
    return await store.exists(descriptor, context)
      ? []
      : [`${store.url}@${descriptor.digest} is listed, and is not there`];
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
  return origins.length === 0 ? [originOf(reference)] : [...new Set(origins)];
}

/**
 * The name of a layout as that of a repository.
 *
 * @throws {OptionsError} When it cannot be one.
 */
export function originOf(reference: LayoutReference): string {
  const name = basename(resolve(reference.path)).toLowerCase().replace(/\.(?:tar(?:\.(?:gz|zst))?|tgz)$/, "");
  if (isOrigin(name)) return name;
  throw new OptionsError(
    `Cannot use ${formatReference(reference)}: it does not say which repository it comes from, and ${
      JSON.stringify(name)
    } cannot be the name of one; use the reference of the registry`,
  );
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
