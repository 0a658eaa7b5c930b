import { isPrintable, printable, printableYaml } from "./printable.ts";

/** How results are written on standard output. */
export type OutputFormat = "text" | "json" | "yaml";

/**
 * Writes a value for programs: JSON with two spaces, or YAML. What could act on a terminal, or cannot be seen, is
 * written by its number; who parses it gets the same value.
 */
export async function formatOutput(value: unknown, format: Exclude<OutputFormat, "text">): Promise<string> {
  if (format === "json") return `${printable(JSON.stringify(value, undefined, 2))}\n`;
  const { writeYaml } = await import("../../yaml/write_yaml.ts");
  return printableYaml(writeYaml(value, { isQuoted: (text) => !isPrintable(text) }));
}
