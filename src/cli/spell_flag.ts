import { flagName, type OptionTable } from "../options/option.ts";
import { PUBLISHING } from "../options/publishing.ts";

const TABLE: OptionTable = PUBLISHING;

/** Writes an option of a verb as the command line has it: `outputArchive` is `--output-archive`. */
export function spellFlag(name: string, value?: string): string {
  const option = TABLE[name];
  if (option !== undefined && option.flag === undefined) return name === "source" ? "the source" : "command line";
  const flag = flagName(name, option ?? {});
  return value === undefined ? flag : `${flag} ${value}`;
}
