import { NotFoundError, type StoreReader } from "../../store/store.ts";
import { type ImageManifest, parseManifest } from "../../oci/parse_manifest.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { compareSemVer, parseSemVer } from "../../oci/semver.ts";
import { isPreRelease } from "../../oci/version.ts";
import { OptionsError } from "../../options/options_error.ts";
import { tagNames, tagsOfTarget } from "../../pipeline/tag.ts";
import type { Artifact } from "../../pipeline/values.ts";
import { storeAt } from "../../places/open_store.ts";
import type { Profile } from "../../profiles/profile.ts";
import { RegistryError } from "../../registry/http/registry_error.ts";
import type { Context } from "../../work/context.ts";
import type { OpenPublication } from "../publish/open_publication.ts";
import { contentDifference } from "./content_difference.ts";

/** What a target holds already. */
export interface Unchanged {
  /** The target without tag and digest. */
  readonly url: string;
  /** The tag that holds it. */
  readonly tag: string;
  readonly descriptor: Descriptor;
  readonly manifest: ImageManifest;
}

/**
 * Finds out whether every target holds the content of an artifact already: under the tag that was named, or else under
 * the latest version where a version is published, or else under each of the tags that would be set. What is not there
 * has changed. Nothing is written.
 *
 * @returns What each target holds, in their order; `undefined` when something of it has changed in one of them.
 * @throws {OptionsError} When there is nothing to compare with. Nothing was contacted.
 */
export async function findUnchanged(
  artifact: Artifact,
  { settings, pipeline, access, context }: OpenPublication,
): Promise<readonly Unchanged[] | undefined> {
  const { targets, version, ifChangedFrom, spell, profile } = settings;
  const names = await tagNames(pipeline.tag, artifact, context);
  // Targets of plugins stand behind those that are named, and cannot be read.
  const plugin = pipeline.upload[targets.length];
  if (plugin !== undefined) {
    throw new OptionsError(
      `Cannot tell whether ${plugin.url} has changed: a plugin publishes to it, and reads nothing`,
    );
  }
  const wanted = pipeline.upload.map((target) => {
    const tags = tagsOfTarget(target, names).map(({ name }) => name);
    if (ifChangedFrom === undefined && version === undefined && tags.length === 0) {
      throw new OptionsError(
        `Cannot tell whether ${target.url} has changed: there is no version and no tag to compare with, ` +
          `give one with ${spell("version")}, ${spell("tags")} or ${spell("ifChangedFrom")}`,
      );
    }
    return tags;
  });
  const found: Unchanged[] = [];
  for (const [at, reference] of targets.entries()) {
    const { store } = await storeAt(reference, { access, right: "pull" });
    await using reader: StoreReader = store;
    const tags = ifChangedFrom !== undefined
      ? [ifChangedFrom]
      : version !== undefined
      ? await latestVersion(reader, { version, profile: profile.facts }, context)
      : wanted[at] ?? [];
    const holds = await holding(reader, tags, { artifact, profile: profile.facts, context });
    if (holds === undefined) return undefined;
    found.push(holds);
  }
  return found;
}

interface Comparing {
  readonly artifact: Artifact;
  readonly profile: Profile;
  readonly context: Context;
}

/** What all of the tags hold, if it is the artifact's content. */
async function holding(
  store: StoreReader,
  tags: readonly string[],
  { artifact, profile, context }: Comparing,
): Promise<Unchanged | undefined> {
  let first: Unchanged | undefined;
  for (const tag of tags) {
    const found = await lookAt(tag);
    if (typeof found === "string") {
      context.log.info(`Changed: ${store.url}:${tag} ${found}`);
      return undefined;
    }
    first ??= found;
  }
  if (first === undefined) context.log.info(`Changed: there is no version in ${store.url} yet`);
  return first;

  /** What a tag holds, or how it differs. */
  async function lookAt(tag: string): Promise<Unchanged | string> {
    const stored = await store.fetchManifest(tag, context);
    if (stored === undefined) return "is not there";
    const { descriptor } = stored;
    const manifest = parseManifest(stored.bytes, descriptor);
    if (manifest.kind === "index") return "is an index";
    const difference = await contentDifference(artifact, { store, descriptor, manifest }, { profile, context });
    return difference === undefined ? { url: store.url, tag, descriptor, manifest } : `differs in ${difference}`;
  }
}

/**
 * The tag of the highest version. A release is compared with releases only: that a pre-release holds the same is no
 * reason not to release it.
 */
async function latestVersion(
  store: StoreReader,
  { version, profile: { tagOf = asItIs } }: { readonly version: string; readonly profile: Profile },
  context: Context,
): Promise<readonly string[]> {
  const versions = (await tagsIn(store, context)).flatMap((tag) => {
    const parsed = parseSemVer(tag.replace("_", "+"));
    // Somebody else's way to write a version is not the one that this profile's consumers look for.
    const written = parsed && [parsed.version, ...parsed.build.length === 0 ? [] : [parsed.build.join(".")]].join("+");
    return parsed === undefined || written === undefined || tagOf(written) !== tag ? [] : [{ tag, parsed }];
  });
  const rivals = isPreRelease(version) ? versions : versions.filter(({ parsed }) => parsed.prerelease.length === 0);
  const [highest] = rivals.toSorted((a, b) => compareSemVer(b.parsed, a.parsed));
  return highest === undefined ? [] : [highest.tag];
}

function asItIs(version: string): string {
  return version;
}

/** A place that is not there yet has none. Some registries answer 403 for a repository that is not there. */
async function tagsIn(store: StoreReader, context: Context): Promise<readonly string[]> {
  try {
    return await Array.fromAsync(store.tags(context));
  } catch (error) {
    if (error instanceof NotFoundError) return [];
    if (!(error instanceof RegistryError) || error.status !== 403 && error.status !== 404) throw error;
    if (error.status === 403) context.log.warn(`Taken for changed: ${error.message}`);
    return [];
  }
}
