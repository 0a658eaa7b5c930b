import { dirname, join } from "node:path";
import { digestHex, digestOf } from "../src/oci/digest.ts";
import { noise, textLike } from "../tests/support/sample_bytes.ts";
import { manifests } from "./manifests.ts";
import type { TreeFacts, Work } from "./results.ts";
import { findPrograms, findSources, listSources } from "./samples.ts";

/** The trees, from the smallest to the largest. */
export const TREE_NAMES = ["small", "config", "source", "big", "many", "huge"] as const;

/** The name of a tree. */
export type TreeName = typeof TREE_NAMES[number];

/** A tree that is there. */
export interface Tree extends TreeFacts {
  readonly name: TreeName;
  /** A directory named `tree`. */
  readonly path: string;
  /** Whether it is a Helm chart as well. */
  readonly isChart: boolean;
  /** What is worth doing with it. */
  readonly works: readonly Work[];
}

/** Where trees are kept, and what they are made of. */
export interface TreeOptions {
  readonly cache: string;
  /** A directory of sources; `undefined` for what the machine has. */
  readonly source?: string;
}

const MEBIBYTE = 1024 * 1024;
const GIBIBYTE = 1024 * MEBIBYTE;
/** Part of the name of what is kept: to be raised when a recipe changes. */
const RECIPES = 1;
/** Of every file, so that tools which record it write the same bytes each time. */
const MODIFIED = new Date("2024-01-01T00:00:00Z");

/**
 * Gives a tree, and makes it first if it is not in the cache.
 *
 * `small`, `config`, `many` and `huge` are the same on every machine; the others are made of what this one has.
 *
 * @throws {Error} When there are no sources to make it of.
 */
export async function prepareTree(name: TreeName, { cache, source }: TreeOptions): Promise<Tree> {
  const sources = name === "source" || name === "big" ? await findSources(source) : undefined;
  const origin = sources === undefined ? "" : `-${digestHex(digestOf(new TextEncoder().encode(sources))).slice(0, 8)}`;
  const kept = join(cache, `${name}-${RECIPES}${origin}`);
  const facts = await readFacts(kept) ?? await makeTree(name, { kept, sources: sources ?? "" });
  return {
    ...facts,
    name,
    path: join(kept, "tree"),
    isChart: name === "small" || name === "config",
    // Pulling it would write as many bytes as a disk may not have.
    works: name === "huge" ? ["push", "again"] : ["push", "again", "pull"],
  };
}

/** Where trees are kept when nobody says otherwise: outside of the checkout. */
export function defaultCache(): string {
  const home = Deno.env.get("XDG_CACHE_HOME") ?? join(Deno.env.get("HOME") ?? Deno.cwd(), ".cache");
  return join(home, "gantry-bench");
}

/** Regular files below a directory, and their bytes. */
export async function measureTree(path: string): Promise<{ readonly files: number; readonly bytes: number }> {
  let files = 0;
  let bytes = 0;
  for await (const entry of Deno.readDir(path)) {
    const at = join(path, entry.name);
    if (entry.isDirectory) {
      const below = await measureTree(at);
      files += below.files;
      bytes += below.bytes;
    } else if (entry.isFile) {
      files++;
      bytes += (await Deno.lstat(at)).size;
    }
  }
  return { files, bytes };
}

async function readFacts(kept: string): Promise<TreeFacts | undefined> {
  try {
    return JSON.parse(await Deno.readTextFile(join(kept, "tree.json")));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Made under another name, so that what was interrupted is not taken for a tree. */
async function makeTree(
  name: TreeName,
  { kept, sources }: { readonly kept: string; readonly sources: string },
): Promise<TreeFacts> {
  const making = `${kept}.${Deno.pid}.tmp`;
  const tree = join(making, "tree");
  await Deno.mkdir(tree, { recursive: true });
  try {
    const from = await RECIPE[name](tree, sources);
    const facts = { name, from, ...await measureTree(tree) };
    await Deno.writeTextFile(join(making, "tree.json"), JSON.stringify(facts));
    await Deno.rename(making, kept);
    return facts;
  } finally {
    await Deno.remove(making, { recursive: true }).catch(() => {});
  }
}

/** Fills a directory, and says in words what it is made of. */
const RECIPE: Readonly<Record<TreeName, (tree: string, sources: string) => Promise<string>>> = {
  small: async (tree) => {
    await writeChart(tree, 9, 2000);
    return "a Helm chart of Kubernetes manifests";
  },
  config: async (tree) => {
    await writeChart(tree, 1999, 12_000);
    return "a Helm chart of Kubernetes manifests";
  },
  source: async (tree, sources) => {
    await copySources(sources, tree);
    return `the sources in ${sources}`;
  },
  big: async (tree, sources) => {
    await copySources(sources, join(tree, "sources", "one"));
    await copySources(sources, join(tree, "sources", "two"));
    const programs = await findPrograms(450 * MEBIBYTE);
    for (const [at, program] of programs.entries()) await copy(program, join(tree, "programs", String(at)));
    const { bytes } = await measureTree(tree);
    for (let at = 0; bytes + at * MEBIBYTE < GIBIBYTE; at++) {
      await write(join(tree, "noise", `${at}.bin`), noise(MEBIBYTE, at + 1));
    }
    return `the sources in ${sources}, twice, ${programs.length} programs and libraries, and random bytes`;
  },
  many: async (tree) => {
    for (let at = 0; at < 100_000; at++) {
      await write(join(tree, `${Math.floor(at / 100)}`, `${at}.yaml`), textLike(600, at + 1));
    }
    return "files of 600 bytes";
  },
  huge: async (tree) => {
    await write(join(tree, "disk.img"), new Uint8Array());
    await Deno.truncate(join(tree, "disk.img"), 16 * GIBIBYTE);
    await Deno.utime(join(tree, "disk.img"), MODIFIED, MODIFIED);
    return "one sparse file";
  },
};

async function writeChart(tree: string, files: number, size: number): Promise<void> {
  await write(join(tree, "Chart.yaml"), encode("apiVersion: v2\nname: tree\nversion: 1.0.0\n"));
  for (let at = 0; at < files; at++) {
    await write(join(tree, "templates", `manifest-${at}.yaml`), encode(manifests(at + 1, size)));
  }
}

async function copySources(from: string, to: string): Promise<void> {
  for await (const path of listSources(from)) await copy(join(from, path), join(to, path));
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.mkdir(dirname(to), { recursive: true });
  await Deno.copyFile(from, to);
  await Deno.chmod(to, 0o644);
  await Deno.utime(to, MODIFIED, MODIFIED);
}

async function write(path: string, content: Uint8Array): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeFile(path, content, { mode: 0o644 });
  await Deno.utime(path, MODIFIED, MODIFIED);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
