import { LoadError } from "./load_error.ts";

/**
 * Takes the types out of TypeScript. Every line and column stays where it was, unless the file has something that is
 * more than a type, such as an `enum`.
 *
 * @param source The text of the file.
 * @param file What errors call it.
 * @throws {LoadError} When it does not parse; says where.
 */
export async function stripTypes(source: string, file: string): Promise<string> {
  // 4 MB of WebAssembly: whoever has no such plugin does not load it.
  const { transformSync } = await import("@swc/wasm-typescript");
  const strip = (mode: "strip-only" | "transform"): string => transformSync(source, { mode, filename: file }).code;
  try {
    return strip("strip-only");
  } catch (error) {
    if (!isUnsupported(error)) throw syntaxError(error, file);
  }
  try {
    return strip("transform");
  } catch (error) {
    throw syntaxError(error, file);
  }
}

/** What the library throws is no `Error`. */
interface Failure {
  readonly code?: string;
  readonly message?: string;
  readonly startLine?: number;
  readonly startColumn?: number;
}

function isUnsupported(error: unknown): boolean {
  return (error as Failure).code === "UnsupportedSyntax";
}

function syntaxError(error: unknown, file: string): LoadError {
  const { message = String(error), startLine, startColumn = 0 } = error as Failure;
  const where = startLine === undefined ? file : `${file}:${startLine}:${startColumn + 1}`;
  return new LoadError("syntax", `Cannot parse ${where}: ${message}`, error);
}
