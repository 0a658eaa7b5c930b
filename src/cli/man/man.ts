import type { Command } from "commander";
import { VERSION } from "../../host/version.ts";
import { EXIT } from "../output/exit_code.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import { manPage, pageName, pagesOf } from "./man_page.ts";

/** `gantry man`: the manual page of a command. */
export function runMan(
  words: readonly string[],
  _flags: unknown,
  { stdout }: Pick<World, "stdout">,
  program: Command,
): number {
  const name = [program.name(), ...words].join("-");
  const command = pagesOf(program).find((each) => pageName(each) === name);
  if (command === undefined) throw new UsageError(`Cannot find a manual page of "${words.join(" ")}": no such command`);
  stdout(manPage(command, { version: VERSION }));
  return EXIT.done;
}
