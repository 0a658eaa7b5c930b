import { printable } from "./output/printable.ts";
import { UsageError } from "./usage_error.ts";
import type { World } from "./world.ts";

/**
 * How a command asks before it changes what others use: on a terminal somebody has to say yes, and where there is none
 * `--yes` has to have said it.
 *
 * @param what What it is about to do, as in `delete`.
 * @returns Puts a question to somebody, and says whether the answer was yes.
 * @throws {UsageError} When nobody can be asked.
 */
export function asking(
  { prompt }: Pick<World, "prompt">,
  what: string,
  { yes = false }: { readonly yes?: boolean | undefined },
): (question: string) => Promise<boolean> {
  if (yes) return () => Promise.resolve(true);
  if (prompt === undefined) {
    throw new UsageError(`Cannot ask whether to ${what}: there is no terminal, so say it with --yes`);
  }
  return async (question) => /^\s*y(?:es)?\s*$/i.test(await prompt.line(`${printable(question)} [y/N] `));
}
