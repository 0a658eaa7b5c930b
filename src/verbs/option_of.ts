import { OptionsError } from "../options/options_error.ts";
import { messageOf } from "../work/message_of.ts";

/**
 * Reads the text of an option, where it was given.
 *
 * @throws {OptionsError} Says what the parser says.
 */
export function optionOf<Value>(text: string | undefined, parse: (text: string) => Value): Value | undefined {
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch (cause) {
    throw new OptionsError(messageOf(cause), { cause });
  }
}
