import { VERSION_ANNOTATION } from "../oci/annotation_keys.ts";
import type { Digest } from "../oci/digest.ts";
import { withoutScheme } from "../oci/reference.ts";
import { isVersion } from "../oci/version.ts";
import { OptionsError } from "../options/options_error.ts";
import { type CustomStep, withStep } from "../pipeline/flow.ts";
import { type Pipeline, planArtifact, publishArtifact } from "../pipeline/publish.ts";
import { tagNames, tagsOfTarget } from "../pipeline/tag.ts";
import type { Artifact, Publication } from "../pipeline/values.ts";
import { sayDone } from "../work/context.ts";
import { consumersOf } from "./judging/consumers_of.ts";
import { refuseRefused } from "./judging/refuse_refused.ts";
import type { ConfiguredOptions, PublishOptions } from "./publish/publish_options.ts";
import type { Settings } from "./publish/settings.ts";
import type { Unchanged } from "./push/find_unchanged.ts";
import { type OpenPublication, openPublication, warnOfGaps } from "./publish/open_publication.ts";

/** What was published, as `gantry push -o json` prints it. */
export interface PushResult {
  /** The first target with the digest, `oci://HOST/REPOSITORY@sha256:…`; empty when every target was skipped. */
  readonly url: string;
  /** The first target without scheme, tag and digest. */
  readonly repository: string;
  /** The first tag of the first target; absent when there is none. */
  readonly tag?: string;
  /** The digest of the manifest. */
  readonly digest: Digest;
  /** The version, where one is known. */
  readonly version?: string;
  /** Whether anything was published, where that was left to whether something has changed. */
  readonly changed?: boolean;
  /** The media type of the manifest. */
  readonly mediaType: string;
  /** Size of the manifest and everything that it names, in bytes. */
  readonly size: number;
  /** Which shape it has. */
  readonly profile: string;
  /** Annotations of the manifest. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The manifests that refer to it and were brought with it, such as signatures; absent when there are none. */
  readonly referrers?: readonly Digest[];
  /** The tags made of its digest that were written, such as `sha256-….sig`; absent when there are none. */
  readonly companions?: readonly string[];
  /** Without those whose plugin skipped the upload. */
  readonly targets: readonly PushedTarget[];
}

/** One target of a {@linkcode PushResult}. */
export interface PushedTarget {
  /** The target with the digest. */
  readonly url: string;
  /** The same without scheme, tag and digest. */
  readonly repository: string;
  /** The tags that point to the manifest there. */
  readonly tags: readonly string[];
  /** The digest of the manifest. */
  readonly digest: Digest;
  /** How many blobs and manifests were sent. */
  readonly uploaded: number;
  /** How many were there already. */
  readonly existing: number;
  /** Bytes of content sent, retries included. */
  readonly bytesSent: number;
}

/**
 * Packs a source and publishes it to every target. No tag points to it anywhere before all of it is everywhere.
 *
 * @throws {OptionsError} When an option makes no sense. Nothing was contacted.
 * @throws {StageError} Says in which stage it failed.
 */
export async function push(options: PublishOptions): Promise<PushResult> {
  return await pushConfigured(options);
}

/** The same, with what the command line knows besides. */
export async function pushConfigured(options: ConfiguredOptions): Promise<PushResult> {
  await using opened = await openPublication(options, "run");
  const { pipeline, settings, context } = opened;
  if (pipeline.upload.length === 0) {
    throw new OptionsError("There is no target: name one, such as oci://HOST/REPOSITORY or oci-layout:PATH");
  }
  refuseUnusedTag(settings);
  const named = settings.profile.facts.needsTag ? withNamesNeeded(pipeline, settings) : pipeline;
  const whole = refuseRefused(named, await consumersOf(settings.consumers), settings);
  const { ifChanged } = settings;
  const artifact = await planArtifact({ location: settings.source }, whole, context);
  if (ifChanged) {
    const { findUnchanged } = await import("./push/find_unchanged.ts");
    const unchanged = await findUnchanged(artifact, opened);
    if (unchanged !== undefined) return unchangedResult(unchanged, opened);
  }
  const publication = await publishArtifact(artifact, whole, context);
  warnOfGaps(opened, publication);
  const result = { ...pushResult(publication, settings), ...(ifChanged ? { changed: true } : {}) };
  if (result.targets.length === 0) {
    throw new Error("Nothing was published: the plugins of all targets had nothing to do");
  }
  sayTags(result, opened);
  warnOfMoved(publication, opened);
  sayVersion(publication, opened);
  return result;
}

function refuseUnusedTag({ ifChanged, wanted, spell }: Settings): void {
  if (ifChanged || wanted.last("ifChangedFrom")?.from.by !== "caller") return;
  throw new OptionsError(`Cannot use ${spell("ifChangedFrom")} without ${spell("ifChanged")}: nothing is compared`);
}

/** Who finds artifacts by their tags alone could never use one that has none. */
function withNamesNeeded(pipeline: Pipeline, { spell, profile }: Settings): Pipeline {
  const { isFindable } = profile.facts;
  const check: CustomStep<Artifact> = {
    name: "names",
    async run(artifact, context): Promise<Artifact> {
      const names = await tagNames(pipeline.tag, artifact, context);
      const unnamed = pipeline.upload.find((target) =>
        !tagsOfTarget(target, names).some(({ name }) => isFindable === undefined || isFindable(name))
      );
      if (unnamed === undefined) return artifact;
      const orTag = isFindable === undefined ? `, or another tag with ${spell("tags")}` : "";
      throw new OptionsError(
        `Cannot publish to ${unnamed.url} without a name: who uses what profile ${profile.name} makes finds it by its ` +
          `version, give one with ${spell("version")}${orTag}`,
      );
    },
  };
  return { ...pipeline, custom: withStep(pipeline.custom ?? {}, { after: "annotate", step: check }) };
}

function pushResult(publication: Publication, settings: Settings): PushResult {
  const { archive, manifest, referrers, companions } = publication;
  const { digest, mediaType } = manifest.descriptor;
  const published = publication.published.filter(({ isSkipped }) => !isSkipped);
  const targets = published.map(({ url, tags, uploaded, existing, bytesSent }): PushedTarget => ({
    url: `${url}@${digest}`,
    repository: withoutScheme(url),
    tags: tags.map(({ tag }) => tag),
    digest,
    uploaded: uploaded.length,
    existing: existing.length,
    bytesSent,
  }));
  const [first] = targets;
  const tag = first?.tags[0];
  const version = settings.version ?? publication.annotations[VERSION_ANNOTATION]?.value;
  return {
    url: first?.url ?? "",
    repository: first?.repository ?? "",
    ...(tag === undefined ? {} : { tag }),
    digest,
    ...(version === undefined ? {} : { version }),
    mediaType,
    size: [manifest, archive.config, ...archive.layers].reduce((sum, { descriptor }) => sum + descriptor.size, 0),
    profile: archive.profile,
    annotations: Object.fromEntries(
      Object.entries(publication.annotations).map(([key, { value }]) => [key, value]),
    ),
    ...(referrers === undefined ? {} : { referrers: referrers.map(({ digest }) => digest) }),
    ...(companions === undefined ? {} : { companions }),
    targets,
  };
}

/** What is there already, as if it had been published. */
function unchangedResult(
  unchanged: readonly Unchanged[],
  { settings: { profile, sign }, context: { log } }: OpenPublication,
): PushResult {
  // Whoever begins to sign must not believe that what was there already is signed.
  const left = sign.length === 0 ? "published" : "published, and nothing is signed";
  const targets = unchanged.map(({ url, tag, descriptor: { digest } }): PushedTarget => {
    log.info(`Unchanged: ${url}:${tag} holds the same content, so nothing is ${left}`);
    return {
      url: `${url}@${digest}`,
      repository: withoutScheme(url),
      tags: [tag],
      digest,
      uploaded: 0,
      existing: 0,
      bytesSent: 0,
    };
  });
  const [first] = unchanged;
  if (first === undefined) throw new TypeError("Cannot say what is unchanged: there is no target");
  const { url, tag, descriptor, manifest: { annotations = {}, config, layers } } = first;
  const version = annotations[VERSION_ANNOTATION];
  return {
    url: `${url}@${descriptor.digest}`,
    repository: withoutScheme(url),
    tag,
    digest: descriptor.digest,
    ...(version === undefined ? {} : { version }),
    changed: false,
    mediaType: descriptor.mediaType,
    size: [descriptor, config, ...layers].reduce((sum, { size }) => sum + size, 0),
    profile: profile.name,
    annotations,
    targets,
  };
}

function sayTags(result: PushResult, { settings: { spell }, context: { log }, pipeline }: OpenPublication): void {
  for (const { url, digest, tags, uploaded, existing } of result.targets) {
    const target = pipeline.upload.find((each) => `${each.url}@${digest}` === url);
    if (tags.length === 0 && target?.ownDigest === undefined) {
      const ways = `${spell("version")} or ${spell("tags")}`;
      log.warn(`Nothing names what is published in ${target?.url ?? url}: ${ways} gives it a name`);
    }
    const names = tags.length === 0 ? "no tag, by digest only" : `tagged ${tags.join(", ")}`;
    sayDone(log, `Published ${url}: ${names}, ${uploaded} sent, ${existing} there already`);
  }
}

/** Whoever writes a version as a mere tag may believe that it stays where it is. */
function warnOfMoved({ manifest, published }: Publication, { settings, context: { log } }: OpenPublication): void {
  const { spell, version, immutable } = settings;
  if (immutable) return;
  const named = new Set([...settings.tags, ...settings.targets.flatMap(({ tag }) => tag ?? [])]);
  for (const { url, tags } of published) {
    for (const { tag, from } of tags) {
      if (from === undefined || from === manifest.descriptor.digest) continue;
      if (tag === version || !named.has(tag) || !isVersion(tag.replace(/^v/, ""))) continue;
      log.warn(
        `Moved the tag ${JSON.stringify(tag)} of ${url}, which pointed to ${from}: ${
          spell("version")
        } gives a version ` +
          `that never moves, and with ${spell("immutable")} no tag does`,
      );
    }
  }
}

/** A version that a plugin has found is a tag only where the pipeline says so. */
function sayVersion(
  { annotations, published }: Publication,
  { settings, context: { log } }: OpenPublication,
): void {
  const found = annotations[VERSION_ANNOTATION];
  if (found === undefined || VERSION_ANNOTATION in settings.annotations || !isVersion(found.value)) return;
  if (published.some(({ tags }) => tags.some(({ tag }) => tag === found.value))) return;
  log.info(
    `The version ${found.value}, which ${found.from} gives, is no tag: "version" in the list "tag" of the pipeline makes it one`,
  );
}
