/** Trees of files, as tests compare and make them. */
import { digestOf } from "../../src/oci/digest.ts";
import { dirname, join } from "node:path";
import { writeProgram } from "./script.ts";

/** Path to what is there: `dir`, or `0644 sha256:…` for a file. Links count as what they point to. */
export type Tree = Readonly<Record<string, string>>;

/** Reads a tree: every file with its mode and content, every directory. */
export async function readTree(root: string): Promise<Tree> {
  const tree: Record<string, string> = {};
  await walk("");
  return tree;

  async function walk(below: string): Promise<void> {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(join(root, below))) names.push(name);
    for (const name of names.sort()) {
      const path = below === "" ? name : `${below}/${name}`;
      const stat = await Deno.stat(join(root, path));
      if (stat.isDirectory) {
        tree[path] = "dir";
        await walk(path);
      } else {
        const mode = ((stat.mode ?? 0) & 0o777).toString(8).padStart(4, "0");
        tree[path] = `${mode} ${digestOf(await Deno.readFile(join(root, path)))}`;
      }
    }
  }
}

/** What a published tree comes out as: the executable bit is the only part of a mode that is kept. */
export function published(tree: Tree, without: (path: string) => boolean = () => false): Tree {
  return Object.fromEntries(
    Object.entries(tree).filter(([path]) => !without(path)).map(([path, what]) => {
      const executable = (parseInt(what.slice(0, 4), 8) & 0o100) !== 0;
      return [path, what === "dir" ? what : `${executable ? "0755" : "0644"}${what.slice(4)}`];
    }),
  );
}

/** Writes files; a path that ends in `/` is a directory, a value that starts with `#!` makes an executable. */
export async function writeTree(root: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const target = join(root, path);
    if (path.endsWith("/")) {
      await Deno.mkdir(target, { recursive: true });
      continue;
    }
    await Deno.mkdir(dirname(target), { recursive: true });
    if (typeof content !== "string") await Deno.writeFile(target, content);
    else if (content.startsWith("#!")) await writeProgram(target, content);
    else await Deno.writeTextFile(target, content);
  }
}
