import type { Reference } from "../oci/reference.ts";
import type { Log } from "../pipeline/context.ts";
import type { Collector, Tagger, Target } from "../pipeline/plugin.ts";
import type { Pipeline } from "../pipeline/publish.ts";
import { env } from "../plugins/annotate/env.ts";
import { git } from "../plugins/annotate/git.ts";
import { staticAnnotations } from "../plugins/annotate/static.ts";
import { latest } from "../plugins/tag/latest.ts";
import { staticTags } from "../plugins/tag/static.ts";
import { version } from "../plugins/tag/version.ts";
import { layoutArchive } from "../plugins/layout/layout_archive_target.ts";
import { layoutDirectory } from "../plugins/layout/layout_target.ts";
import { ciVariables, readEvent } from "./ci_variables.ts";
import { collectorFor, sourceDirectory } from "./collector_for.ts";
import { ignoringFor } from "./ignoring_for.ts";
import type { ChosenProfile } from "./detect_profile.ts";
import { PROFILES } from "./profiles.ts";
import type { RegistryAccess } from "./registry_access.ts";
import type { Settings } from "./settings.ts";
import type { World } from "./world.ts";

/** What the pipeline is made with, beyond what the user wants. */
export interface Means {
  readonly world: World;
  readonly log: Log;
  readonly access: RegistryAccess;
}

/** Puts the built-in plugins together as the settings say. */
export async function buildPipeline(
  settings: Settings,
  chosen: ChosenProfile,
  means: Means,
): Promise<Pipeline> {
  const profile = PROFILES[chosen.name];
  const ignoring = await ignoringFor(settings, chosen.name, means.log);
  const collect: readonly Collector[] = [await collectorFor(settings, means.world, ignoring.prune)];
  const { compression, artifactType } = settings;
  return {
    collect,
    filter: ignoring.filters,
    archive: profile.archiver({ compression, ...(artifactType === undefined ? {} : { artifactType }) }),
    annotate: [
      staticAnnotations(settings.annotations),
      env({ variables: ciVariables(means.world), readEvent, revision: profile.revision }),
      git({ directory: await sourceDirectory(settings.source), revision: profile.revision }),
    ],
    upload: settings.targets.map((reference) => holding(settings, targetFor(reference, means))),
    tag: taggersFor(settings),
  };
}

function targetFor(reference: Reference, { access }: Means): Target {
  switch (reference.kind) {
    case "registry":
      return access.target(reference);
    case "oci-layout":
      return layoutDirectory({ reference });
    case "oci-archive":
      return layoutArchive({ reference });
  }
}

/** A tag that a target's own reference asks for is as immutable as the others. */
function holding({ immutable, force }: Settings, target: Target): Target {
  if (target.ownTag === undefined || !immutable || force) return target;
  return { ...target, ownTag: { ...target.ownTag, immutable: true } };
}

function taggersFor(settings: Settings): readonly Tagger[] {
  const immutable = settings.immutable && !settings.force;
  return [
    ...(settings.version === undefined ? [] : [version(settings.version, { immutable: !settings.force })]),
    ...(settings.tags.length === 0 ? [] : [staticTags(settings.tags, { immutable })]),
    ...(settings.latest ? [latest({ immutable })] : []),
  ];
}
