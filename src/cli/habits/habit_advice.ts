import type { Command } from "commander";
import { foreignWords } from "./foreign_words.ts";
import { toolName } from "./tool_name.ts";
import { translate } from "./translate.ts";

const MIGRATE = "advice: `gantry help migrate` shows what other tools do and how gantry does it\n";

/**
 * Advises who has typed something as another tool wants it: the whole line as gantry has it, and what became of flags
 * without a counterpart; or that this is done by the other tool, and why.
 *
 * @param args What was typed after `gantry`.
 * @param program Knows gantry's own commands and flags.
 * @returns `undefined` when nothing of it is a habit from elsewhere.
 */
export function habitAdvice(args: readonly string[], program: Command): string | undefined {
  if (args[0] === "help") return toolName(args.slice(1), program) === undefined ? undefined : MIGRATE;
  const tool = toolName(args, program);
  const words = tool === undefined ? args : args.slice(1);
  const foreign = foreignWords(args, program) ?? foreignWords(words, program);
  if (foreign !== undefined && "by" in foreign) {
    const by = tool === undefined || foreign.by.includes(tool) ? foreign.by : `${tool} ${words[0]}`;
    return `advice: that is done with ${by}: ${foreign.why}\n`;
  }
  const translation = translate(words, program, { isForeign: tool !== undefined });
  if (translation === undefined) return tool === undefined ? undefined : MIGRATE;
  const { line, notes } = translation;
  return [`advice: type \`${line}\``, ...notes.map((note) => `  ${note}`)].map((text) => `${text}\n`).join(
    "",
  );
}
