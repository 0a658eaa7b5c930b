import { SourceError } from "../../pipeline/source_error.ts";
import type { DeclaredProfile } from "./declaration.ts";

/** Says why a source cannot be published with a declared profile, and where the declaration says so. */
export function ownError(
  { name, placeOf }: Pick<DeclaredProfile, "name" | "placeOf">,
  problem: string,
  path: readonly PropertyKey[],
): SourceError {
  return new SourceError(`Cannot publish with profile ${JSON.stringify(name)}: ${problem} (${placeOf(path)})`);
}
