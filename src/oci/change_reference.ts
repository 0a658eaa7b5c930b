/** References to something else in the same kind of place. */
import { checkRepository, type Reference } from "./reference.ts";

/** The same place with another path on the disk; a place that is not on the disk stays as it is. */
export function withLocalPath(reference: Reference, change: (path: string) => string): Reference {
  return "path" in reference ? { ...reference, path: change(reference.path) } : reference;
}

/**
 * The same place with another repository; a place that is in none stays as it is.
 *
 * @throws {SyntaxError} When there can be no such repository.
 */
export function withRepository(reference: Reference, change: (repository: string) => string): Reference {
  if (!("repository" in reference)) return reference;
  const repository = change(reference.repository);
  checkRepository(reference.host, repository);
  return { ...reference, repository };
}
