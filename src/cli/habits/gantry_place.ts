import { isReference } from "../../oci/reference.ts";

/** How skopeo and others begin what gantry begins in another way. */
const FOREIGN_SCHEMES: readonly (readonly [theirs: RegExp, ours: string])[] = [
  [/^(?:docker|registry):\/\//, "oci://"],
  [/^https?:\/\//, "oci://"],
  [/^(?:oci|dir|ocidir):(?!\/\/)/, "oci-layout:"],
  [/^(?:docker-archive|tarball):/, "oci-archive:"],
  [/^ocifile:/, "oci-archive:"],
  // What looks like gantry's own with a typing error.
  [/^oci-?l[a-z]*:/, "oci-layout:"],
  [/^oci-?a[a-z]*:/, "oci-archive:"],
];

/** A host name with a dot or a port, or this machine, and a repository below it. */
const BARE_REGEXP = /^(?:[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::\d+)?|[a-z0-9-]+:\d+|localhost(?::\d+)?)\/[a-z0-9][^\s]*$/;

/**
 * Writes a place that another tool would understand as gantry has it, such as `ghcr.io/acme/app:1.0.0` as
 * `oci://ghcr.io/acme/app:1.0.0`.
 *
 * @returns `undefined` when it looks like no place, but for a file or directory.
 */
export function gantryPlace(text: string): string | undefined {
  if (isReference(text)) return text;
  for (const [theirs, ours] of FOREIGN_SCHEMES) {
    if (theirs.test(text)) return text.replace(theirs, ours);
  }
  return BARE_REGEXP.test(text) ? `oci://${text}` : undefined;
}

/** Writes a path where a place is needed as a layout: a tar by its ending or a pipe, or else a directory. */
export function gantryLayout(path: string): string {
  return path === "-" || /\.tar(?:[:@]|$)/.test(path) ? `oci-archive:${path}` : `oci-layout:${path}`;
}
