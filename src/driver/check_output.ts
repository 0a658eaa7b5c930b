import type { Skip, Stage, StageIO } from "../pipeline/plugin.ts";
import { wrongOutput } from "../pipeline/plugin_error.ts";
import type { Issue, Schema } from "../pipeline/schema.ts";
import { deepFreeze } from "./deep_freeze.ts";
import type { Instance } from "./instance.ts";
import { formatPath } from "./format_path.ts";
import { describeSchema, issueMessage, knownKeys } from "./issue_message.ts";
import { didYouMean } from "../work/nearest_word.ts";
import { kindOf } from "./kind_of.ts";
import { ANNOTATION_SCHEMA, MOVED_SCHEMA, OUTPUT_SCHEMAS } from "./output_schemas.ts";

/**
 * Checks what a plugin gave, and freezes it: from now on it belongs to the pipeline.
 *
 * @throws {PluginError} Says where the result is wrong, and what came.
 */
export function checkOutput<S extends Stage>(
  { id, plugin: { stage } }: Instance<S>,
  output: unknown,
): StageIO[S]["out"] | Skip {
  if (isObject(output) && Object.hasOwn(output, "skipped")) {
    const { skipped } = output;
    if (typeof skipped === "string" && skipped !== "") return { skipped };
    throw wrongOutput({ id, stage }, "skipped", `must be the reason, not ${kindOf(skipped)}`);
  }
  if (isStep(stage) && isNothing(output)) return undefined as StageIO[S]["out"];
  check({ id, stage }, OUTPUT_SCHEMAS[stage], output);
  // zod passes over this key.
  const odd = isObject(output) && isObject(output["set"]) &&
    Object.getOwnPropertyDescriptor(output["set"], "__proto__");
  if (odd) check({ id, stage }, ANNOTATION_SCHEMA, odd.value, ["set", "__proto__"]);
  return deepFreeze(output) as StageIO[S]["out"];
}

/** Checks what a plugin of upload says of tags that it has set. */
export function checkMoved(
  { id, plugin: { stage } }: Instance<"upload">,
  output: unknown,
): void {
  check({ id, stage }, MOVED_SCHEMA, output);
}

function check(
  plugin: { readonly id: string; readonly stage: Stage },
  schema: Schema<unknown>,
  output: unknown,
  base: readonly PropertyKey[] = [],
): void {
  const result = schema.safeParse(output);
  if (result.success) return;
  const issues = result.error.issues.flatMap(alternatives);
  // A misspelt key says more than that the right one is missing.
  const issue = issues.find(({ code }) => code === "unrecognized_keys") ?? issues[0];
  if (issue === undefined) throw wrongOutput(plugin, "", `is ${kindOf(output)}`);
  const { keys } = issue as { readonly keys?: readonly string[] };
  const [key] = keys ?? [];
  if (issue.code !== "unrecognized_keys" || key === undefined) {
    throw wrongOutput(plugin, formatPath([...base, ...placeOf(issue)]), issueMessage(issue, output));
  }
  const known = knownKeys(describeSchema(schema), issue.path);
  throw wrongOutput(plugin, formatPath([...base, ...issue.path, key]), `is not known here${didYouMean(key, known)}`);
}

/** What is wrong by the alternative that comes nearest: the one that gets furthest into the value. */
function alternatives(issue: Issue): readonly Issue[] {
  const { errors } = issue as { readonly errors?: readonly (readonly Issue[])[] };
  if (issue.code !== "invalid_union" || errors === undefined) return [issue];
  const inner = errors.map((each) => each.flatMap(alternatives))
    .toSorted((a, b) => depth(b) - depth(a))[0] ?? [];
  return inner.map((each) => ({ ...each, path: [...issue.path, ...each.path] }));
}

function depth(issues: readonly Issue[]): number {
  return Math.max(...issues.map(({ code, path }) => path.length + (code === "invalid_type" ? 0 : 0.5)));
}

/** What a key stands in is wrong when the key is. */
function placeOf({ code, path }: Issue): readonly PropertyKey[] {
  return code === "invalid_key" ? path.slice(0, -1) : path;
}

function isStep(stage: Stage): boolean {
  return stage.includes(":");
}

/** An empty object is what a program in another language says when it has nothing to say. */
function isNothing(output: unknown): boolean {
  return output === undefined ||
    isObject(output) && !Array.isArray(output) && Object.keys(output).length === 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
