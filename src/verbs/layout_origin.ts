import { basename, resolve } from "node:path";
import { isOrigin } from "../oci/origin.ts";
import { formatReference, type LayoutReference } from "../oci/reference.ts";
import { OptionsError } from "../options/options_error.ts";

/**
 * The origin of what a layout holds and does not say where it is from: the name of the layout.
 *
 * @throws {OptionsError} When it cannot be one.
 */
export function layoutOrigin(reference: LayoutReference): string {
  const name = basename(resolve(reference.path)).toLowerCase().replace(/\.(?:tar(?:\.(?:gz|zst))?|tgz)$/, "");
  if (isOrigin(name)) return name;
  throw new OptionsError(
    `Cannot use ${formatReference(reference)}: it does not say which repository it comes from, and ${
      JSON.stringify(name)
    } cannot be the name of one; use the reference of the registry`,
  );
}
