import { didYouMean } from "../work/nearest_word.ts";

/**
 * What values an option takes, whoever says them: a flag, a configuration file or a program. It is data, so that the
 * command line, the schema of the configuration and the check of a program's options are all made from it.
 */
export type Kind = Text | Path | Choice | Switch | WholeNumber | Duration | Texts | Pairs;

/** The kinds whose values have a type. */
export type KindOf<Value> = [Value] extends [boolean] ? Switch
  : [Value] extends [number] ? WholeNumber | Duration
  : [Value] extends [readonly string[]] ? Texts
  : [Value] extends [string] ? Text | Path | Choice<Value>
  : Pairs;

/** A text. */
export interface Text {
  readonly kind: "text";
  /** Whether it may be empty. */
  readonly mayBeEmpty?: boolean;
  /**
   * Checks it.
   *
   * @returns It, as it counts from here on.
   * @throws {Error} Says what is wrong with it.
   */
  readonly parse?: (text: string) => string;
  /** Whether it is a reference, whose path may be relative to the configuration file that says it. */
  readonly isReference?: boolean;
}

/** A path. One in a configuration file is relative to that file. */
export interface Path {
  readonly kind: "path";
  /** Whether `-` is none, but stands for standard input. */
  readonly orStdin?: boolean;
}

/** One of several words. */
export interface Choice<Word extends string = string> {
  readonly kind: "choice";
  readonly words: readonly Word[];
  /**
   * Set when there may be others, which the user declares elsewhere; whether there is one of a name is checked there.
   */
  readonly isOpen?: boolean;
}

/** Yes or no. */
export interface Switch {
  readonly kind: "switch";
}

/** A whole number in a range. */
export interface WholeNumber {
  readonly kind: "whole number";
  readonly least: number;
  readonly most: number;
}

/** A time in milliseconds, which people write as `30s`, `5m` or `1h`. */
export interface Duration {
  readonly kind: "duration";
}

/** A list of texts. */
export interface Texts {
  readonly kind: "texts";
  /** Whether an empty one makes no sense; the text says what it must have. */
  readonly atLeastOne?: string;
  /** Checks one of them, as {@linkcode Text.parse} does. */
  readonly parse?: (text: string) => unknown;
  /** What one of them looks like, for editors: a regular expression. */
  readonly pattern?: string;
  /** What they are, when some of them are relative to the configuration file that says them. */
  readonly are?: "references" | "paths" | "keys";
}

/** Texts by key. */
export interface Pairs {
  readonly kind: "pairs";
  /** What a key is; `a key` when left out. */
  readonly key?: string;
  /** Tells whether there may be such a value; any may be when left out. */
  readonly isValue?: (text: string) => boolean;
  /** What a value must be, for messages. */
  readonly rule?: string;
  /** At which `=` a pair is split that is one text: the first one when left out. */
  readonly split?: "last";
}

/** A day; a timer cannot wait for more than 24 of them. */
const LONGEST_DURATION = 24 * 60 * 60 * 1000;

/** What a duration must be, for messages. */
export const DURATION_RULE = "a duration up to 24h, such as 30s, 5m or 1h";

/**
 * Parses a duration such as `30s`, `5m`, `1h` or `1m30s`; a bare number is seconds.
 *
 * @returns Milliseconds, at least 1.
 * @throws {SyntaxError} When it is none, or longer than a day.
 */
export function parseDuration(text: string): number {
  const match = /^(?:(\d{1,4})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s?)?$/.exec(text);
  const [, hours = "0", minutes = "0", seconds = "0"] = match ?? [];
  const milliseconds = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000;
  if (match !== null && milliseconds > 0 && milliseconds <= LONGEST_DURATION) return milliseconds;
  throw new SyntaxError(`Cannot parse ${JSON.stringify(text)}: it must be ${DURATION_RULE}`);
}

/**
 * Says what a value must be that is not of a kind; `undefined` when it is. What a text says is checked by its `parse`.
 */
export function mismatch(kind: Kind, value: unknown): string | undefined {
  switch (kind.kind) {
    case "text":
      if (typeof value === "string" && (value !== "" || kind.mayBeEmpty || kind.parse !== undefined)) return undefined;
      return "a text that is not empty";
    case "path":
      return typeof value === "string" && value !== "" ? undefined : "a path";
    case "choice":
      if (typeof value === "string" && (kind.words.includes(value) || kind.isOpen && value !== "")) return undefined;
      return `one of ${kind.words.map((word) => JSON.stringify(word)).join(", ")}${
        typeof value === "string" ? didYouMean(value, kind.words) : ""
      }`;
    case "switch":
      return typeof value === "boolean" ? undefined : "true or false";
    case "whole number": {
      const { least, most } = kind;
      if (typeof value === "number" && Number.isInteger(value) && value >= least && value <= most) return undefined;
      return `a whole number from ${least} to ${most}`;
    }
    case "duration":
      if (typeof value === "number" && value > 0 && value <= LONGEST_DURATION) return undefined;
      return "a time in milliseconds, a day at most";
    case "texts":
      return Array.isArray(value) && value.every((each) => typeof each === "string") ? undefined : "a list of texts";
    case "pairs":
      return isPairs(value) ? undefined : "an object of texts";
  }
}

/** Tells whether a value is an object whose values are texts. */
function isPairs(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) &&
    Object.values(value).every((each) => typeof each === "string");
}
