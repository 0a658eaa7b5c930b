/** Random trees, on disk and in a tar. */
import fc from "fast-check";
import { packTar, type TarEntry } from "modern-tar";
import { textLike } from "../../support/sample_bytes.ts";

/** What a tree holds, by path. Directories end in `/` and have no content; a directory comes before what is in it. */
export interface TreeNode {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
  /** Whether the owner may execute it. */
  readonly executable: boolean;
}

/** Names that sort differently by UTF-16 units, whole paths or letter case than by the bytes of each part. */
const NAMES = [
  "a",
  "a-b",
  "a.txt",
  "a b",
  "A",
  "b",
  "é",
  "e\u0301",
  "\u{1f600}",
  "\uff5e",
  "z",
  "..c",
  ".d",
  ".wh.a",
  "cue.mod",
  "\x01",
];

const nameArbitrary = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.string({ unit: "binary", minLength: 1, maxLength: 40 })
    .filter((name) => !/[\0/\ufffd]/.test(name) && name !== "." && name !== ".."),
);

const MODES = [0o644, 0o755, 0o600, 0o700, 0o664, 0o711, 0o655, 0o1644, 0o4755];

const partsArbitrary = fc.oneof(
  { weight: 6, arbitrary: fc.array(nameArbitrary, { minLength: 1, maxLength: 3 }) },
  // Deep enough for a path that no field of a tar's header holds.
  fc.array(fc.constantFrom("a", "deep", "d".repeat(40)), { minLength: 8, maxLength: 14 }),
);

const textArbitrary = fc.oneof(
  { weight: 6, arbitrary: fc.string({ maxLength: 20 }) },
  fc.integer({ min: 500, max: 100_000 }).map((size) => new TextDecoder().decode(textLike(size))),
);

/** Random files and directories, with one file at least. */
export const treeArbitrary: fc.Arbitrary<readonly TreeNode[]> = fc
  .array(
    fc.record({
      parts: partsArbitrary,
      text: textArbitrary,
      mode: fc.constantFrom(...MODES),
      directory: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((wishes) => {
    const nodes = new Map<string, TreeNode>();
    for (const { parts, text, mode, directory } of wishes) {
      const parents = parts.slice(1).map((_, at) => `${parts.slice(0, at + 1).join("/")}/`);
      const path = parts.join("/");
      if ([...parents, path].some((taken) => nodes.has(taken.replace(/\/$/, "")) || nodes.has(`${path}/`))) continue;
      for (const parent of parents) nodes.set(parent, directoryNode(parent));
      if (directory) nodes.set(`${path}/`, directoryNode(`${path}/`));
      else nodes.set(path, { path, text, mode, executable: (mode & 0o100) !== 0 });
    }
    return [...nodes.values()];
  })
  .filter((nodes) => nodes.some(({ path }) => !path.endsWith("/")));

function directoryNode(path: string): TreeNode {
  return { path, text: "", mode: 0o755, executable: false };
}

/** Makes the tree on disk, in the order given. */
export async function writeNodes(root: string, nodes: readonly TreeNode[]): Promise<void> {
  for (const { path, text, mode } of nodes) {
    const target = `${root}/${path}`;
    if (path.endsWith("/")) await Deno.mkdir(target, { recursive: true });
    else {
      await Deno.mkdir(target.slice(0, target.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(target, text);
      await Deno.chmod(target, mode);
    }
  }
}

/** Packs the tree in the order given. */
export async function packNodes(nodes: readonly TreeNode[], prefix: string): Promise<Uint8Array<ArrayBuffer>> {
  return await packTar(nodes.map(({ path, text, mode }): TarEntry => {
    const body = new TextEncoder().encode(text);
    const type = path.endsWith("/") ? "directory" : "file";
    const name = prefix + path;
    return {
      header: {
        name,
        type,
        size: body.byteLength,
        mode,
        mtime: new Date(0),
        pax: { path: name },
      },
      ...(type === "file" ? { body } : {}),
    };
  }));
}

/** What a walk gives: depth first, a directory before what is in it, the names in it sorted by their bytes. */
export function walkOrder(nodes: readonly TreeNode[]): readonly string[] {
  return inside("");

  function inside(directory: string): readonly string[] {
    return nodes
      .filter(({ path }) => path.startsWith(directory) && /^[^/]+\/?$/.test(path.slice(directory.length)))
      .map((node) => ({ node, name: new TextEncoder().encode(node.path.slice(directory.length).replace(/\/$/, "")) }))
      .sort((a, b) => compareBytes(a.name, b.name))
      .flatMap(({ node: { path, text, executable } }) =>
        path.endsWith("/") ? [path, ...inside(path)] : [`${path}${executable ? "*" : ""} = ${text}`]
      );
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
}
