import { type Entry, inWalkOrder } from "./entry.ts";
import type { Step } from "./flow.ts";
import type { ReadyPlugin } from "./ready_plugin.ts";
import type { Collected, Source } from "./values.ts";

/**
 * Finds what is to be published: the entries of all plugins in one order.
 *
 * @returns A step that throws a `SourceError` when two entries have the same path.
 */
export function collect(plugins: readonly ReadyPlugin<"collect">[]): Step<Source, Collected> {
  return async (source, context) => {
    let found: readonly Entry[] = [];
    for (const plugin of plugins) {
      const given = await plugin.run(source, context);
      found = [...found, ...given?.entries ?? []];
    }
    const entries = inWalkOrder(found);
    context.log.debug(`Collected ${entries.length} entries from ${source.location}`);
    return { source, entries };
  };
}
