import type { Command } from "commander";
import { CONSUMER_NAMES } from "../../consumers/consumers.ts";
import { TOPICS } from "../help/topics.ts";
import { EXIT } from "../output/exit_code.ts";
import { printable } from "../output/printable.ts";
import type { World } from "../world.ts";
import { complete } from "./complete.ts";
import { COMPLETION_SCRIPTS } from "./scripts.ts";
import type { Shell } from "./shells.ts";

/** `gantry completion`: the script for a shell. */
export function runCompletion(shell: Shell, _flags: unknown, { stdout }: Pick<World, "stdout">): number {
  stdout(COMPLETION_SCRIPTS[shell]);
  return EXIT.done;
}

/** `gantry complete`: the words that could stand in the place of the last one, a line each. */
export async function runComplete(
  words: readonly string[],
  _flags: unknown,
  { stdout }: Pick<World, "stdout">,
  program: Command,
): Promise<number> {
  const found = await complete(words, program, { lists: { for: CONSUMER_NAMES }, topics: TOPICS });
  const lines = found.words
    // What is in a name would be more lines, or none; nobody can type it either.
    .filter(({ word }) => printable(word) === word && !/[\t\n]/.test(word))
    .map(({ word, help }) => help === undefined ? word : `${word}\t${help.replaceAll(/\s+/g, " ")}`);
  stdout([found.goesOn ? "nospace" : "space", ...lines].map((line) => `${line}\n`).join(""));
  return EXIT.done;
}
