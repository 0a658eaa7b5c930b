import { dirname, extname, resolve } from "node:path";
import { findFile, readSource } from "./load_file.ts";
import { LoadError } from "./load_error.ts";
import { isPackage } from "./load_package.ts";
import { moduleImports } from "./module_imports.ts";
import { stripTypes } from "./strip_types.ts";

/** How to build a plugin. */
export interface BuildOptions {
  /** The directory that the path is relative to. */
  readonly base: string;
  /** The Deno that bundles; `undefined` where there is none, as in the compiled program. */
  readonly deno: string | undefined;
  /** Ends the bundling. */
  readonly signal: AbortSignal;
}

/**
 * Makes one module of JavaScript of a plugin, which imports nothing but modules of Node.
 *
 * A file that imports nothing keeps its text, without its types. Anything else is bundled by Deno; the names in it are
 * short then, because with their long forms a bundle would tell where on this machine its parts were. The same sources
 * give the same text, a bundle under the same version of Deno.
 *
 * @param what A file, or the specifier of a package.
 * @returns The module's text.
 * @throws {LoadError} When it cannot be read, parsed or bundled.
 * @throws The signal's reason, when it is aborted.
 */
export async function buildPlugin(what: string, { base, deno, signal }: BuildOptions): Promise<string> {
  if (isPackage(what)) return await bundled(what, base, { deno, signal });
  const file = await findFile(resolve(base, what));
  const source = await readSource(file);
  const stripped = extname(file) === ".ts" ? await stripTypes(source, file) : source;
  const { runtime: [first] } = await importsOf(stripped, file);
  if (first === undefined) return stripped;
  return await bundled(file, dirname(file), { deno, signal, why: first });
}

interface Bundling extends Omit<BuildOptions, "base"> {
  /** What makes it necessary. */
  readonly why?: { readonly specifier: string; readonly line: number };
}

async function bundled(what: string, cwd: string, { deno, signal, why }: Bundling): Promise<string> {
  if (deno === undefined) {
    const place = why === undefined
      ? `${what}: the`
      : `${what}:${why.line}: it imports ${JSON.stringify(why.specifier)}, and the`;
    throw new LoadError("compiled", `Cannot build ${place} compiled gantry cannot bundle`);
  }
  const { success, stdout, stderr } = await new Deno.Command(deno, {
    args: [
      "bundle",
      "--quiet",
      "--minify",
      "--platform",
      "deno",
      "--format",
      "esm",
      // A package says itself what it needs; the lock file of whatever project this directory belongs to is not its
      // own.
      ...(isPackage(what) ? ["--no-config", "--no-lock"] : []),
      what,
    ],
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal,
  }).output();
  signal.throwIfAborted();
  if (!success) {
    throw new LoadError(
      "import",
      `Cannot bundle ${what}: ${new TextDecoder().decode(stderr).trim().replace(/^error: /, "")}`,
    );
  }
  const text = new TextDecoder().decode(stdout);
  const { runtime: [left] } = await importsOf(text, what);
  if (left === undefined) return text;
  throw new LoadError(
    "import",
    `Cannot bundle ${what}: it imports ${left.specifier}, which is known only when it runs`,
  );
}

async function importsOf(source: string, name: string): ReturnType<typeof moduleImports> {
  return await moduleImports(source).catch((cause) => {
    const position = /(\d+:\d+)$/.exec(cause instanceof Error ? cause.message : "")?.[1];
    throw new LoadError("syntax", `Cannot parse ${name}${position === undefined ? "" : `:${position}`}`, cause);
  });
}
