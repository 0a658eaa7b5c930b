import type { StageName } from "../../../pipeline/stage_error.ts";
import { env } from "../../../plugins/annotate/env.ts";
import { git } from "../../../plugins/annotate/git.ts";
import { readEvent } from "../../../plugins/annotate/read_event.ts";
import { staticAnnotations } from "../../../plugins/annotate/static.ts";
import { directory } from "../../../plugins/collect/directory.ts";
import { file } from "../../../plugins/collect/file.ts";
import { stdin } from "../../../plugins/collect/stdin.ts";
import { tar } from "../../../plugins/collect/tar.ts";
import { ignore } from "../../../plugins/filter/ignore.ts";
import { latest } from "../../../plugins/tag/latest.ts";
import { staticTags } from "../../../plugins/tag/static.ts";
import { version } from "../../../plugins/tag/version.ts";
import type { BUILT_IN_NAMES, ProfileName } from "../../built_in_names.ts";
import type { World } from "../../world.ts";
import type { PublishFlags } from "../commands.ts";
import { PROFILES } from "../profiles.ts";
import type { Settings } from "../settings.ts";
import type { BuiltIn } from "./stage_entry.ts";

/** What built-in plugins are made with. */
export interface BuiltInMeans {
  readonly settings: Settings;
  readonly flags: PublishFlags;
  readonly profile: ProfileName;
  /** Where git is looked for. */
  readonly directory: string;
  readonly world: Pick<World, "stdin">;
  readonly prune: (path: string) => boolean;
}

/** Makes a built-in plugin of each name. */
export type BuiltIns = {
  readonly [S in Exclude<StageName, "upload">]: { readonly [N in typeof BUILT_IN_NAMES[S][number]]: () => BuiltIn };
};

/**
 * The built-in plugins by stage and name, with what settings and flags say about them. Those of upload are made for
 * each target.
 */
export function builtIns({ settings, flags, profile, directory: where, world, prune }: BuiltInMeans): BuiltIns {
  const { symlinks, stdinName, force, source } = settings;
  const links = { options: { symlinks }, flags: given({ symlinks: flags.symlinks }) };
  const immutable = settings.immutable && !force;
  const forced = force ? { flags: { immutable: false } } : {};
  const revision = { options: { revision: PROFILES[profile].revision } };
  return {
    collect: {
      directory: () => ({ factory: directory({ prune }), ...links }),
      file: () => ({ factory: file(), options: {} }),
      stdin: () => ({
        factory: stdin({ read: world.stdin }),
        options: { name: stdinName },
        flags: given({ name: flags.stdinName }),
      }),
      tar: () => ({ factory: source === "-" ? tar({ open: world.stdin }) : tar(), ...links }),
    },
    filter: { ignore: () => ({ factory: ignore(), options: { patterns: [] } }) },
    archive: {
      generic: () => archive("generic"),
      flux: () => archive("flux"),
      timoni: () => archive("timoni"),
      image: () => archive("image"),
    },
    annotate: {
      static: () => ({ factory: staticAnnotations(), options: {} }),
      env: () => ({ factory: env({ readEvent, directory: where }), ...revision }),
      git: () => ({ factory: git({ directory: where }), ...revision }),
    },
    tag: {
      version: () => ({ factory: version(settings), options: { immutable: !force }, ...forced }),
      static: () => ({ factory: staticTags(), options: { immutable }, ...forced }),
      latest: () => ({ factory: latest(settings), options: { immutable }, ...forced }),
    },
  };

  function archive(name: ProfileName): BuiltIn {
    const { compression, artifactType } = settings;
    const made = PROFILES[name].archive({ compression, ...(artifactType === undefined ? {} : { artifactType }) });
    const { options } = made;
    const said = {
      compression: flags.compression,
      compressionLevel: flags.compressionLevel,
      artifactType: flags.artifactType,
    };
    return { ...made, flags: Object.fromEntries(Object.entries(options).filter(([key]) => key in given(said))) };
  }
}

function given(options: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
