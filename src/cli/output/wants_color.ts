/**
 * Whether text for people gets colours: on a terminal, unless the environment says otherwise. Empty variables say
 * nothing.
 *
 * @param output `env` reads a variable, and `isTerminal` says whether the output is one.
 * @see {@link https://no-color.org | NO_COLOR}, which goes before {@link https://force-color.org | FORCE_COLOR} and
 *   {@link https://bixense.com/clicolors/ | CLICOLOR and CLICOLOR_FORCE}
 */
export function wantsColor(
  { env, isTerminal }: { readonly env: (name: string) => string | undefined; readonly isTerminal: boolean },
): boolean {
  const said = (name: string): string | undefined => env(name) || undefined;
  if (said("NO_COLOR") !== undefined) return false;
  const force = said("FORCE_COLOR") ?? said("CLICOLOR_FORCE");
  if (force !== undefined) return force !== "0" && force !== "false";
  if (said("TERM") === "dumb" || said("CLICOLOR") === "0") return false;
  return isTerminal;
}
