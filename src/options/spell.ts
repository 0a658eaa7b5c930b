/**
 * Writes the name of an option as whoever set it would: `--map` on a command line, `map` in a program.
 *
 * @param name What the option is called in an options object.
 * @param value Its value, when a message is about that.
 */
export type Spell = (name: string, value?: string) => string;

/** The name of an option as it stands in an options object, and its value behind it when there is one. */
export function spellOption(name: string, value?: string): string {
  return value === undefined ? name : `${name}: ${value}`;
}
