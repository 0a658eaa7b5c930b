import { kindOf } from "./kind_of.ts";
import { nearestKey } from "./nearest_key.ts";
import type { Issue } from "./schema.ts";

/**
 * Says what is wrong with a value, as the second half of a sentence that begins with its place. The value itself is
 * never shown: it may be a secret.
 *
 * @param whole What was checked; the issue's path begins there.
 */
export function issueMessage(issue: Issue, whole: unknown): string {
  const { code, path, message } = issue;
  const { expected, values, issues } = issue as Details;
  if (code === "invalid_key") return `has a key that ${issues?.[0]?.message ?? "is not allowed"}`;
  const given = path.reduce<unknown>((at, key) => isObject(at) ? Reflect.get(at, key) : undefined, whole);
  if (code === "invalid_value" && Array.isArray(values)) {
    const names = values.map((each) => JSON.stringify(each)).join(" or ");
    const meant = typeof given === "string"
      ? nearestKey(given, values.filter((each) => typeof each === "string"))
      : undefined;
    return `must be ${names}${didYouMean(meant)}`;
  }
  if (given === undefined) return "is missing";
  if (code === "invalid_type" && typeof expected === "string") {
    return `must be ${expectedKind(expected)}, not ${kindOf(given)}`;
  }
  return message.charAt(0).toLowerCase() + message.slice(1);
}

/** What issues of some codes have beyond the rest. */
interface Details {
  readonly expected?: unknown;
  readonly values?: unknown;
  readonly issues?: readonly Issue[];
}

/** Writes a path as people do: `drop[3].path`. */
export function formatPath(path: readonly PropertyKey[]): string {
  const written = path.map((part) => typeof part === "number" ? `[${part}]` : `.${String(part)}`).join("");
  return written.replace(/^\./, "");
}

/** A question at the end of a sentence; nothing when nothing is near. */
export function didYouMean(meant: string | undefined): string {
  return meant === undefined ? "" : `, did you mean ${JSON.stringify(meant)}?`;
}

/** zod's names of types, as {@linkcode kindOf} calls them. */
function expectedKind(expected: string): string {
  switch (expected) {
    case "array":
      return "a list";
    case "object":
    case "record":
      return "an object";
    case "int":
      return "a whole number";
    case "boolean":
      return "true or false";
    default:
      return `a ${expected}`;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
