import { loadConsumers, type NamedConsumer, parseConsumers } from "../../consumers/consumers.ts";
import { OptionsError } from "../../options/options_error.ts";

/**
 * Loads the rules of the consumers that were named, several in one text with commas between them.
 *
 * @throws {OptionsError} When there is no such consumer.
 */
export async function consumersOf(named: readonly string[] = []): Promise<readonly NamedConsumer[]> {
  // Without a name, nobody is asked.
  if (named.length === 0) return [];
  try {
    return await loadConsumers(named.flatMap(parseConsumers));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new OptionsError(cause.message, { cause });
  }
}
