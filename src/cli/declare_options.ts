import { type Command, Option as CommandOption } from "commander";
import type { Kind } from "../options/kind.ts";
import { type Flag, flagName, type Option, type OptionTable } from "../options/option.ts";
import { durationFlag, keyValue, patternType, repeated, wholeNumberFlag } from "./flag_parsers.ts";
import type { OutputFormat } from "./output/format_output.ts";

/** Which flags of a table a command has. */
export interface DeclaredOptions {
  /** The heading of the help under which they stand. */
  readonly heading: string;
  /** The names of the options; all that the table has under this heading when left out. */
  readonly only?: readonly string[];
  /** What the help says here of single ones. */
  readonly help?: Readonly<Record<string, string>>;
}

/** Declares the flags of options. */
export function declareOptions(
  command: Command,
  table: OptionTable,
  { heading, only, help = {} }: DeclaredOptions,
): Command {
  command.optionsGroup(heading);
  for (const [name, option] of Object.entries(table)) {
    const { flag } = option;
    if (flag === undefined || !(only?.includes(name) ?? flag.group === heading)) continue;
    for (const declared of flagsOf(name, option, { ...flag, help: help[name] ?? flag.help })) {
      command.addOption(declared);
    }
  }
  return command;
}

function flagsOf(name: string, option: Option, { short, argument, help, no }: Flag): readonly CommandOption[] {
  const long = flagName(name, option);
  const words = [short === undefined ? [] : `-${short},`, long, argument ?? []].flat().join(" ");
  const declared = parsing(new CommandOption(words, help), option.kind);
  return no === undefined ? [declared] : [declared, new CommandOption(long.replace("--", "--no-"), no)];
}

/** What can be said wrong in a word is said by the parser of the command line; what a text means, by the option. */
function parsing(declared: CommandOption, kind: Kind): CommandOption {
  switch (kind.kind) {
    case "choice":
      // The words are shown in any case.
      return kind.isOpen ? declared.choices(kind.words).argParser((text) => text) : declared.choices(kind.words);
    case "whole number":
      return declared.argParser(wholeNumberFlag(kind.least, kind.most));
    case "duration":
      return declared.argParser(durationFlag);
    case "texts":
      return declared.argParser(repeated);
    case "pairs":
      return declared.argParser(pairs(kind.split === "last" ? patternType : keyValue));
    default:
      return declared;
  }
}

function pairs(split: (text: string) => unknown): (text: string, before?: readonly unknown[]) => readonly unknown[] {
  return (text, before = []) => [...before, split(text)];
}

/** Declares `-o`, by which programs say how they want to read what a command prints. */
export function outputOption(
  formats: readonly OutputFormat[] = ["text", "json", "yaml"],
  help = "what is printed",
): CommandOption {
  return new CommandOption("-o, --output <format>", help).choices(formats);
}

/** What the parser of the command line makes of the flags of a table: by the names of the flags, not of the options. */
export type ParsedFlags = Readonly<Record<string, unknown>>;

/** Takes what was said by flags, by the names of the options. What was not given is absent. */
export function givenOptions(table: OptionTable, flags: ParsedFlags): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([name, option]) => {
      if (option.flag === undefined) return [];
      const value = flags[attribute(flagName(name, option))];
      if (value === undefined) return [];
      // Through entries, since a key may be "__proto__".
      return [[name, option.kind.kind === "pairs" ? Object.fromEntries(value as [string, string][]) : value]];
    }),
  );
}

/** `--ignore-file` is `ignoreFile` among what was parsed. */
function attribute(flag: string): string {
  return flag.slice(2).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
