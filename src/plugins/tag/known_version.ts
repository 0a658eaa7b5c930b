import { VERSION_ANNOTATION } from "../../oci/annotation_keys.ts";
import { parseFullVersion, parseVersion } from "../../oci/version.ts";
import type { PluginContext, StageIO } from "../../pipeline/plugin.ts";
import { messageOf } from "../../work/message_of.ts";

/** The version of what is published, and how it becomes a tag. */
export interface VersionMeans {
  /** A checked SemVer version; `undefined` when none was given. */
  readonly version: string | undefined;
  /** How a version is written as a tag; left out where it is one, and then it has no build metadata. */
  readonly tagOf?: (version: string) => string;
}

/**
 * Tells the version to tag with: the one that was given, or else the one that an annotation has.
 *
 * @param context Its log is warned of an annotation that is no version.
 * @returns `undefined` when there is none.
 */
export function knownVersion(
  { version, tagOf }: VersionMeans,
  { annotations }: StageIO["tag"]["in"],
  { log, plugin }: Pick<PluginContext<"tag">, "log" | "plugin">,
): string | undefined {
  const found = annotations[VERSION_ANNOTATION];
  if (version !== undefined || found === undefined) return version;
  try {
    return tagOf === undefined ? parseVersion(found.value) : parseFullVersion(found.value);
  } catch (cause) {
    const problem = messageOf(cause);
    log.warn(`Skipped ${plugin.id}: what ${found.from} gives is no version to tag with: ${problem}`);
    return undefined;
  }
}
