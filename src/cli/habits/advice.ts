import type { Command } from "commander";
import { foreignWords } from "./foreign_words.ts";
import { translate } from "./translate.ts";

/**
 * Advises who has typed something as another tool wants it: the whole line as gantry has it, and what became of flags
 * without a counterpart; or that this is done by the other tool, and why.
 *
 * @param args What was typed after `gantry`.
 * @param program Knows gantry's own commands and flags.
 * @returns `undefined` when nothing of it is a habit from elsewhere.
 */
export function habitAdvice(args: readonly string[], program: Command): string | undefined {
  const foreign = foreignWords(args, program);
  if (foreign !== undefined && "by" in foreign) return `advice: that is done with ${foreign.by}: ${foreign.why}\n`;
  const translation = translate(args, program);
  if (translation === undefined) return undefined;
  const { line, notes } = translation;
  return [`advice: type \`${line}\``, ...notes.map((note) => `  ${note}`)].map((text) => `${text}\n`).join(
    "",
  );
}
