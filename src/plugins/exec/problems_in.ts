import { formatPath } from "../../driver/format_path.ts";
import type { z } from "../../pipeline/schema.ts";

type Issue = z.core.$ZodIssue;

/** How many problems are told. */
const LIMIT = 5;

/** Says in one line what is wrong with JSON, and where. */
export function problemsIn(issues: readonly Issue[], path: readonly PropertyKey[] = []): string {
  const problems = issues.flatMap((issue) => innermost(issue, path));
  const shown = problems.slice(0, LIMIT).join("; ");
  return problems.length > LIMIT ? `${shown}; and ${problems.length - LIMIT} more` : shown;
}

/** Of the members of a union the first says the most, unless the value is of another kind altogether. */
function innermost(issue: Issue, above: readonly PropertyKey[]): readonly string[] {
  const path = [...above, ...issue.path];
  if (issue.code === "invalid_union") {
    const near = issue.errors.find((issues) =>
      issues.every((each) => each.code !== "invalid_type" || each.path.length > 0)
    );
    if (near !== undefined) return near.flatMap((each) => innermost(each, path));
  }
  const where = formatPath(path);
  const [first = "", ...rest] = issue.message;
  return [where === "" ? issue.message : `"${where}": ${first.toLowerCase()}${rest.join("")}`];
}
