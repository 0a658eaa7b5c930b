import { resolve } from "node:path";
import { VERSION_ANNOTATION } from "../../oci/annotation_keys.ts";
import { withLocalPath, withRepository } from "../../oci/change_reference.ts";
import { formatReference, formatRepository, type Reference } from "../../oci/reference.ts";
import { isPreRelease, parseVersion } from "../../oci/version.ts";
import { OptionsError } from "../../options/options_error.ts";
import type { SourceIdentity } from "../../profiles/profile.ts";
import { messageOf } from "../../work/message_of.ts";
import type { Settings } from "./settings.ts";
import { sourceView } from "./source_view.ts";

/**
 * Adds to the settings what the source itself says, where the profile's sources do: its version, unless another one was
 * given, and its name, which the repositories end in. What is known then is checked: the version, where a version is a
 * tag as it is and so has no build metadata, whether it can be the latest, and that each target is there once.
 *
 * @throws {SourceError} When the source does not say it as its ecosystem has it.
 * @throws {OptionsError} When it does not go together with what was given.
 */
export async function withIdentity(settings: Settings): Promise<Settings> {
  const { profile: { facts }, written: { packsItself }, source } = settings;
  const identity = packsItself ? undefined : await facts.identify?.(await sourceView(source), settings);
  const known = identity === undefined ? settings : identified(settings, identity);
  if (identity?.version === undefined) checkVersion(known);
  checkLatest(known);
  refuseTwice(known.targets);
  return known;
}

function identified(settings: Settings, { name, version: own, from, isFixed }: SourceIdentity): Settings {
  const targets = settings.targets.map((target) => name === undefined ? target : endingIn(name, target));
  if (own === undefined) return { ...settings, targets };
  const { version = own, annotations, profile } = settings;
  if (isFixed && version !== own) {
    throw new OptionsError(
      `Cannot publish version ${version}: the source is packed already, and ${from} says that it is ${own}`,
    );
  }
  if (isFixed && settings.appVersion !== undefined) {
    throw new OptionsError("Cannot set an app version: the source is packed already, and published as it is");
  }
  const said = annotations[VERSION_ANNOTATION];
  if (said !== undefined && said.value !== version) {
    throw new OptionsError(
      `Cannot annotate ${VERSION_ANNOTATION} with ${JSON.stringify(said.value)} (${said.from}): ` +
        `the version that profile ${profile.name} publishes is ${version}, ` +
        `and ${settings.spell("version")} says another`,
    );
  }
  return {
    ...settings,
    version,
    ...(settings.version === undefined ? { versionFrom: from } : {}),
    annotations: { ...annotations, [VERSION_ANNOTATION]: said ?? { value: version, from } },
    targets,
  };
}

function endingIn(name: string, target: Reference): Reference {
  try {
    return withRepository(target, (given) => `/${given}`.endsWith(`/${name}`) ? given : `${given}/${name}`);
  } catch (cause) {
    throw new OptionsError(
      `Cannot publish ${JSON.stringify(name)} to ${formatRepository(target)}: its name is what the ` +
        "repository ends in, which takes lower-case letters, digits and single separators between them",
      { cause },
    );
  }
}

function checkVersion({ version }: Settings): void {
  try {
    if (version !== undefined) parseVersion(version);
  } catch (cause) {
    throw new OptionsError(messageOf(cause), { cause });
  }
}

function checkLatest({ latest, version }: Settings): void {
  if (!latest) return;
  if (version === undefined) {
    throw new OptionsError('Cannot tag "latest" without a version: give a version, or the tag "latest" itself');
  }
  if (!isPreRelease(version)) return;
  throw new OptionsError(
    `Cannot tag the pre-release ${version} as "latest": add the tag "latest" by name if that is meant`,
  );
}

/** Two ways to name one place are one target twice. */
function refuseTwice(targets: readonly Reference[]): void {
  const seen = new Set<string>();
  for (const target of targets) {
    const place = formatReference(withLocalPath(target, (path) => resolve(path)));
    if (seen.has(place)) throw new OptionsError(`The target ${formatReference(target)} is named twice`);
    seen.add(place);
  }
}
