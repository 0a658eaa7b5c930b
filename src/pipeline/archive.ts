import type { Step } from "./flow.ts";
import type { Archiver } from "./plugin.ts";
import { blame } from "./stage_error.ts";
import type { Packed, Selected } from "./values.ts";

/** Turns entries into a config and layers: bytes with digests. */
export function archive(archiver: Archiver): Step<Selected, Packed> {
  return async (selected, context) => {
    const archive = await blame("archive", archiver.name, () => archiver.archive(selected.entries, context));
    for (const { descriptor } of archive.layers) {
      context.log.debug(`Packed ${descriptor.mediaType}, ${descriptor.size} bytes, ${descriptor.digest}`);
    }
    return { ...selected, archive };
  };
}
