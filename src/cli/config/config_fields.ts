/** The kinds of fields that a configuration file has, with messages that say what is expected and what came. */
import { z } from "../../pipeline/schema.ts";
import { DURATION_RULE, parseDuration } from "../../options/kind.ts";
import { messageOf } from "../../work/message_of.ts";

/** A text; what YAML takes for a number is told apart. */
export function string(): z.ZodString {
  const error = mustBe("a string");
  return z.string({
    error: (issue) => {
      // YAML takes 1.10 for a number and true for a boolean.
      const unquoted = typeof issue.input === "number" || typeof issue.input === "boolean";
      return `${error(issue)}${unquoted ? ": put it in quotes" : ""}`;
    },
  });
}

/** A text that is not empty, such as a path. */
export function filled(): z.ZodString {
  return string().min(1, "must not be empty");
}

/** `true` or `false`. */
export function boolean(): z.ZodBoolean {
  return z.boolean({ error: mustBe("true or false") });
}

/** A whole number in a range. */
export function wholeNumber(least: number, most: number): z.ZodInt {
  const error = mustBe(`a whole number from ${least} to ${most}`);
  return z.int({ error }).min(least, { error }).max(most, { error });
}

/** A time such as `30s`. */
export function duration(): z.ZodString {
  return string().refine(isDuration, `must be ${DURATION_RULE}`);
}

/** A list of one kind of field. */
export function listOf<Item extends z.ZodType>(item: Item): z.ZodArray<Item> {
  return z.array(item, { error: mustBe("a list") });
}

/** One of several words. */
export function oneOf<const Name extends string>(names: readonly Name[]): z.ZodEnum<{ [N in Name]: N }> {
  return z.enum(names, { error: mustBe(`one of ${names.map((name) => JSON.stringify(name)).join(", ")}`) });
}

/** An object with these keys and no others. */
export function object<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, { error: mustBe("an object") });
}

/** A text that a parser of ours takes; the parser's own message says what is wrong with it. */
export function parsedBy(parse: (text: string) => unknown): z.ZodString {
  return string().check((context) => {
    try {
      parse(context.value);
    } catch (cause) {
      const message = messageOf(cause);
      context.issues.push({ code: "custom", message, input: context.value });
    }
  });
}

/** The message for a value of another kind. */
export function mustBe(what: string): (issue: { readonly input?: unknown }) => string {
  return ({ input }) =>
    input === undefined ? `is missing: it must be ${what}` : `must be ${what}, not ${describe(input)}`;
}

function isDuration(text: string): boolean {
  try {
    parseDuration(text);
    return true;
  } catch {
    return false;
  }
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return typeof value === "object" && value !== null ? "an object" : String(value);
}
