import { SourceError } from "../../pipeline/source_error.ts";

/** Says why a bundle is none that OPA would load: the file and the line first, where they are known. */
export function bundleError(problem: string, options: ErrorOptions = {}): SourceError {
  return new SourceError(`Cannot publish the bundle: ${problem}`, options);
}
