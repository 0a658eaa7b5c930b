import { bytesContent } from "../oci/bytes_content.ts";
import { EMPTY_MEDIA_TYPE, UNKNOWN_ARTIFACT_TYPE } from "../oci/media_types.ts";
import { checkEntryNames } from "./entry_names.ts";
import { inWalkOrder } from "./entry.ts";
import type { Step } from "./flow.ts";
import type { Contents } from "./plugin.ts";
import type { ReadyPlugin } from "./ready_plugin.ts";
import { SourceError } from "./source_error.ts";
import { StageError } from "./stage_error.ts";
import type { Archive, Packed, Selected } from "./values.ts";
import { wrongOutput } from "./plugin_error.ts";

/**
 * Turns entries into a config and layers: bytes with digests.
 *
 * The entries are checked here, after filters and custom steps: a name that was left out harms nobody.
 *
 * @returns A step that throws a `SourceError` when two entries have the same path, a name that consumers refuse, or no
 *   file at all.
 */
export function archive(plugin: ReadyPlugin<"archive">): Step<Selected, Packed> {
  return async (selected, context) => {
    const entries = inWalkOrder(selected.entries);
    checkEntryNames(entries, context.log);
    if (!entries.some(({ kind }) => kind === "file")) {
      throw new SourceError(
        `Cannot publish ${JSON.stringify(selected.source.location)}: there is no file left to pack`,
      );
    }
    const contents = await plugin.run({ entries }, context);
    if (contents === undefined) {
      throw new StageError("archive", plugin.id, wrongOutput(plugin, "", "was skipped, and nothing else makes layers"));
    }
    const archive = archiveOf(contents, plugin.name);
    for (const { descriptor } of archive.layers) {
      context.log.debug(`Packed ${descriptor.mediaType}, ${descriptor.size} bytes, ${descriptor.digest}`);
    }
    return { ...selected, entries, archive };
  };
}

/**
 * Fills in what a plugin may leave out: the empty config, and with it a type, which the spec demands then.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md#guidelines-for-artifact-usage | OCI image-spec 1.1.1, Guidelines for Artifact Usage}
 */
export function archiveOf({ artifactType: given, config = EMPTY_CONFIG, layers }: Contents, profile: string): Archive {
  const artifactType = given ?? (config.descriptor.mediaType === EMPTY_MEDIA_TYPE ? UNKNOWN_ARTIFACT_TYPE : undefined);
  return { profile, ...(artifactType === undefined ? {} : { artifactType }), config, layers };
}

const EMPTY_CONFIG = bytesContent(EMPTY_MEDIA_TYPE, new TextEncoder().encode("{}"));
