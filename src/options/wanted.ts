import { type Kind, mismatch, type Pairs } from "./kind.ts";
import type { Option } from "./option.ts";
import { OptionsError } from "./options_error.ts";
import { type Chosen, PUBLISHING, type Publishing, type PublishingName } from "./publishing.ts";
import { messageOf } from "../work/message_of.ts";

/**
 * Who says something, the one with the last word last: who puts another default in the place of the usual one, the
 * fields of the configuration, its lists of plugins, the caller.
 */
export type Speaker = "default" | "configuration" | "list" | "caller";

/** Where a value is from. */
export interface ValueOrigin {
  readonly by: Speaker;
  /** What people call it: `--ignore`, `gantry.jsonc`. */
  readonly name: string;
  /** The same to the letter: `--ignore`, `gantry.jsonc:3:5`. */
  readonly place: string;
  /** Set when it stands in a file of values that an option names. */
  readonly isFile?: boolean;
}

/** What one speaker says. */
export interface OptionLayer {
  readonly by: Speaker;
  readonly values: Publishing;
  /** Where it says so. */
  readonly origin: (name: PublishingName) => Omit<ValueOrigin, "by">;
}

/** A value, and where it is from. */
export interface Said<Value> {
  readonly value: Value;
  readonly from: ValueOrigin;
}

type Value<Name extends PublishingName> = NonNullable<Publishing[Name]>;

/** What is wanted, and who wants it. */
export interface Wanted {
  /** What counts: the last word on each option, or its default. */
  readonly values: Chosen;
  /** Everything that was said of an option, the last word last; nothing when its default counts. */
  said<Name extends PublishingName>(name: Name): readonly Said<Value<Name>>[];
  /** The last word on an option; `undefined` when its default counts. */
  last<Name extends PublishingName>(name: Name): Said<Value<Name>> | undefined;
}

const TABLE: Readonly<Record<PublishingName, Option>> = PUBLISHING;
const NAMES = Object.keys(PUBLISHING) as readonly PublishingName[];

/**
 * Puts together what is wanted.
 *
 * @param layers In the order of {@linkcode Speaker}: a later one has the last word.
 * @throws {OptionsError} For the first value that its option does not take.
 */
export function wantedOf(layers: readonly OptionLayer[]): Wanted {
  const said = new Map(NAMES.map((name) => [name, layers.flatMap((layer) => saidBy(layer, name))]));
  const chosen = NAMES.map((name) => [name, outcome(TABLE[name], said.get(name) ?? [])] as const);
  return {
    values: Object.fromEntries(chosen.filter(([, value]) => value !== undefined)) as unknown as Chosen,
    said: (name) => said.get(name) ?? [],
    last: (name) => said.get(name)?.at(-1),
  };
}

// deno-lint-ignore no-explicit-any -- the table says which type the values of each option have
function saidBy({ by, values, origin }: OptionLayer, name: PublishingName): readonly Said<any>[] {
  const value: unknown = values[name];
  if (value === undefined) return [];
  const { kind } = TABLE[name];
  const from = { by, ...origin(name) };
  const expected = mismatch(kind, value);
  if (expected !== undefined) throw new OptionsError(`Cannot use ${from.place}: it must be ${expected}`);
  try {
    return [{ value: parsed(kind, value), from }];
  } catch (cause) {
    throw new OptionsError(messageOf(cause), { cause });
  }
}

/** What a value stands for that is of the kind. */
function parsed(kind: Kind, value: unknown): unknown {
  if (kind.kind === "texts") (value as readonly string[]).forEach((text) => kind.parse?.(text));
  if (kind.kind === "pairs") Object.entries(value as object).forEach((pair) => checkPair(pair, kind));
  return kind.kind === "text" && kind.parse !== undefined ? kind.parse(value as string) : value;
}

function checkPair([key, value]: readonly [string, string], { isValue, rule }: Pairs): void {
  if (isValue?.(value) !== false) return;
  throw new SyntaxError(`Cannot use ${JSON.stringify(value)} for ${JSON.stringify(key)}: it must be ${rule}`);
}

/** What counts of everything that was said. */
function outcome(option: Option, said: readonly Said<unknown>[]): unknown {
  if (said.length === 0) return option.default;
  switch (option.counts) {
    case "all":
      return said.flatMap(({ value }) => value);
    case "key":
      // Through entries, since a key may be "__proto__".
      return Object.fromEntries(said.flatMap(({ value }) => Object.entries(value as object)));
    default:
      return said.at(-1)?.value;
  }
}
