import type { Command } from "commander";
import { nearestWord } from "../../work/nearest_word.ts";
import { arrangePlaces, type NamedPlaces, UNKNOWN_SOURCE } from "./arrange_places.ts";
import { FOREIGN_FLAGS, type ForeignFlag } from "./foreign_flags.ts";
import { foreignWords } from "./foreign_words.ts";
import { shellLine } from "./shell_line.ts";

/** A command line that means here what the one that was typed means to another tool. */
export interface Translation {
  /** The whole line, `gantry` first, without anything secret. */
  readonly line: string;
  /** What became of flags that have no counterpart, a sentence each. */
  readonly notes: readonly string[];
}

/**
 * Understands a command line in the way of other tools: their words for a command, their flags, the target before the
 * source, references without a scheme.
 *
 * @param args What was typed after `gantry`.
 * @param program Knows gantry's own commands and flags, which are never taken for foreign ones.
 * @param options.isForeign Whether the other tool's name stood in front of it, so that it is never gantry's own.
 * @returns `undefined` when there is nothing foreign in it.
 */
export function translate(
  args: readonly string[],
  program: Command,
  { isForeign = false }: { readonly isForeign?: boolean } = {},
): Translation | undefined {
  const found = commandOf(args, program);
  if (found === undefined) return undefined;
  const { command, rest, adds, notes } = found;
  const read = readWords(rest, command);
  const places = arrangePlaces(command.name(), read);
  // The value of a misspelt flag looks like a word in the wrong place.
  if (!isForeign && !found.isForeign && !read.isForeign && (!places.isForeign || read.hasUnknown)) return undefined;
  const { words, version } = versionOf(command.name(), places.words, read);
  const line = [
    "gantry",
    command.name(),
    ...words,
    ...adds,
    ...version,
    ...read.flags.flat(),
    ...needed(command, read),
  ];
  const daemon = words.includes(UNKNOWN_SOURCE) ? [`${UNKNOWN_SOURCE} is a directory or a file: ${NO_DAEMON}`] : [];
  return { line: shellLine(line), notes: [...notes, ...daemon, ...read.notes] };
}

/** For who believes that what was built is known already. */
const NO_DAEMON = "what a daemon has built, docker push publishes";

/** Flags without which the command does not run, and that were not typed. */
function needed(command: Command, { flags }: ReadWords): readonly string[] {
  const missing = command.options.filter(({ mandatory, long, short }) =>
    mandatory && !flags.some(([flag]) => flag === long || flag === short)
  );
  // As `cosign sign` does it where no key is named.
  const isKeyless = command.name() === "sign" && !flags.some(([flag]) => flag === "--key" || flag === "--keyless");
  return [
    ...missing.flatMap(({ long }) => long ? [long, long.slice(2).toUpperCase()] : []),
    ...(isKeyless ? ["--keyless"] : []),
  ];
}

/** Elsewhere a version is a tag like any other; here it is one that never moves. */
function versionOf(
  name: string,
  words: readonly string[],
  { flags }: ReadWords,
): { readonly words: readonly string[]; readonly version: readonly string[] } {
  const target = words.length === 2 ? words[1] ?? "" : "";
  const [, place, tag] = /^(oci:\/\/[^/]+\/.*):([^:/@]+)$/.exec(target) ?? [];
  if (name !== "push" || place === undefined || tag === undefined || !VERSION_REGEXP.test(tag)) {
    return { words, version: [] };
  }
  if (flags.some(([flag]) => flag === "--version")) return { words, version: [] };
  return { words: [words[0] ?? "", place], version: ["--version", tag] };
}

const VERSION_REGEXP = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

interface FoundCommand {
  readonly command: Command;
  readonly rest: readonly string[];
  readonly adds: readonly string[];
  readonly notes: readonly string[];
  readonly isForeign: boolean;
}

function commandOf(args: readonly string[], program: Command): FoundCommand | undefined {
  const named = (name: string): Command | undefined => program.commands.find((command) => command.name() === name);
  const foreign = foreignWords(args, program);
  const command = named(foreign === undefined || "by" in foreign ? args[0] ?? "" : foreign.command);
  if (command === undefined) return undefined;
  if (foreign === undefined || "by" in foreign) {
    return { command, rest: args.slice(1), adds: [], notes: [], isForeign: false };
  }
  const { words, adds, note } = foreign;
  return {
    command,
    rest: args.slice(words.split(" ").length),
    adds: adds?.split(" ") ?? [],
    notes: note === undefined ? [] : [note],
    isForeign: true,
  };
}

/** The words after a command, taken apart. */
interface ReadWords extends NamedPlaces {
  /** gantry's flags with their values. */
  readonly flags: readonly (readonly string[])[];
  readonly notes: readonly string[];
  readonly isForeign: boolean;
  /** Whether there is a flag that neither gantry nor another tool is known to have. */
  readonly hasUnknown: boolean;
}

function readWords(words: readonly string[], command: Command): ReadWords {
  const given: string[] = [];
  const flags: string[][] = [];
  const notes: string[] = [];
  const places: { source?: string; destination?: string; version?: string; tag?: string } = {};
  let isForeign = false;
  let hasUnknown = false;
  const waiting = [...words];
  for (let word = waiting.shift(); word !== undefined; word = waiting.shift()) {
    if (!word.startsWith("-") || word === "-") {
      given.push(word);
      continue;
    }
    const [flag = "", attached] = splitFlag(word);
    const theirs = foreignFlag(word, waiting[0], command) ?? foreignFlag(flag, attached ?? waiting[0], command);
    if (theirs === undefined && ownOption(flag, command) === undefined) {
      hasUnknown = true;
      notes.push(`${flag}: \`gantry ${command.name()}\` has no such flag`);
      continue;
    }
    if (theirs === undefined) {
      const { required = false, optional = false } = ownOption(flag, command) ?? {};
      if (attached !== undefined && !required && !optional) {
        // `--latest=false` is one word: apart, `false` would be an argument.
        flags.push([word]);
        continue;
      }
      const value = attached ?? (required || optional ? waiting.shift() : undefined);
      flags.push(value === undefined ? [flag] : [flag, isSecret(flag) ? "USER:PASSWORD" : value]);
      continue;
    }
    isForeign = true;
    const value = theirs.takes === "value" ? attached ?? waiting.shift() ?? "" : undefined;
    const { becomes } = theirs;
    if ("argument" in becomes) places[becomes.argument] = value ?? becomes.word ?? "";
    else if ("flag" in becomes) flags.push(...renamed(becomes, value));
    else if (becomes.nothing !== "") notes.push(`${flag}: ${becomes.nothing}`);
  }
  return { given, flags, notes, isForeign, hasUnknown, ...places };
}

function splitFlag(word: string): readonly [flag: string, value?: string] {
  const [, flag, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
  return flag === undefined || value === undefined ? [word] : [flag, value];
}

function renamed({ flag, each }: { readonly flag: string; readonly each?: boolean }, value?: string): string[][] {
  // A password is typed nowhere.
  if (value === undefined || flag === "--password-stdin") return [[flag]];
  return (each ? value.split(",") : [value]).map((part) => [flag, part]);
}

function isSecret(flag: string): boolean {
  return flag === "--creds";
}

function ownOption(flag: string, command: Command): Command["options"][number] | undefined {
  return command.options.find(({ long, short }) => long === flag || short === flag);
}

/** A flag of another tool; gantry's own has another meaning only where its value shows it. */
function foreignFlag(flag: string, value: string | undefined, command: Command): ForeignFlag | undefined {
  const own = ownOption(flag, command);
  if (own !== undefined && !isMeantOtherwise(own, value)) return undefined;
  const found = FOREIGN_FLAGS.find(({ names, on }) => {
    return names.split(" ").includes(flag) && (on?.includes(command.name()) ?? true);
  });
  // `--verbose` is here what it is elsewhere.
  return found !== undefined && "flag" in found.becomes && found.becomes.flag === flag ? undefined : found;
}

/** `-v 1.0.0` is a version, and `-o ./app` a directory. */
function isMeantOtherwise({ short, required, argChoices }: Command["options"][number], value = ""): boolean {
  if (short === "-v" && !required) return /^v?\d+\.\d+/.test(value);
  return argChoices !== undefined && value !== "" && !argChoices.includes(value) &&
    nearestWord(value, argChoices) === undefined;
}
