import { VERSION_ANNOTATION } from "../../oci/annotation_keys.ts";
import { formatReference, formatRepository, parseReference, type Reference } from "../../oci/reference.ts";
import { isPreRelease, parseVersion } from "../../oci/version.ts";
import { OptionsError } from "../../options/options_error.ts";
import type { ChosenProfile } from "./choose_profile.ts";
import type { Settings } from "./settings.ts";
import { sourceView } from "./source_view.ts";
import { messageOf } from "../../work/message_of.ts";

/**
 * Adds to the settings what the source itself says, where the profile's sources do: its version, unless another one was
 * given, and its name, which the repositories end in.
 *
 * @throws {SourceError} When the source does not say it as its ecosystem has it.
 * @throws {OptionsError} When it does not go together with what was given.
 */
export async function withIdentity(settings: Settings, { name, facts }: ChosenProfile): Promise<Settings> {
  const identity = await facts.identify?.(await sourceView(settings.source), settings);
  if (identity === undefined) return checkedVersion(settings);
  const { version: own, from, isFixed } = identity;
  const targets = distinct(settings.targets.map((target) => endingIn(identity.name, target)));
  if (own === undefined) return checkedVersion({ ...settings, targets });
  const { version = own, annotations } = settings;
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
        `the version that profile ${name} publishes is ${version}, and ${settings.spell("version")} says another`,
    );
  }
  return checkLatest({
    ...settings,
    version,
    ...(settings.version === undefined ? { versionFrom: from } : {}),
    annotations: { ...annotations, [VERSION_ANNOTATION]: said ?? { value: version, from } },
    targets,
  });
}

/**
 * Checks the version that was given, where a version is a tag as it is, and so has no build metadata.
 *
 * @throws {OptionsError} Says what is wrong with it, or why it cannot be the latest.
 */
export function checkedVersion(settings: Settings): Settings {
  const { version } = settings;
  try {
    if (version !== undefined) parseVersion(version);
  } catch (cause) {
    throw new OptionsError(messageOf(cause), { cause });
  }
  return checkLatest(settings);
}

function checkLatest(settings: Settings): Settings {
  const { latest, version } = settings;
  if (!latest) return settings;
  if (version === undefined) {
    throw new OptionsError('Cannot tag "latest" without a version: give a version, or the tag "latest" itself');
  }
  if (!isPreRelease(version)) return settings;
  throw new OptionsError(
    `Cannot tag the pre-release ${version} as "latest": say it aloud with the tag "latest" if that is meant`,
  );
}

/** Two ways to name one repository are one target twice. */
function distinct(targets: readonly Reference[]): readonly Reference[] {
  const seen = new Set<string>();
  for (const target of targets) {
    const place = formatReference(target);
    if (seen.has(place)) throw new OptionsError(`The target ${formatRepository(target)} is named twice`);
    seen.add(place);
  }
  return targets;
}

function endingIn(name: string, target: Reference): Reference {
  if (target.kind !== "registry" || `/${target.repository}`.endsWith(`/${name}`)) return target;
  const { host, repository } = target;
  try {
    const named = parseReference(`oci://${host}/${repository}/${name}`);
    if (named.kind === "registry") return { ...target, repository: named.repository };
    throw new TypeError("it is no repository of a registry");
  } catch (cause) {
    throw new OptionsError(
      `Cannot publish ${JSON.stringify(name)} to oci://${host}/${repository}: its name is what the ` +
        "repository ends in, which takes lower-case letters, digits and single separators between them",
      { cause },
    );
  }
}
