/** What a module's source says of other modules. */
export interface ModuleImports {
  /** What it imports when it runs, modules of Node left out, in the order of the source; each with its line. */
  readonly runtime: readonly { readonly specifier: string; readonly line: number }[];
  /** Where `import.meta` stands: start and end in the source. */
  readonly metas: readonly (readonly [start: number, end: number])[];
}

/**
 * Finds what a module of JavaScript imports.
 *
 * @throws {Error} When it does not parse.
 */
export async function moduleImports(source: string): Promise<ModuleImports> {
  const { init, parse } = await import("es-module-lexer");
  await init;
  const [imports] = parse(source);
  const runtime: { specifier: string; line: number }[] = [];
  const metas: [number, number][] = [];
  for (const { type, specifier, start, end } of imports) {
    if (type === "import-meta") metas.push([start, end]);
    else if (specifier === undefined || specifier === null || !specifier.startsWith("node:")) {
      const line = source.slice(0, start).split("\n").length;
      runtime.push({ specifier: specifier ?? source.slice(start, end), line });
    }
  }
  return { runtime, metas };
}
