import type { ScalarLayout } from "js-yaml";
import { isPrintable, printable, printableYaml } from "./printable.ts";

/**
 * Writes a value for programs: JSON with two spaces, or YAML. What could act on a terminal, or cannot be seen, is
 * written by its number; who parses it gets the same value.
 */
export async function formatOutput(value: unknown, format: "json" | "yaml"): Promise<string> {
  if (format === "json") return `${printable(JSON.stringify(value, undefined, 2))}\n`;
  const { DEFAULT_SCALAR_STYLE_RULES, dump, SCALAR_STYLE_DOUBLE_QUOTED } = await import("js-yaml");
  // Only between double quotes can a character be written by its number.
  const quoteUnprintable = (layout: ScalarLayout): void => {
    if (!isPrintable(layout.node.value)) layout.style = SCALAR_STYLE_DOUBLE_QUOTED;
  };
  const scalarStyleRules = [...Object.values(DEFAULT_SCALAR_STYLE_RULES), quoteUnprintable];
  // References are fine YAML, but not what people expect of a small report.
  return printableYaml(dump(value, { noRefs: true, scalarStyleRules }));
}
