import type { Annotator } from "../../pipeline/plugin.ts";
import type { Attributed } from "../../pipeline/values.ts";

/**
 * Makes an annotator of values that the user gave: in options, or in a configuration file.
 *
 * @param values Annotations by key, each with the place where the user wrote it.
 */
export function staticAnnotations(values: Readonly<Record<string, Attributed>>): Annotator {
  return {
    name: "static",
    annotate: (): Promise<Readonly<Record<string, Attributed>>> => Promise.resolve(values),
  };
}
