import type { Profile } from "./profile.ts";

/**
 * Every profile: a row each, in the order in which they are asked whether a source is theirs. A profile is loaded when
 * something is published; the command line needs only the names.
 */
const ROWS = {
  generic: async (): Promise<Profile> => (await import("./generic.ts")).GENERIC_PROFILE,
  helm: async (): Promise<Profile> => (await import("./helm.ts")).HELM_PROFILE,
  timoni: async (): Promise<Profile> => (await import("./timoni.ts")).TIMONI_PROFILE,
  opa: async (): Promise<Profile> => (await import("./opa.ts")).OPA_PROFILE,
  conftest: async (): Promise<Profile> => (await import("./conftest.ts")).CONFTEST_PROFILE,
  cue: async (): Promise<Profile> => (await import("./cue.ts")).CUE_PROFILE,
  opentofu: async (): Promise<Profile> => (await import("./opentofu.ts")).OPENTOFU_PROFILE,
  compose: async (): Promise<Profile> => (await import("./compose.ts")).COMPOSE_PROFILE,
  flux: async (): Promise<Profile> => (await import("./flux.ts")).FLUX_PROFILE,
  image: async (): Promise<Profile> => (await import("./image.ts")).IMAGE_PROFILE,
  files: async (): Promise<Profile> => (await import("./files.ts")).FILES_PROFILE,
} as const;

/** The name of a profile, as people write it. */
export type ProfileName = keyof typeof ROWS;

/** The names of all profiles, as people write them. */
export const PROFILE_NAMES = Object.keys(ROWS) as readonly ProfileName[];

/** All profiles by name. */
export type Profiles = Readonly<Record<ProfileName, Profile>>;

/** Loads every profile. */
export async function loadProfiles(): Promise<Profiles> {
  const loaded = await Promise.all(PROFILE_NAMES.map(async (name) => [name, await ROWS[name]()] as const));
  return Object.fromEntries(loaded) as Profiles;
}

/** Tells whether there is a profile of a name. */
export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(ROWS, name);
}
