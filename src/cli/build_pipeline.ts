import type { Reference } from "../oci/reference.ts";
import type { Log } from "../pipeline/context.ts";
import type { Host } from "../pipeline/host.ts";
import { ownReference } from "../pipeline/own_reference.ts";
import { pluginTarget } from "../pipeline/plugin_target.ts";
import type { Pipeline } from "../pipeline/publish.ts";
import type { ReadyPlugin } from "../pipeline/ready_plugin.ts";
import type { Target } from "../pipeline/target.ts";
import { env } from "../plugins/annotate/env.ts";
import { git } from "../plugins/annotate/git.ts";
import { staticAnnotations } from "../plugins/annotate/static.ts";
import { layoutArchive } from "../plugins/layout/layout_archive_target.ts";
import { layoutDirectory } from "../plugins/layout/layout_target.ts";
import { latest } from "../plugins/tag/latest.ts";
import { staticTags } from "../plugins/tag/static.ts";
import { version } from "../plugins/tag/version.ts";
import { collectorFor, sourceDirectory } from "./collector_for.ts";
import type { ChosenProfile } from "./detect_profile.ts";
import { ignoringFor } from "./ignoring_for.ts";
import { type PrepareBuiltIn, prepareBuiltIn } from "./prepare_built_in.ts";
import { PROFILES } from "./profiles.ts";
import { readEvent } from "./read_event.ts";
import type { RegistryAccess } from "./registry_access.ts";
import type { Settings } from "./settings.ts";
import type { World } from "./world.ts";

/** What the pipeline is made with, beyond what the user wants. */
export interface Means {
  readonly world: World;
  readonly log: Log;
  readonly access: RegistryAccess;
  readonly host: Host;
}

/** Puts the built-in plugins together as the settings say. */
export async function buildPipeline(
  settings: Settings,
  chosen: ChosenProfile,
  { world, log, access, host }: Means,
): Promise<Pipeline> {
  const prepare = prepareBuiltIn(host);
  const { archive, revision } = PROFILES[chosen.name];
  const { prune, filters } = await ignoringFor(settings, chosen.name, log);
  const { compression, artifactType } = settings;
  return {
    collect: [await collectorFor(settings, { world, prune, prepare })],
    filter: await filters(prepare),
    archive: await archive(prepare, { compression, ...(artifactType === undefined ? {} : { artifactType }) }),
    annotate: [
      await prepare(staticAnnotations({ given: settings.annotations }), {}),
      await prepare(env({ readEvent }), { revision }),
      await prepare(git({ directory: await sourceDirectory(settings.source) }), { revision }),
    ],
    upload: await Promise.all(
      settings.targets.map((reference) => targetFor(reference, settings, { access, prepare })),
    ),
    tag: await taggersFor(settings, prepare),
  };
}

async function targetFor(
  reference: Reference,
  { immutable, force, concurrency }: Settings,
  { access, prepare }: { readonly access: RegistryAccess; readonly prepare: PrepareBuiltIn },
): Promise<Target> {
  // A tag that a target's own reference asks for is as immutable as the others.
  return pluginTarget(await plugin(), ownReference(reference, { immutable: immutable && !force }));

  async function plugin(): Promise<ReadyPlugin<"upload">> {
    switch (reference.kind) {
      case "registry":
        return await prepare(access.target(reference), { concurrency });
      case "oci-layout":
        return await prepare(layoutDirectory({ reference }), {});
      case "oci-archive":
        return await prepare(layoutArchive({ reference }), {});
    }
  }
}

async function taggersFor(settings: Settings, prepare: PrepareBuiltIn): Promise<readonly ReadyPlugin<"tag">[]> {
  const immutable = settings.immutable && !settings.force;
  return [
    await prepare(version(settings), { immutable: !settings.force }),
    await prepare(staticTags(), { tags: settings.tags, immutable }),
    ...(settings.latest ? [await prepare(latest(settings), { immutable })] : []),
  ];
}
