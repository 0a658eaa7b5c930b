import type { AnyPlugin } from "../pipeline/plugin.ts";
import type { Issue } from "../pipeline/schema.ts";
import { describeSchema, issueMessage, knownKeys } from "./issue_message.ts";
import { didYouMean } from "../work/nearest_word.ts";

/** One thing that is wrong with a plugin's options. No message shows a value: it may be a secret. */
export interface OptionProblem {
  /** Where it is in the options: keys and places in lists. For a key that is not known it ends in that key. */
  readonly path: readonly PropertyKey[];
  /** Whether the key itself is wrong, and not its value. */
  readonly isKey: boolean;
  /** What is wrong, as the second half of a sentence that begins with the place. */
  readonly message: string;
}

/** Options as a plugin gets them, or what is wrong with them. */
export type ParsedOptions =
  | { readonly success: true; readonly options: unknown }
  | { readonly success: false; readonly problems: readonly OptionProblem[] };

/**
 * Checks options by the plugin's own schema, and fills in defaults. A key that the schema does not know is a problem,
 * even where the plugin's author forgot to make the schema strict.
 */
export function parseOptions(
  { name, options: schema }: Pick<AnyPlugin, "name" | "options">,
  given: unknown = {},
): ParsedOptions {
  const result = schema.safeParse(given);
  const described = lazily(() => describeSchema(schema));
  const problems = result.success ? forgotten() : result.error.issues.flatMap(problemsOf);
  return result.success && problems.length === 0
    ? { success: true, options: result.data }
    : { success: false, problems };

  function problemsOf(issue: Issue): readonly OptionProblem[] {
    const { path } = issue;
    const { keys } = issue as { readonly keys?: unknown };
    if (issue.code === "unrecognized_keys" && Array.isArray(keys)) return keys.map((key) => unknown(path, String(key)));
    return [{ path, isKey: false, message: issueMessage(issue, given) }];
  }

  function forgotten(): readonly OptionProblem[] {
    if (Object.keys(given ?? {}).length === 0) return [];
    const { properties, additionalProperties } = described();
    if (typeof properties !== "object" || properties === null || additionalProperties !== undefined) return [];
    return Object.keys(given ?? {}).filter((key) => !Object.hasOwn(properties, key)).map((key) => unknown([], key));
  }

  function unknown(path: readonly PropertyKey[], key: string): OptionProblem {
    const meant = didYouMean(key, knownKeys(described(), path));
    return { path: [...path, key], isKey: true, message: `unknown option of plugin ${name}${meant}` };
  }
}

/** A description is needed for suggestions only, and costs more than the check. */
function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
