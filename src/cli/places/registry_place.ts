import { parseReference } from "../../oci/reference.ts";
import { UsageError } from "../usage_error.ts";

/** A registry, or a part of it. */
export interface RegistryPlace {
  /** Host and port, as they stand in a reference. */
  readonly host: string;
  /** What the names of the repositories begin with, without a `/` at the end; absent for the whole registry. */
  readonly prefix?: string;
}

/**
 * Parses `oci://HOST[:PORT][/PREFIX]`.
 *
 * @throws {UsageError} When it is something else.
 */
export function parseRegistryPlace(text: string): RegistryPlace {
  const [, host = "", prefix = ""] = /^oci:\/\/([^/]*)\/?(.*?)\/?$/.exec(text) ?? [];
  try {
    // A name below it must be a reference, whatever stands before.
    const reference = parseReference(`oci://${host}/${prefix === "" ? "" : `${prefix}/`}x`);
    if (reference.kind !== "registry" || host === "") throw new SyntaxError("it is not a registry");
    return prefix === "" ? { host } : { host, prefix };
  } catch (cause) {
    const hint = /^oci:\/\/[^/@]*\/[^@]*[:@]/.test(text) ? ", without a tag or a digest" : "";
    const shown = text.replace(/^(oci:\/\/).*@(?=[^@]*\/|[^@/]*$)/, "$1");
    throw new UsageError(`Cannot use ${JSON.stringify(shown)}: write oci://HOST or oci://HOST/PREFIX${hint}`, {
      cause,
    });
  }
}

/** Writes a place as {@linkcode parseRegistryPlace} reads it. */
export function formatRegistryPlace({ host, prefix }: RegistryPlace): string {
  return `oci://${host}${prefix === undefined ? "" : `/${prefix}`}`;
}

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
