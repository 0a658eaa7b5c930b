import { mismatch } from "../../options/kind.ts";
import type { Option } from "../../options/option.ts";
import { OptionsError } from "../../options/options_error.ts";
import { PUBLISHING, type Publishing, type PublishingName } from "../../options/publishing.ts";
import type { OptionLayer, Wanted } from "../../options/wanted.ts";
import { isProfileName, loadProfiles, type ProfileName } from "../../profiles/profiles.ts";
import type { Positions } from "./publish_options.ts";
import type { WrittenEntry } from "./stages/stage_entry.ts";
import type { WrittenPipeline } from "./stages/written_entries.ts";

/**
 * Reads what the lists of plugins say of the artifact as a whole: which profile packs it and how, and the patterns of
 * the first `ignore`, which the walk of a directory must know too. What another plugin is told is between it and its
 * own entry.
 *
 * @param said What the fields of the configuration and the caller say.
 * @throws {OptionsError} When the list and the field `profile` contradict each other.
 */
export async function listLayer(
  written: WrittenPipeline,
  said: readonly OptionLayer[],
  positions: Positions,
): Promise<readonly OptionLayer[]> {
  const ignore = written.stages.filter?.find(({ spec }) => spec === "ignore");
  const packing = written.stages.archive?.[0];
  return [
    ...(ignore === undefined ? [] : [layerOf(ignore, optionsIn(ignore, "filter/ignore."))]),
    ...(packing === undefined ? [] : await packingLayer(packing, said, positions)),
  ];
}

/** A built-in plugin that packs says the profile too, unless the caller wants another. */
async function packingLayer(
  entry: WrittenEntry,
  said: readonly OptionLayer[],
  positions: Positions,
): Promise<readonly OptionLayer[]> {
  const { spec, path } = entry;
  const [caller, field] = (["caller", "configuration"] as const).map((by) => profileBy(said, by));
  if (!isProfileName(spec) || caller !== undefined && caller !== spec) return [];
  if (field !== undefined && field !== spec) {
    const message = `is ${JSON.stringify(spec)}, and "profile" is ${JSON.stringify(field)}`;
    const problems = positions.problems([{ path, message }]);
    throw new OptionsError(problems.join("\n"), { problems });
  }
  const options = optionsIn(entry, "archive/*.");
  const { compressionLevel } = options;
  // What is out of range is reported by the plugin's own schema.
  const isLevel = compressionLevel === undefined || compressionLevel <= await mostOf(spec);
  const { compressionLevel: _, ...others } = options;
  return [layerOf(entry, { ...(isLevel ? options : others), profile: spec })];
}

/** Which profile somebody asks for by its name. */
function profileBy(said: readonly OptionLayer[], by: OptionLayer["by"]): string | undefined {
  const profile = said.find((layer) => layer.by === by && layer.values.profile !== undefined)?.values.profile;
  return profile === "auto" ? undefined : profile;
}

async function mostOf(profile: ProfileName): Promise<number> {
  return (await loadProfiles())[profile].compressions.includes("zstd") ? 19 : 9;
}

function layerOf({ place }: WrittenEntry, values: Publishing): OptionLayer {
  return { by: "list", values, origin: () => ({ name: place, place }) };
}

const ROWS = Object.entries(PUBLISHING) as readonly [PublishingName, Option][];

/** What an entry says, in the words of the options. What is of another kind is reported by the plugin's own schema. */
function optionsIn({ options = {} }: WrittenEntry, prefix: "filter/ignore." | "archive/*."): Publishing {
  const values = ROWS.flatMap(([name, { kind, plugins = [] }]) => {
    const own = plugins.find((plugin) => plugin.startsWith(prefix))?.slice(prefix.length);
    const value = own === undefined ? undefined : options[own];
    return value === undefined || mismatch(kind, value) !== undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(values);
}

/**
 * Refuses what only a profile knows where the user's own plugin packs.
 *
 * @throws {OptionsError} Names the first such option.
 */
export function refuseUnused(written: WrittenPipeline, wanted: Wanted): void {
  const [entry] = written.stages.archive ?? [];
  if (entry === undefined || !written.packsItself) return;
  const profile = wanted.last("profile");
  const asked = profile?.from.by === "caller" && profile.value !== "auto" ? profile.value : undefined;
  const unused = ROWS.find(([name, { plugins = [] }]) =>
    plugins.some((plugin) => plugin.startsWith("archive/*.")) && wanted.last(name) !== undefined
  );
  const what = asked === undefined ? unused && `"${unused[0]}"` : `profile "${asked}"`;
  if (what === undefined) return;
  throw new OptionsError(
    `Cannot use ${what} together with the archive plugin ${entry.spec} (${entry.place}): it packs by itself`,
  );
}
