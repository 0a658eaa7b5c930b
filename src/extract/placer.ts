import {
  type DirectoryNode,
  directoryNode,
  type ExtractedTree,
  nearlySameName,
  putChild,
  takeChild,
  type TreeNode,
} from "./extracted_tree.ts";
import type { Refuse } from "./extraction_error.ts";
import type { NamePolicy } from "./extraction_rules.ts";
import type { Meter } from "./meter.ts";
import type { TreeWriter } from "./directory/staging.ts";

/** What the members of one layer are placed into. */
export interface PlacerOptions {
  readonly tree: ExtractedTree;
  readonly staging: TreeWriter;
  readonly meter: Meter;
  readonly names: NamePolicy;
  /** The number of the layer. */
  readonly layer: number;
  /** What messages call the layer. */
  readonly what: string;
  /** Whether members take the place of those of earlier layers. */
  readonly replaces: boolean;
  /** Refuses a member. */
  readonly refuse: Refuse;
}

/** Makes room for members in the tree and in the staging directory. */
export interface Placer {
  /** Makes a directory, and those above it that no member has mentioned. A directory that is there stays. */
  directory(parts: readonly string[]): void;
  /**
   * Makes room for a file or a link: the directories above it are there, and nothing is at its path any more.
   *
   * @returns Puts the node of the file or the link into the tree.
   */
  leaf(parts: readonly string[]): (node: TreeNode) => void;
  /** Takes away what earlier layers have put at a path; what this layer has put there stays. */
  hide(parts: readonly string[]): void;
  /** Takes away what earlier layers have put into a directory. */
  hideContent(parts: readonly string[]): void;
}

/** Makes the placer of a layer. */
export function createPlacer(options: PlacerOptions): Placer {
  const { tree, staging, meter, names, layer, what, replaces, refuse } = options;

  return {
    directory(parts): void {
      open(parts, parts.length).layer = layer;
    },
    leaf(parts): (node: TreeNode) => void {
      const path = parts.join("/");
      const parent = open(parts, parts.length - 1);
      const name = parts.at(-1) ?? "";
      const there = parent.children.get(name);
      if (there === undefined) checkName(parent, name, path);
      else clear(parent, parts, path);
      return (node) => putChild(parent, name, node);
    },
    hide(parts): void {
      const parent = tree.find(parts.slice(0, -1));
      if (parent?.kind === "directory") takeAway(parent, parts);
    },
    hideContent(parts): void {
      const node = tree.find(parts);
      if (node?.kind === "directory") takeContentAway(node, parts);
    },
  };

  /** Goes down the first parts of a path, and makes what is missing there. */
  function open(parts: readonly string[], depth: number): DirectoryNode {
    let directory = tree.root;
    for (let length = 1; length <= depth; length++) {
      const child = directory.children.get(parts[length - 1] ?? "");
      directory = child?.kind === "directory" ? child : makeChild(directory, parts, length);
    }
    return directory;
  }

  function makeChild(parent: DirectoryNode, parts: readonly string[], length: number): DirectoryNode {
    const way = parts.slice(0, length);
    const path = parts.join("/");
    const name = way.at(-1) ?? "";
    const there = parent.children.get(name);
    if (there === undefined) checkName(parent, name, path);
    else {
      // Who follows a link of an archive writes where the archive wants it.
      if (there.kind === "link" && length < parts.length) {
        refuse(path, "link-target", `${JSON.stringify(name)} is a link`);
      }
      clear(parent, way, path);
    }
    // The member itself was counted when it came.
    if (length < parts.length) meter.entry(what);
    staging.directory(way);
    const made = directoryNode(layer);
    putChild(parent, name, made);
    return made;
  }

  /** Takes away what is at a path, or refuses the member that wants its place. */
  function clear(parent: DirectoryNode, parts: readonly string[], path: string): void {
    const name = parts.at(-1) ?? "";
    const there = parent.children.get(name);
    if (there?.layer !== layer && !replaces) refuse(path, "conflict", "another layer holds it too");
    takeAway(parent, parts);
    if (!parent.children.has(name)) return;
    const isSame = parts.join("/") === path && there?.kind !== "directory";
    refuse(
      path,
      "conflict",
      isSame ? "it is there twice" : `${JSON.stringify(name)} is a directory and something else`,
    );
  }

  function takeAway(parent: DirectoryNode, parts: readonly string[]): void {
    const name = parts.at(-1) ?? "";
    const node = parent.children.get(name);
    if (node === undefined) return;
    if (node.kind === "directory") takeContentAway(node, parts);
    if (node.layer === layer || node.kind === "directory" && node.children.size > 0) return;
    // A link is on no disk yet.
    if (node.kind !== "link") staging.remove(parts);
    takeChild(parent, name);
  }

  function takeContentAway(directory: DirectoryNode, parts: readonly string[]): void {
    // A layer may say so again and again; what it has put there itself stays in any case.
    if (directory.cleared === layer) return;
    directory.cleared = layer;
    for (const child of [...directory.children.keys()]) takeAway(directory, [...parts, child]);
  }

  function checkName(parent: DirectoryNode, name: string, path: string): void {
    const other = names === "any" ? undefined : nearlySameName(parent, name);
    if (other === undefined) return;
    refuse(path, "name", `${JSON.stringify(name)} and ${JSON.stringify(other)} are one name on some file systems`);
  }
}
