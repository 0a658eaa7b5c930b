import type { Entry } from "./entry.ts";
import { inWalkOrder } from "./entry_order.ts";
import type { Step } from "./flow.ts";
import type { Collector } from "./plugin.ts";
import { blame } from "./stage_error.ts";
import type { Collected, Source } from "./values.ts";

/**
 * Finds what is to be published: the entries of all collectors in one order.
 *
 * @returns A step that throws a `SourceError` when two entries have the same path.
 */
export function collect(collectors: readonly Collector[]): Step<Source, Collected> {
  return async (source, context) => {
    const found: Entry[] = [];
    for (const collector of collectors) {
      const entries = await blame("collect", collector.name, () => collector.collect(source, context));
      for (const entry of entries) found.push(entry);
    }
    const entries = inWalkOrder(found);
    context.log.debug(`Collected ${entries.length} entries from ${source.location}`);
    return { source, entries };
  };
}
