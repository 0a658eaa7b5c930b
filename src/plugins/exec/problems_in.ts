import { formatPath } from "../../driver/format_path.ts";
import { describeSchema, issueMessage, knownKeys } from "../../driver/issue_message.ts";
import type { z } from "../../pipeline/schema.ts";
import { didYouMean } from "../../work/nearest_word.ts";

type Issue = z.core.$ZodIssue;

/** How many problems are told. */
const LIMIT = 5;

/** What was checked, and by what. */
interface CheckedJson {
  readonly schema: z.ZodType;
  readonly value: unknown;
  /** Where the value stands in what the program wrote. */
  readonly path: readonly PropertyKey[];
}

/** Says in one line what is wrong with JSON, and where: in the words in which it is said of any other plugin. */
export function problemsIn(issues: readonly Issue[], { schema, value, path }: CheckedJson): string {
  const problems = issues.flatMap(innermost).flatMap((issue) => {
    if (issue.code !== "unrecognized_keys") {
      return [`${formatPath([...path, ...issue.path]) || "it"} ${issueMessage(issue, value)}`];
    }
    const known = knownKeys(describeSchema(schema), issue.path);
    return issue.keys.map((key) =>
      `${formatPath([...path, ...issue.path, key])} is not known here${didYouMean(key, known)}`
    );
  });
  const shown = problems.slice(0, LIMIT).join("; ");
  return problems.length > LIMIT ? `${shown}; and ${problems.length - LIMIT} more` : shown;
}

/** Of the members of a union the first says the most, unless the value is of another kind altogether. */
function innermost(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union") return [issue];
  const near = issue.errors.find((issues) =>
    issues.every((each) => each.code !== "invalid_type" || each.path.length > 0)
  );
  if (near === undefined) return [issue];
  return near.flatMap((each) => innermost({ ...each, path: [...issue.path, ...each.path] }));
}
