import type { HashedFile } from "../../extract/hash_artifact.ts";
import { createDigester } from "../../oci/digest.ts";
import type { ImageManifest } from "../../oci/parse_manifest.ts";
import { collect } from "../../pipeline/collect.ts";
import type { Entry } from "../../pipeline/entry.ts";
import { filter } from "../../pipeline/filter.ts";
import { stageRunner } from "../../pipeline/flow.ts";
import type { Pipeline } from "../../pipeline/publish.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import type { Context } from "../../work/context.ts";
import { inParallel } from "../../work/together.ts";
import { loadProfiles, PROFILE_NAMES, type ProfileName } from "../../profiles/profiles.ts";
import { findConfig } from "../config/find_config.ts";
import type { ReadingSession } from "../places/session.ts";
import { buildPipeline } from "../publish/build_pipeline.ts";
import { type ChosenProfile, detectProfile, namedProfile } from "../publish/profiles.ts";
import { resolveSettings, type Settings } from "../publish/settings.ts";
import { sourceDate } from "../publish/source_date.ts";
import { pluginHost } from "../publish/stages/plugin_host.ts";
import { isOwnArchive, readArchive, withArchive, withIgnores } from "../publish/stages/read_archive.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { DiffFlags } from "./commands.ts";

/** What a directory is compared with, and how. */
export interface DiffDirectoryOptions {
  readonly flags: DiffFlags;
  /** What it is compared with, when that is an artifact: its profile is taken. */
  readonly other?: ImageManifest;
  /** The size of the largest file that can be read again, in bytes. */
  readonly keepLimit: number;
}

/**
 * Reads what a push of a directory would publish.
 *
 * @returns Its files, by path.
 * @throws {UsageError} When there is no such directory.
 */
export async function diffDirectory(
  path: string,
  { flags, other, keepLimit }: DiffDirectoryOptions,
  { context, concurrency }: ReadingSession,
  world: World,
): Promise<ReadonlyMap<string, HashedFile>> {
  await checkDirectory(path);
  const found = await findConfig({
    source: path,
    ...(flags.config === undefined ? {} : { explicit: flags.config }),
    readEnv: world.declaredEnv,
  });
  if (found !== undefined && flags.config === undefined) context.log.info(`Configuration: ${found.path}`);
  const asked = found && await readArchive(found, flags);
  const settings = withIgnores(resolveSettings([path], flags, found && withArchive(found, asked)), found);
  const chosen = flags.profile ?? found?.config.profile ?? asked?.profile ?? await profileOf(other) ?? "auto";
  const profile = chosen === "auto" ? await detectProfile(path) : await namedProfile(chosen, asked?.place);
  const { log } = context;
  const now = found?.config.pipeline === undefined ? undefined : await sourceDate(settings, world, context);
  const host = pluginHost(world, { mode: "plan", log, sourceDate: now });
  const isOwn = found !== undefined && isOwnArchive(found);
  const { pipeline } = await buildPipeline(settings, profile, { flags, found, world, log, host });
  const selected = await entriesOf(path, pipeline, context);
  const entries = isOwn ? selected : await arranged(selected, settings, profile, context);
  const files = entries.filter(({ kind }) => kind === "file");
  return new Map(
    await inParallel(files, concurrency, async (entry) => {
      return [entry.path, await hashEntry(entry, keepLimit, context)] as const;
    }),
  );
}

/** What would be packed: after the filters, and after the steps between them and the archive. */
async function entriesOf(
  location: string,
  { collect: collectors, filter: filters, custom = {} }: Pipeline,
  context: Context,
): Promise<readonly Entry[]> {
  const run = stageRunner(custom, context);
  const collected = await run("collect", { location }, collect(collectors));
  let selected = await run("filter", collected, filter(filters));
  for (const step of custom.before?.archive ?? []) selected = await step.run(selected, context);
  return selected.entries;
}

/** As they would be in the artifact. What could not be packed is compared as it lies there. */
async function arranged(
  entries: readonly Entry[],
  choice: Settings,
  { name, facts }: ChosenProfile,
  context: Context,
): Promise<readonly Entry[]> {
  try {
    return await facts.arrange?.(entries, choice, context) ?? entries;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    context.log.warn(`The directory is compared as it is, because profile ${name} could not pack it: ${error.message}`);
    return entries;
  }
}

async function hashEntry(entry: Entry, keepLimit: number, { signal }: Context): Promise<HashedFile> {
  const digester = createDigester();
  for await (const piece of entry.open()) {
    signal.throwIfAborted();
    digester.update(piece);
  }
  const { size } = digester;
  return {
    kind: "file",
    executable: entry.executable,
    digest: digester.digest(),
    size,
    ...(size <= keepLimit ? { open: () => entry.open() } : {}),
  };
}

async function checkDirectory(path: string): Promise<void> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (found?.isDirectory) return;
  throw new UsageError(
    `Cannot compare ${
      JSON.stringify(path)
    }: it is no directory, and no reference that begins with oci://, oci-layout: or oci-archive:`,
  );
}

/** Which profile has made an artifact. What is of no kind that gantry knows may be anything. */
async function profileOf(manifest: ImageManifest | undefined): Promise<ProfileName | undefined> {
  if (manifest === undefined) return undefined;
  const profiles = await loadProfiles();
  const { config, layers } = manifest;
  return PROFILE_NAMES.find((name) => {
    const { configMediaType, layerMediaTypes } = profiles[name];
    return configMediaType === config.mediaType &&
      (layerMediaTypes === undefined || layers.every(({ mediaType }) => layerMediaTypes.includes(mediaType)));
  }) ?? "generic";
}
