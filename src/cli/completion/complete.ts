import type { Argument, Command, Option } from "commander";
import type { Completion, CompletionWord } from "./completion_word.ts";
import { fileWords, referenceWords } from "./place_words.ts";

/** What a word could be whose kind the declarations do not tell. */
export interface CompletionMeans {
  /** Values of flags that take several of a set, with commas between them, by the flag's name. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
  /** What the help explains besides commands. */
  readonly topics: readonly string[];
}

/**
 * Says what could stand in the place of the last word of a command line: commands, flags, the values of flags, places,
 * files, and the tags of layouts. It follows the declarations of the command line, so a new flag needs nothing here.
 * Files are looked at, and no registry is asked.
 *
 * @param words The words after the program's name; the last one is begun, and may be empty.
 */
export async function complete(
  words: readonly string[],
  program: Command,
  means: CompletionMeans,
): Promise<Completion> {
  const begun = words.at(-1) ?? "";
  const { command, open, positionals, onlyPositionals } = follow(words.slice(0, -1), program);
  if (open !== undefined) return await valuesOf(open, begun, means);
  if (!onlyPositionals && begun.startsWith("-")) {
    const attached = /^(--[^=]+)=(.*)$/s.exec(begun);
    const option = attached === null ? undefined : optionOf(command, attached[1] ?? "");
    if (attached === null || option === undefined) return fitting(begun, flagsOf(command));
    const { words, goesOn } = await valuesOf(option, attached[2] ?? "", means);
    return { words: words.map((found) => ({ ...found, word: `${attached[1]}=${found.word}` })), goesOn };
  }
  const below = positionals === 0 ? commandsOf(command) : [];
  if (below.length > 0) return fitting(begun, below);
  const declared = command.registeredArguments;
  const argument = declared[Math.min(positionals, declared.length - 1)];
  if (argument === undefined || (positionals >= declared.length && !argument.variadic)) return fitting(begun, []);
  if (argument.name() === "command") {
    return fitting(begun, [...commandsOf(program), ...means.topics.map((word) => ({ word }))]);
  }
  return await argumentWords(argument, begun);
}

/** Where the words before the last one lead. */
interface Followed {
  readonly command: Command;
  /** The flag whose value comes next. */
  readonly open?: Option;
  readonly positionals: number;
  /** Whether `--` was among them. */
  readonly onlyPositionals: boolean;
}

function follow(words: readonly string[], program: Command): Followed {
  let command = program;
  let positionals = 0;
  let onlyPositionals = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? "";
    if (word === "--" && !onlyPositionals) {
      onlyPositionals = true;
    } else if (word.startsWith("-") && word !== "-" && !onlyPositionals) {
      const option = word.includes("=") ? undefined : optionOf(command, word);
      if (option?.required !== true) continue;
      if (at === words.length - 1) return { command, open: option, positionals, onlyPositionals };
      at++;
    } else {
      const below = positionals === 0 ? visible(command).find((found) => found.name() === word) : undefined;
      if (below === undefined) positionals++;
      else command = below;
    }
  }
  return { command, positionals, onlyPositionals };
}

function optionOf(command: Command, word: string): Option | undefined {
  return command.options.find(({ long, short }) => long === word || short === word);
}

function flagsOf(command: Command): readonly CompletionWord[] {
  const help = { word: "--help", help: "display help for command" };
  const flags = command.options.filter(({ hidden }) => !hidden).flatMap(({ long, description }) =>
    typeof long !== "string" ? [] : { word: long, help: description }
  );
  return [...flags, help];
}

function commandsOf(command: Command): readonly CompletionWord[] {
  return visible(command).map((below) => ({ word: below.name(), help: below.description() }));
}

/** With `help`, which is not among the commands that were added. */
function visible(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}

async function valuesOf(option: Option, begun: string, { lists }: CompletionMeans): Promise<Completion> {
  const list = lists[option.name()];
  if (list !== undefined) return listWords(begun, list);
  if (option.argChoices !== undefined) return fitting(begun, option.argChoices.map((word) => ({ word })));
  const value = /<([^>]+)>/.exec(option.flags)?.[1] ?? "";
  if (/^(path|file|key)$/.test(value)) return await fileWords(begun, { only: "all" });
  if (value === "directory") return await fileWords(begun, { only: "directories" });
  return fitting(begun, []);
}

/** The next of several values with commas between them; none twice. */
function listWords(begun: string, list: readonly string[]): Completion {
  const before = begun.slice(0, begun.lastIndexOf(",") + 1);
  const taken = before.split(",");
  return fitting(begun, list.filter((word) => !taken.includes(word)).map((word) => ({ word: `${before}${word}` })));
}

async function argumentWords(argument: Argument, begun: string): Promise<Completion> {
  if (argument.argChoices !== undefined) return fitting(begun, argument.argChoices.map((word) => ({ word })));
  switch (argument.name()) {
    case "directory":
      return await fileWords(begun, { only: "directories" });
    case "file":
    case "plugin":
      return await fileWords(begun, { only: "all" });
    // The source of a push is a file or a directory, that of a copy or an import is a place.
    case "source":
    case "a":
    case "b":
      return joined(await referenceWords(begun), await fileWords(begun, { only: "all" }));
    case "repository":
      return withoutTags(await referenceWords(begun));
    case "reference":
    case "destination":
    case "target":
    case "place":
      return await referenceWords(begun);
    default:
      return fitting(begun, []);
  }
}

/** A repository and a layout are named without the colon before a tag; that of a scheme stays. */
function withoutTags({ words, goesOn }: Completion): Completion {
  return {
    words: words.map(({ word, ...rest }) => ({ word: word.replace(/(:.+):$/s, "$1"), ...rest })),
    goesOn,
  };
}

function fitting(begun: string, words: readonly CompletionWord[]): Completion {
  return { words: words.filter(({ word }) => word.startsWith(begun)), goesOn: false };
}

function joined(a: Completion, b: Completion): Completion {
  return { words: [...a.words, ...b.words], goesOn: a.goesOn || b.goesOn };
}
