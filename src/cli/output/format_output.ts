/** Writes a value for programs: JSON with two spaces, or YAML. */
export async function formatOutput(value: unknown, format: "json" | "yaml"): Promise<string> {
  if (format === "json") return `${JSON.stringify(value, undefined, 2)}\n`;
  const { dump } = await import("js-yaml");
  // References are fine YAML, but not what people expect of a small report.
  return dump(value, { noRefs: true });
}
