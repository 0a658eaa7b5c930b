import { parseReference } from "../../oci/reference.ts";
import { UsageError } from "../usage_error.ts";

/** A registry, or a repository in one. */
export interface AskedRegistry {
  /** Host and port as they stand in a reference. */
  readonly host: string;
  readonly repository?: string;
}

/**
 * Parses a registry, or a repository of one, as people write it: a scheme before it, a tag or a slash behind it do no
 * harm.
 *
 * @throws {UsageError} When it is something else.
 */
export function parseAskedRegistry(text: string): AskedRegistry {
  const plain = text.replace(/^(?:https?|oci):\/\//, "").replace(/\/+$/, "");
  const hasRepository = plain.includes("/");
  try {
    const reference = parseReference(`oci://${plain}${hasRepository ? "" : "/name"}`);
    if (reference.kind === "registry") {
      return { host: reference.host, ...(hasRepository ? { repository: reference.repository } : {}) };
    }
  } catch {
    // Its message would be about a reference that nobody has written.
  }
  // The text is not shown: what stands before an "@" may be a password.
  throw new UsageError("Cannot ask that: name the host of a registry, or a repository, such as ghcr.io/acme/app");
}
