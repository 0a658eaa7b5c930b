/** The names of the profiles, as people write them. */
export const PROFILE_NAMES = ["generic", "flux", "timoni", "image"] as const;

/** The name of a profile. */
export type ProfileName = typeof PROFILE_NAMES[number];
