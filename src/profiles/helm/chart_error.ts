import { SourceError } from "../../pipeline/source_error.ts";

/** Says why a chart cannot be published: what is wrong goes on after a colon. */
export function chartError(problem: string, options: ErrorOptions = {}): SourceError {
  return new SourceError(`Cannot publish the chart: ${problem}`, options);
}
