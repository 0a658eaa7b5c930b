/** Sources and programs that a machine has, for trees that are made of real files. */
import { delimiter, join } from "node:path";
import { findTool, runTool } from "../tests/support/tools.ts";

/** Used in this order, where there is no Go. */
const SOURCE_PLACES = ["/usr/lib/go/src", "/usr/local/go/src", "/usr/src", "/usr/include", "/usr/lib/python3"] as const;
const LIBRARIES = "/usr/lib";
/** A program that is smaller says little, one that is larger is all that there would be. */
const PROGRAM_SIZES = { least: 64 * 1024, most: 150 * 1024 * 1024 } as const;
/** What some tool leaves out unless it is told otherwise: without it, all of them have the same work. */
const LEFT_OUT_REGEXP =
  /^\.|\.(?:jpe?g|gif|png|wmv|flv|zip|tar\.gz)$|^appveyor\.yml$|^c(?:loudbuild|odeship-.*)\.ya?ml$/i;
/** How programs and libraries begin: ELF, and Mach-O of 64 bits. */
const MAGIC = ["7f454c46", "cffaedfe"] as const;

/**
 * Finds a directory of sources: the one that is given, or Go's `src`, or another one that systems have.
 *
 * @throws {Error} When there is none.
 */
export async function findSources(given?: string): Promise<string> {
  if (given !== undefined) return await Deno.realPath(given);
  const places = [...await goSources(), ...SOURCE_PLACES];
  for (const place of places) {
    for await (const _file of listSources(place)) return place;
  }
  throw new Error(`Cannot find sources: there is nothing in ${places.join(", ")}`);
}

/** Regular files below a directory, as paths that are relative to it, in an order that does not change. */
export async function* listSources(directory: string, below = ""): AsyncGenerator<string, void, void> {
  for (const entry of await sortedEntries(join(directory, below))) {
    if (LEFT_OUT_REGEXP.test(entry.name)) continue;
    const path = join(below, entry.name);
    if (entry.isDirectory) yield* listSources(directory, path);
    else if (entry.isFile) yield path;
  }
}

/** Programs and libraries, at most so many bytes of them: those on PATH first. */
export async function findPrograms(limit: number): Promise<readonly string[]> {
  const found: string[] = [];
  let bytes = 0;
  const seen = new Set<string>();
  for await (const path of candidates()) {
    const { size, ino } = await Deno.stat(path);
    if (size < PROGRAM_SIZES.least || size > PROGRAM_SIZES.most || bytes + size > limit) continue;
    if (seen.has(String(ino)) || !await isProgram(path)) continue;
    seen.add(String(ino));
    found.push(path);
    bytes += size;
  }
  return found;
}

async function goSources(): Promise<readonly string[]> {
  if (findTool("go") === undefined) return [];
  const { code, stdout } = await runTool("go", ["env", "GOROOT"]);
  return code === 0 ? [join(stdout.trim(), "src")] : [];
}

async function* candidates(): AsyncGenerator<string, void, void> {
  for (const directory of (Deno.env.get("PATH") ?? "").split(delimiter)) {
    for (const entry of await sortedEntries(directory)) if (entry.isFile) yield join(directory, entry.name);
  }
  for await (const path of listSources(LIBRARIES)) yield join(LIBRARIES, path);
}

/** Empty for what is not there, or not for everybody. */
async function sortedEntries(directory: string): Promise<readonly Deno.DirEntry[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(directory));
    return entries.sort((one, other) => one.name < other.name ? -1 : 1);
  } catch {
    return [];
  }
}

async function isProgram(path: string): Promise<boolean> {
  try {
    using file = await Deno.open(path);
    const start = new Uint8Array(4);
    await file.read(start);
    return MAGIC.some((magic) => magic === start.toHex());
  } catch {
    return false;
  }
}
