import { OptionsError } from "../options/options_error.ts";
import { parseReference, redactUserInfo } from "../oci/reference.ts";

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
 * @throws {OptionsError} When it is something else.
 */
export function parseRegistryPlace(text: string): RegistryPlace {
  const [, host = "", prefix = ""] = /^oci:\/\/([^/]*)\/?(.*?)\/?$/.exec(text) ?? [];
  try {
    // A name below it must be a reference, whatever stands before.
    const reference = parseReference(`oci://${host}/${prefix === "" ? "" : `${prefix}/`}x`);
    if (reference.kind !== "registry" || host === "") throw new SyntaxError("it is not a registry");
    return prefix === "" ? { host } : { host, prefix };
  } catch (cause) {
    const shown = redactUserInfo(text);
    const hint = /^oci:\/\/[^/]*\/.*[:@]/.test(shown) ? ", without a tag or a digest" : "";
    throw new OptionsError(`Cannot use ${JSON.stringify(shown)}: write oci://HOST or oci://HOST/PREFIX${hint}`, {
      cause,
    });
  }
}

/** Writes a place as {@linkcode parseRegistryPlace} reads it. */
export function formatRegistryPlace({ host, prefix }: RegistryPlace): string {
  return `oci://${host}${prefix === undefined ? "" : `/${prefix}`}`;
}
