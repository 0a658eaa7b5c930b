import type { ImageManifest } from "../../oci/parse_manifest.ts";
import type { Profile, SourceListing } from "../../profiles/profile.ts";
import { didYouMean } from "../../work/nearest_word.ts";
import type { Spell } from "../../options/spell.ts";
import { OptionsError } from "../../options/options_error.ts";
import type { Wanted } from "../../options/wanted.ts";
import type { OwnProfile } from "../../profiles/own/declaration.ts";
import { isProfileName, loadProfiles, PROFILE_NAMES, type ProfileName } from "../../profiles/profiles.ts";
import { sourceListing } from "./source_view.ts";

/** Which profile it is, and why. */
export interface ChosenProfile {
  readonly name: string;
  readonly because: string;
  /** Set when nobody has asked for it by name. */
  readonly isDetected?: boolean;
  /** What its ecosystem expects. */
  readonly facts: Profile;
}

/** Says which profile was chosen, why, and how to choose another. */
export function profileLine({ name, because, isDetected }: ChosenProfile, spell: Spell): string {
  return `Profile ${name}: ${because}${isDetected ? `; choose another with ${spell("profile")}` : ""}`;
}

/** Chooses the profile that is wanted, or else one by what the source holds. */
export async function chooseProfile({ profile, source, wanted, own }: ProfileWish): Promise<ChosenProfile> {
  if (profile === "auto") return await detectProfile(source);
  const listed = wanted.said("profile").find(({ from }) => from.by === "list");
  if (isProfileName(profile)) {
    return await namedProfile(profile, profile === listed?.value ? listed.from.place : undefined);
  }
  const { declared, placeOf } = own;
  const found = Object.hasOwn(declared, profile) ? declared[profile] : undefined;
  if (found === undefined) {
    const names = ["auto", ...PROFILE_NAMES, ...Object.keys(declared)];
    const known = names.map((name) => JSON.stringify(name)).join(", ");
    const meant = didYouMean(profile, names);
    throw new OptionsError(`Cannot use profile ${JSON.stringify(profile)}: it must be one of ${known}${meant}`);
  }
  const { ownProfile } = await import("../../profiles/own_profile.ts");
  const facts = ownProfile({
    name: profile,
    declared: found,
    placeOf: (path) => placeOf(["profiles", profile, ...path]),
  });
  return { name: profile, because: "chosen explicitly", facts };
}

interface ProfileWish {
  readonly profile: string;
  readonly source: string;
  readonly wanted: Wanted;
  readonly own: OwnProfiles;
}

/** The profiles that somebody has declared. */
export interface OwnProfiles {
  readonly declared: Readonly<Record<string, OwnProfile>>;
  /** Where a part of the configuration stands. */
  readonly placeOf: (path: readonly PropertyKey[]) => string;
}

/** Takes the profile that was asked for by name. */
export async function namedProfile(name: ProfileName, because = "chosen explicitly"): Promise<ChosenProfile> {
  const profiles = await loadProfiles();
  return { name, because, facts: profiles[name] };
}

/**
 * Chooses a profile by what a source holds: by a file at the root of a directory, else by what all its files are. Of
 * several profiles the first in the list is taken; a source that is of none is `generic`.
 *
 * @param source The source as it was written.
 */
export async function detectProfile(source: string): Promise<ChosenProfile> {
  const profiles = await loadProfiles();
  const listing = await sourceListing(source);
  for (const name of PROFILE_NAMES) {
    const facts = profiles[name];
    const because = listing && (await signed(facts, listing) ?? await facts.recognizes?.(listing));
    if (because !== undefined) return { name, because, isDetected: true, facts };
  }
  // Who has never heard of the others need not read about what they would look for.
  const because = listing?.kind === "directory" ? "no other fits the source" : "the source is no directory";
  return { name: "generic", because, isDetected: true, facts: profiles.generic };
}

async function signed({ signs }: Profile, { kind, has }: SourceListing): Promise<string | undefined> {
  if (kind !== "directory") return undefined;
  for (const file of signs) {
    if (await has(file)) return `there is a ${file}`;
  }
  return undefined;
}

/** Says which profile has made an artifact. What is of no kind that gantry knows may be anything. */
export async function profileOf(manifest: ImageManifest): Promise<ProfileName> {
  const { config, layers } = manifest;
  const profiles = await loadProfiles();
  return PROFILE_NAMES.find((name) => {
    const { artifactType, configMediaType, layerMediaTypes } = profiles[name];
    if (artifactType !== undefined && artifactType === manifest.artifactType) return true;
    return configMediaType === config.mediaType &&
      (layerMediaTypes === undefined || layers.every(({ mediaType }) => layerMediaTypes.includes(mediaType)));
  }) ?? "generic";
}
