/** Which module imports which, as Deno itself sees it. */
import { relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** One import, `import type` and `import()` included. */
export interface Import {
  /** The file that imports, relative to the root, with `/`. */
  readonly from: string;
  /** What stands in the source. */
  readonly specifier: string;
  /** The file relative to the root, or the URL of what is not in the root (`npm:…`, `node:…`). */
  readonly to: string;
}

/** What belongs together, and what it imports. */
export interface ModuleGraph {
  /** All files of the graph, sorted. */
  readonly files: readonly string[];
  readonly imports: readonly Import[];
  /** Imports that lead nowhere, each with Deno's reason. */
  readonly errors: readonly string[];
}

/**
 * Reads the graph that begins at some files.
 *
 * @param root The directory of the `deno.json`.
 * @param entries Files relative to it. One that is part of the graph of those before it costs nothing.
 */
export async function readModuleGraph(root: string, entries: readonly string[]): Promise<ModuleGraph> {
  const files = new Set<string>();
  const imports: Import[] = [];
  const errors: string[] = [];
  for (const entry of entries) {
    if (files.has(entry)) continue;
    for (const { specifier, dependencies = [], error } of (await denoInfo(root, entry)).modules) {
      const from = place(root, specifier);
      if (files.has(from)) continue;
      if (error !== undefined) errors.push(error);
      if (from.includes(":")) continue;
      files.add(from);
      for (const { specifier, code, type } of dependencies) {
        for (const { specifier: url, error } of [code ?? {}, type ?? {}]) {
          if (error !== undefined) errors.push(`${from}: ${error}`);
          if (url !== undefined) imports.push({ from, specifier, to: place(root, url) });
        }
      }
    }
  }
  return { files: [...files].sort(), imports, errors };
}

/**
 * Looks for a cycle.
 *
 * @returns The files of the first one that is found, the first of them once more at the end; empty when there is none.
 */
export function findCycle({ files, imports }: Pick<ModuleGraph, "files" | "imports">): readonly string[] {
  const next = Map.groupBy(imports, ({ from }) => from);
  const clean = new Set<string>();
  for (const file of files) {
    const cycle = search(file, []);
    if (cycle.length > 0) return cycle;
  }
  return [];

  function search(file: string, path: readonly string[]): readonly string[] {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (clean.has(file)) return [];
    for (const { to } of next.get(file) ?? []) {
      const cycle = search(to, [...path, file]);
      if (cycle.length > 0) return cycle;
    }
    clean.add(file);
    return [];
  }
}

interface DenoInfo {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly {
      readonly specifier: string;
      readonly code?: Resolved;
      readonly type?: Resolved;
    }[];
  }[];
}

interface Resolved {
  readonly specifier?: string;
  readonly error?: string;
}

async function denoInfo(root: string, entry: string): Promise<DenoInfo> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "--no-lock", entry],
    cwd: root,
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`Cannot read the graph of ${entry}: ${decoder.decode(stderr)}`);
  return JSON.parse(decoder.decode(stdout));
}

function place(root: string, url: string): string {
  if (!url.startsWith("file:")) return url;
  return relative(root, fileURLToPath(url)).replaceAll(sep, "/");
}
