import { join } from "node:path";
import type { Profile } from "../../profiles/profile.ts";
import type { Spell } from "./publish_options.ts";
import { loadProfiles, PROFILE_NAMES, type ProfileName } from "../../profiles/profiles.ts";

/** Which profile it is, and why. */
export interface ChosenProfile {
  readonly name: ProfileName;
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

/** Takes the profile that was asked for by name. */
export async function namedProfile(name: ProfileName, because = "asked for"): Promise<ChosenProfile> {
  const profiles = await loadProfiles();
  return { name, because, facts: profiles[name] };
}

/**
 * Chooses a profile by what lies in a source directory.
 *
 * @param source The source as it was written; anything but a directory is `generic`.
 */
export async function detectProfile(source: string): Promise<ChosenProfile> {
  const profiles = await loadProfiles();
  const signs = PROFILE_NAMES.flatMap((name) => profiles[name].signs.map((file) => ({ name, file })));
  const found = source === "-" || await isFile(source)
    ? { name: "generic" as const, because: "the source is no directory" }
    : await signed(source, signs) ??
      { name: "generic" as const, because: `there is no ${signs.map(({ file }) => file).join(" and no ")}` };
  return { ...found, isDetected: true, facts: profiles[found.name] };
}

async function signed(
  directory: string,
  signs: readonly { readonly name: ProfileName; readonly file: string }[],
): Promise<{ readonly name: ProfileName; readonly because: string } | undefined> {
  for (const { name, file } of signs) {
    if (await isFile(join(directory, file))) return { name, because: `there is a ${file}` };
  }
  return undefined;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    // A source that cannot be read is reported by the collector, with its reason.
    return false;
  }
}
