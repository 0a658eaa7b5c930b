import { parseReference } from "../../oci/reference.ts";
import { UsageError } from "../usage_error.ts";

/**
 * Parses the host of a registry as people write it: a scheme before it and a slash behind it do no harm.
 *
 * @returns Host, and port when there is one, as they stand in a reference.
 * @throws {UsageError} When it is something else, such as a repository.
 */
export function parseRegistryHost(text: string): string {
  const host = text.replace(/^(?:https?|oci):\/\//, "").replace(/\/+$/, "");
  try {
    const reference = parseReference(`oci://${host}/name`);
    if (reference.kind === "registry" && reference.host === host) return host;
  } catch {
    // Its message would be about a reference that nobody has written.
  }
  // The text is not shown: what stands before an "@" may be a password.
  throw new UsageError("A login is for a registry: name its host, and its port if it has one, such as ghcr.io");
}
