import type { Descriptor } from "../oci/descriptor.ts";
import type { Context } from "../work/context.ts";
import { descriptorOf } from "./entry.ts";
import type { LayoutIndex } from "./index.ts";
import type { LayoutReader } from "./reader.ts";
import { messageOf } from "../work/message_of.ts";

/**
 * Finds out what only a manifest needed that is no longer listed. In doubt it is nothing: what stays does no harm.
 *
 * @param deleted The manifest.
 * @param after What is still listed.
 */
export async function onlyNeededBy(
  reader: LayoutReader,
  deleted: Descriptor,
  after: LayoutIndex,
  { signal, log }: Context,
): Promise<readonly Descriptor[]> {
  try {
    const left = await reader.graphOf(after, signal);
    // What cannot be read may need anything.
    if (left.unknown.length > 0 || after.manifests.some((entry) => descriptorOf(entry) === undefined)) return [];
    const { contents } = await reader.partsOf(deleted, signal);
    return [...contents.values()].filter(({ digest }) => !left.contents.has(digest));
  } catch (error) {
    signal.throwIfAborted();
    log.debug(`Nothing is cleaned up: ${messageOf(error)}`);
    return [];
  }
}
