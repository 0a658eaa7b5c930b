import type { Stage } from "../pipeline/plugin.ts";
import type { StageName } from "../pipeline/stage_error.ts";

/** The names of the profiles, as people write them. */
export const PROFILE_NAMES = ["generic", "flux", "timoni", "image"] as const;

/** The name of a profile. */
export type ProfileName = typeof PROFILE_NAMES[number];

/** The names of the built-in plugins of each stage, as a configuration has them. */
export const BUILT_IN_NAMES = {
  collect: ["directory", "file", "stdin", "tar"],
  filter: ["ignore"],
  archive: ["generic", "flux", "timoni", "image"],
  annotate: ["static", "env", "git"],
  upload: ["registry", "oci-layout", "oci-archive"],
  tag: ["version", "static", "latest"],
} as const satisfies Record<StageName, readonly string[]>;

/** Whether a stage has a built-in plugin of a name. */
export function isBuiltIn<S extends StageName>(stage: S, name: string): name is typeof BUILT_IN_NAMES[S][number] {
  return (BUILT_IN_NAMES[stage] as readonly string[]).includes(name);
}

/** The stages that have a built-in plugin of a name; none for another name. */
export function stagesOfBuiltIn(name: string): readonly StageName[] {
  return Object.entries(BUILT_IN_NAMES).filter(([, names]) => (names as readonly string[]).includes(name))
    .map(([stage]) => stage as StageName);
}

/** The names that can stand in the list of a stage; none around the stages. */
export function namesOfStage(stage: Stage): readonly string[] {
  return Object.entries(BUILT_IN_NAMES).find(([name]) => name === stage)?.[1] ?? [];
}
