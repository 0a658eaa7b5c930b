import { REVISION_ANNOTATION, SOURCE_ANNOTATION, VERSION_ANNOTATION } from "../../oci/annotation_keys.ts";
import type { Host } from "../../pipeline/host.ts";
import type { Pipeline } from "../../pipeline/publish.ts";
import type { Artifact } from "../../pipeline/values.ts";
import { createScratch } from "../../system/scratch.ts";
import type { Context, Log } from "../../work/context.ts";
import { findConfig, type FoundConfig } from "../config/find_config.ts";
import { createLog } from "../output/log.ts";
import { createProgress } from "../output/progress.ts";
import { createRegistryAccess } from "../places/access.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import { buildPipeline, type BuiltPipeline } from "./build_pipeline.ts";
import { sourceDirectory } from "./collector_for.ts";
import type { PublishFlags } from "./commands.ts";
import { type ChosenProfile, detectProfile, namedProfile, profileLine } from "./profiles.ts";
import { checkedVersion, withIdentity } from "./identity.ts";
import { resolveSettings, type Settings, splitArguments } from "./settings.ts";
import { sourceCheck } from "./source_check.ts";
import { sourceDate } from "./source_date.ts";
import type { MadePlugin } from "./stages/make_plugins.ts";
import { pluginHost } from "./stages/plugin_host.ts";
import { type AskedArchive, isOwnArchive, readArchive, withArchive, withIgnores } from "./stages/read_archive.ts";

/** Everything that a command which runs the pipeline works with. */
export interface PublishSession {
  readonly settings: Settings;
  readonly profile: ChosenProfile;
  readonly pipeline: Pipeline;
  /** Every plugin of the pipeline, and who decided it. */
  readonly plugins: readonly MadePlugin[];
  readonly context: Context;
  readonly log: Log;
}

/** Reads settings, puts the pipeline together, lets a command use it, and cleans up after it. */
export async function withPublishSession<T>(
  args: readonly string[],
  flags: PublishFlags,
  { world, mode }: { readonly world: World; readonly mode: Host["mode"] },
  use: (session: PublishSession) => Promise<T>,
): Promise<T> {
  const log = createLog(world, flags.quiet ? "quiet" : flags.verbose ? "verbose" : "normal");
  const found = await readConfig(args, flags, { world, log });
  const asked = found && await readArchive(found, flags);
  const given = withIgnores(resolveSettings(args, flags, found && withArchive(found, asked)), found);
  if (flags.passwordStdin && given.source === "-") {
    throw new UsageError("Cannot read both the password and the source from standard input");
  }
  const profile = await chooseProfile(given, asked, log);
  // What a plugin of the user's own packs may be anything.
  const isOwn = found !== undefined && isOwnArchive(found);
  const settings = isOwn ? checkedVersion(given) : await withIdentity(given, profile);
  warnOfCompression(settings, log);
  const progress = createProgress(world);
  const access = await createRegistryAccess(flags, settings, { world, log });
  const scratch = createScratch();
  const report = flags.quiet ? (): void => {} : progress.update;
  const context: Context = { signal: world.signal, log, scratch, progress: report };
  try {
    // Only images and plugins of the user's own ask for it, and to know it takes a look at git.
    const isAsked = profile.facts.usesTime || found?.config.pipeline !== undefined;
    const now = isAsked ? await sourceDate(settings, world, context) : undefined;
    const host = pluginHost(world, { mode, log, sourceDate: now });
    const built = await buildPipeline(settings, profile, { flags, found, world, log, access, host });
    const pipeline = await withSourceCheck(built, settings, profile);
    return await use({ settings, profile, ...built, pipeline, log, context });
  } finally {
    progress.clear();
    access.close();
    await scratch.close();
  }
}

/** Looks at the source first of all. What a plugin of the user's own packs is the plugin's business. */
async function withSourceCheck(
  { pipeline, plugins }: BuiltPipeline,
  settings: Settings,
  profile: ChosenProfile,
): Promise<Pipeline> {
  const isOwn = plugins.some(({ entry: { stage, builtIn } }) => stage === "archive" && builtIn === undefined);
  if (isOwn) return pipeline;
  const { source } = settings;
  const isDirectory = source !== "-" && await sourceDirectory(source) === source;
  const { before, after } = pipeline.custom ?? {};
  const check = sourceCheck({ ...settings, profile, isDirectory });
  return {
    ...pipeline,
    custom: { ...(before && { before }), after: { ...after, collect: [check, ...after?.collect ?? []] } },
  };
}

/** Says which annotations are missing that the consumers of a profile expect. */
export function warnOfGaps({ settings, profile, log }: PublishSession, artifact: Artifact): void {
  const keys = { source: SOURCE_ANNOTATION, revision: REVISION_ANNOTATION, version: VERSION_ANNOTATION };
  const source = artifact.annotations[SOURCE_ANNOTATION];
  if (source !== undefined && !/^[a-z][a-z0-9+.-]*:\/\//i.test(source.value)) {
    log.warn(`The source ${JSON.stringify(source.value)} (${source.from}) is no URL: nobody can follow it`);
  }
  const missing = profile.facts.expects.filter((name) => !(keys[name] in artifact.annotations));
  if (missing.length === 0) return;
  log.warn(
    `The ${missing.join(" and the ")} ${missing.length === 1 ? "is" : "are"} not known, ` +
      `and ${profile.name} shows ${missing.length === 1 ? "it" : "them"}: pass ${
        missing.map((name) => `--${name}`).join(" and ")
      }`,
  );
  if (settings.source === "-") log.debug("Standard input has no repository of its own: git was read where gantry runs");
}

function warnOfCompression({ compression }: Settings, log: Log): void {
  if (compression.kind === "gzip" && compression.level !== 9) {
    log.warn(`The digest holds on this kind of processor only: gzip level ${compression.level} is not the same on all`);
  }
  if (compression.kind === "zstd") {
    log.warn("The digest holds with this version of gantry only: zstd changes its bytes");
  }
}

async function readConfig(
  args: readonly string[],
  flags: PublishFlags,
  { world, log }: { readonly world: World; readonly log: Log },
): Promise<FoundConfig | undefined> {
  const { source } = splitArguments(args);
  const found = await findConfig({
    ...(source === undefined ? {} : { source: await sourceDirectory(source) }),
    ...(flags.config === undefined ? {} : { explicit: flags.config }),
    readEnv: world.declaredEnv,
  });
  // Whoever can change that file decides what is published where: nobody should wonder which file it was.
  if (found !== undefined && flags.config === undefined) log.info(`Configuration: ${found.path}`);
  return found;
}

async function chooseProfile(
  { profile, source }: Settings,
  asked: AskedArchive | undefined,
  log: Log,
): Promise<ChosenProfile> {
  if (profile === asked?.profile) return await namedProfile(asked.profile, asked.place);
  if (profile !== "auto") return await namedProfile(profile);
  const chosen = await detectProfile(source);
  log.info(profileLine(chosen));
  return chosen;
}
