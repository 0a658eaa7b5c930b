import { foldedName } from "./member_path.ts";

/** A file that was extracted. */
export interface FileNode {
  readonly kind: "file";
  /** Which layer it came with: a number that grows. */
  readonly layer: number;
  /** Size in bytes. */
  readonly size: number;
  /** Left out where nothing says it, as of a layer that is the file itself. */
  readonly executable?: boolean;
}

/** A symbolic link that an archive holds. It is on no disk while anything is extracted. */
export interface LinkNode {
  readonly kind: "link";
  readonly layer: number;
  readonly target: string;
}

/** A directory that was made. */
export interface DirectoryNode {
  readonly kind: "directory";
  /** The last layer that mentions it. */
  layer: number;
  /** The last layer of which is known that nothing of earlier ones is in the directory. */
  cleared: number;
  readonly children: Map<string, TreeNode>;
  /** The names of the children by what they become where fewer names are told apart. */
  readonly folded: Map<string, string>;
}

/** What is at a path. */
export type TreeNode = FileNode | LinkNode | DirectoryNode;

/** What was extracted so far. Everything that is decided about a path is decided here, and not by looking at a disk. */
export interface ExtractedTree {
  readonly root: DirectoryNode;
  /** What is at a path; `undefined` when there is nothing, or a file or a link on the way. */
  find(parts: readonly string[]): TreeNode | undefined;
  /** How many files and links are in a directory and below it; empty stands for the root. */
  countFiles(path: string): number;
  /** The paths of files and links of these names, which are in lower case: not every system tells letter case. */
  filesNamed(names: readonly string[]): readonly string[];
}

/** Makes a tree in which nothing is. */
export function createTree(): ExtractedTree {
  const root = directoryNode(0);
  function find(parts: readonly string[]): TreeNode | undefined {
    let node: TreeNode | undefined = root;
    for (const part of parts) {
      if (node?.kind !== "directory") return undefined;
      node = node.children.get(part);
    }
    return node;
  }
  return {
    root,
    find,
    countFiles(path): number {
      const node = find(path === "" ? [] : path.split("/"));
      return node === undefined ? 0 : countIn(node);
    },
    filesNamed: (names) => [...namedIn(root, names)],
  };
}

function countIn(node: TreeNode): number {
  return node.kind === "directory" ? node.children.values().reduce((sum, child) => sum + countIn(child), 0) : 1;
}

function* namedIn({ children, folded }: DirectoryNode, names: readonly string[]): Generator<string> {
  for (const name of names) {
    const there = folded.get(name);
    if (there !== undefined && children.get(there)?.kind !== "directory") yield there;
  }
  for (const [name, child] of children) {
    if (child.kind !== "directory") continue;
    for (const path of namedIn(child, names)) yield `${name}/${path}`;
  }
}

/** Makes a directory in which nothing is. */
export function directoryNode(layer: number): DirectoryNode {
  return { kind: "directory", layer, cleared: layer, children: new Map(), folded: new Map() };
}

/** The name in a directory that some file systems do not tell from this one; `undefined` when there is none. */
export function nearlySameName({ folded }: DirectoryNode, name: string): string | undefined {
  const other = folded.get(foldedName(name));
  return other === name ? undefined : other;
}

/** Puts something into a directory, in the place of what has its name. */
export function putChild({ children, folded }: DirectoryNode, name: string, node: TreeNode): void {
  children.set(name, node);
  folded.set(foldedName(name), name);
}

/** Takes something out of a directory. */
export function takeChild({ children, folded }: DirectoryNode, name: string): void {
  children.delete(name);
  const key = foldedName(name);
  if (folded.get(key) === name) folded.delete(key);
}
