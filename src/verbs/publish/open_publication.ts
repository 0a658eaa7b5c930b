import {
  BASE_DIGEST_ANNOTATION,
  BASE_NAME_ANNOTATION,
  REVISION_ANNOTATION,
  SOURCE_ANNOTATION,
  VERSION_ANNOTATION,
} from "../../oci/annotation_keys.ts";
import { parsePlatform, USUAL_PLATFORM } from "../../oci/platform.ts";
import { formatReference, localPath, withoutScheme } from "../../oci/reference.ts";
import { openBase, type OpenedBase } from "./open_base.ts";
import { VERSION } from "../../host/version.ts";
import type { PublishingName } from "../../options/publishing.ts";
import { type CustomStep, withStep } from "../../pipeline/flow.ts";
import type { Host } from "../../pipeline/host.ts";
import type { Pipeline } from "../../pipeline/publish.ts";
import type { Artifact, Selected } from "../../pipeline/values.ts";
import { type Context, SILENT_LOG } from "../../work/context.ts";
import type { RegistryAccess } from "../../places/registry_access.ts";
import { openSession } from "../session.ts";
import { buildPipeline } from "./build_pipeline.ts";
import { profileLine } from "./choose_profile.ts";
import { withIdentity } from "./identity.ts";
import { challengesIn } from "./known_challenges.ts";
import { thisMachine } from "./machine.ts";
import type { ConfiguredOptions } from "./publish_options.ts";
import { type Settings, settingsOf } from "./settings.ts";
import { ignoreFileCheck } from "./ignore_file_check.ts";
import { sourceCheck } from "./source_check.ts";
import type { MadePlugin } from "./stages/make_plugins.ts";

/** Everything that a verb which runs the pipeline works with. */
export interface OpenPublication {
  readonly settings: Settings;
  readonly pipeline: Pipeline;
  /** Every plugin of the pipeline, and who decided it. */
  readonly plugins: readonly MadePlugin[];
  readonly context: Context;
  /** The way to the targets. */
  readonly access: RegistryAccess;
}

/** Finds out what is wanted, and puts the pipeline together. All that is open is closed when it is disposed of. */
export async function openPublication(
  options: ConfiguredOptions,
  mode: Host["mode"],
): Promise<OpenPublication & AsyncDisposable> {
  const { log = SILENT_LOG, machine = thisMachine() } = options;
  const said = await settingsOf(options);
  const wanted = await withIdentity(said);
  const { concurrency, retries, timeout } = wanted;
  const places = [...wanted.targets, ...(wanted.base === undefined ? [] : [wanted.base])];
  await using opened = new AsyncDisposableStack();
  const challenges = wanted.cache && wanted.cacheDirectory !== undefined
    ? challengesIn(wanted.cacheDirectory, { version: VERSION, log })
    : undefined;
  const session = opened.use(await openSession({ ...options, concurrency, retries, timeout }, { places, challenges }));
  const { access, context } = session;
  const base = await baseOf(wanted, { access, context });
  if (base !== undefined) opened.use(base);
  const settings = base === undefined ? wanted : withBase(wanted, base);
  const { pipeline, plugins } = await buildPipeline(settings, { machine, context, mode, access, base });
  const all = opened.move();
  return {
    settings,
    pipeline: withChoicesSaid(withSourceCheck(pipeline, settings), settings),
    plugins,
    context,
    access,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Opens the image that an image is built on, where one was named and the profile makes images. */
async function baseOf(
  { base, platform = USUAL_PLATFORM, profile, written }: Settings,
  means: { readonly access: RegistryAccess; readonly context: Context },
): Promise<OpenedBase | undefined> {
  // Where there is no use for it, the profile refuses it.
  if (base === undefined || written.packsItself || !profile.facts.takes.includes("base")) return undefined;
  return await openBase(base, { ...means, platform: parsePlatform(platform) });
}

/** What an image is built on stands in its annotations, unless somebody says something else there. */
function withBase(settings: Settings, { reference, digest }: OpenedBase): Settings {
  const from = settings.spell("base");
  // The path of a layout means nothing elsewhere, and would be another one on another machine.
  const name = localPath(reference) === undefined
    ? { [BASE_NAME_ANNOTATION]: { value: withoutScheme(formatReference(reference)), from } }
    : {};
  const known = { ...name, [BASE_DIGEST_ANNOTATION]: { value: digest, from } };
  return { ...settings, annotations: { ...known, ...settings.annotations } };
}

/**
 * Says what was chosen once it is known what will be packed: where the source or an option is wrong, that alone is
 * said.
 */
function withChoicesSaid(pipeline: Pipeline, { profile, compression, spell }: Settings): Pipeline {
  const step: CustomStep<Selected> = {
    name: "choices",
    run(selected, { log }): Promise<Selected> {
      if (profile.isDetected) log.info(profileLine(profile, spell));
      if (compression.kind === "zstd") {
        log.warn("The digest may change with a new version of gantry: what zstd writes differs between versions");
      }
      return Promise.resolve(selected);
    },
  };
  return { ...pipeline, custom: withStep(pipeline.custom ?? {}, { after: "filter", step, isFirst: true }) };
}

/** What a plugin of the user's own packs is the plugin's business. */
function withSourceCheck(pipeline: Pipeline, settings: Settings): Pipeline {
  if (settings.written.packsItself) return pipeline;
  const looking = withStep(pipeline.custom ?? {}, { after: "collect", step: sourceCheck(settings), isFirst: true });
  // What patterns leave out is no part of what is published.
  const custom = withStep(looking, { after: "filter", step: ignoreFileCheck(settings), isFirst: true });
  return { ...pipeline, custom };
}

/** Says which annotations are missing that the consumers of a profile expect. */
export function warnOfGaps({ settings, context: { log } }: OpenPublication, artifact: Artifact): void {
  const source = artifact.annotations[SOURCE_ANNOTATION];
  if (source !== undefined && !/^[a-z][a-z0-9+.-]*:\/\//i.test(source.value)) {
    log.warn(`The source ${JSON.stringify(source.value)} (${source.from}) is no URL that others can open`);
  }
  const { profile } = settings;
  const missing = profile.facts.expects.filter((name) => !(GAPS[name].key in artifact.annotations));
  if (missing.length === 0) return;
  log.warn(
    `No ${missing.join(" and no ")} found, and ${profile.name} shows ${missing.length === 1 ? "it" : "them"}: pass ${
      missing.map((name) => settings.spell(GAPS[name].option)).join(" and ")
    }`,
  );
  if (settings.source === "-") log.debug("Standard input has no repository of its own: git was read where gantry runs");
}

/** What profiles expect: which annotation it is, and which option gives it. */
const GAPS = {
  source: { key: SOURCE_ANNOTATION, option: "sourceUrl" },
  revision: { key: REVISION_ANNOTATION, option: "revision" },
  version: { key: VERSION_ANNOTATION, option: "version" },
} as const satisfies Record<string, { readonly key: string; readonly option: PublishingName }>;
