import { join } from "node:path";
import { readTar } from "../../oci/tar/read.ts";
import type { Entry } from "../../pipeline/entry.ts";
import { whyUnreadable } from "../../system/io_error.ts";
import { GANTRY_IGNORES, TEMPORARY_IGNORES, VERSION_CONTROL_IGNORES } from "../../plugins/filter/default_ignores.ts";
import { gitRules } from "../../plugins/filter/git_rules.ts";
import type { SourceListing, SourceView } from "../../profiles/profile.ts";
import { OptionsError } from "../../options/options_error.ts";
import { hasTarName, isFile } from "./source_path.ts";

/** Looks at a source as a profile may before anything is collected. What cannot be read is of the kind `other`. */
export async function sourceView(source: string): Promise<SourceView> {
  return {
    location: source,
    kind: await kindOf(source),
    read: (path) => readFile(join(source, path)),
    open: () => openFile(source),
  };
}

/** Lists a source, unless it is a file that is no archive, or standard input. */
export async function sourceListing(source: string): Promise<SourceListing | undefined> {
  switch (await kindOf(source)) {
    case "directory":
      return { kind: "directory", files: () => walk(source, ""), has: (path) => isFile(join(source, path)) };
    case "archive":
      return { kind: "archive", files: () => members(source), has: (path) => isAmong(members(source), path) };
    case "other":
      return undefined;
  }
}

/** What was found in an archive that can be read only once, such as standard input. */
export function listingOf(entries: readonly Entry[]): SourceListing {
  return { kind: "archive", files: () => filesOf(entries), has: (path) => isAmong(filesOf(entries), path) };
}

async function isAmong(files: AsyncIterable<Listed>, path: string): Promise<boolean> {
  for await (const file of files) {
    if (file.path === path) return true;
  }
  return false;
}

async function* filesOf(entries: readonly Entry[]): AsyncGenerator<Entry, void, void> {
  yield* entries.filter(({ kind }) => kind === "file");
}

async function kindOf(source: string): Promise<SourceView["kind"]> {
  try {
    if (source === "-") return "other";
    const { isFile, isDirectory } = await Deno.stat(source);
    return isDirectory ? "directory" : isFile && hasTarName(source) ? "archive" : "other";
  } catch {
    // What cannot be read is reported by the collector, with its reason.
    return "other";
  }
}

const DEFAULT_RULES = gitRules([
  { from: "default", patterns: [...VERSION_CONTROL_IGNORES, ...GANTRY_IGNORES, ...TEMPORARY_IGNORES] },
]);

type Listed = { readonly path: string; readonly size: number };

/** Links are taken for files: what they lead to is for the collector to find out. */
async function* walk(root: string, directory: string): AsyncGenerator<Listed, void, void> {
  const inner: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(join(root, directory))) {
      const path = directory === "" ? name : `${directory}/${name}`;
      if (DEFAULT_RULES.ignores(path, isDirectory ? "directory" : "file") !== undefined) continue;
      if (isDirectory) inner.push(path);
      else yield { path, size: 0 };
    }
  } catch {
    // What cannot be read is reported by the collector, with its reason.
  }
  for (const path of inner) yield* walk(root, path);
}

async function* members(source: string): AsyncGenerator<Listed, void, void> {
  try {
    for await (const { name, type, size } of readTar(openFile(source), { explain: asError, onMissingEnd: () => {} })) {
      if (type !== "directory") yield { path: name.replace(/^(?:\.\/+)+/, ""), size };
    }
  } catch {
    // A damaged archive is reported by who packs what is in it.
  }
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause));
}

async function readFile(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw new OptionsError(`Cannot read ${JSON.stringify(path)}: ${whyUnreadable(cause)}`, { cause });
  }
}

function openFile(path: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  return ReadableStream.from(read());

  async function* read(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    using file = await Deno.open(path);
    while (true) {
      const bytes = new Uint8Array(256 * 1024);
      const count = await file.read(bytes);
      if (count === null) return;
      yield bytes.subarray(0, count);
    }
  }
}
