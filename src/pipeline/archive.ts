import { checkEntryNames } from "./entry_names.ts";
import { inWalkOrder } from "./entry_order.ts";
import type { Step } from "./flow.ts";
import type { Archiver } from "./plugin.ts";
import { blame } from "./stage_error.ts";
import type { Packed, Selected } from "./values.ts";

/**
 * Turns entries into a config and layers: bytes with digests.
 *
 * The entries are checked here, after filters and custom steps: a name that was left out harms nobody.
 *
 * @returns A step that throws a `SourceError` when two entries have the same path, or a name that consumers refuse.
 */
export function archive(archiver: Archiver): Step<Selected, Packed> {
  return async (selected, context) => {
    const entries = inWalkOrder(selected.entries);
    checkEntryNames(entries, context.log);
    const archive = await blame("archive", archiver.name, () => archiver.archive(entries, context));
    for (const { descriptor } of archive.layers) {
      context.log.debug(`Packed ${descriptor.mediaType}, ${descriptor.size} bytes, ${descriptor.digest}`);
    }
    return { ...selected, entries, archive };
  };
}
