import type { DirectoryNode, ExtractedTree, LinkNode, TreeNode } from "./extracted_tree.ts";
import { ExtractionError } from "./extraction_error.ts";
import type { Staging } from "./directory/staging.ts";

/** As many links on the way to one file as Linux follows. */
const HOP_LIMIT = 40;
/** How many parts of paths are looked at for all links of an artifact. */
const STEP_LIMIT = 5_000_000;
const DRIVE_REGEXP = /^[a-z]:/i;
// deno-lint-ignore no-control-regex -- control characters are what it looks for
const CONTROL_REGEXP = /[\u0000-\u001f\u007f]/;

/**
 * Makes the symbolic links of a tree, now that everything else stands. Each is followed as an operating system does it,
 * through all others, and has to stay inside at every step. What it points to need not be there.
 *
 * @returns How many there are.
 * @throws {ExtractionError} Names the first link that leads out.
 */
export async function settleLinks(tree: ExtractedTree, staging: Staging, signal: AbortSignal): Promise<number> {
  const links = [...linksIn(tree.root, [])];
  const follow = follower(tree);
  const checked = links.map(([parts, link]) => {
    const { problem, directory } = follow(parts, link.target);
    if (problem !== undefined) {
      throw new ExtractionError("link-target", `Cannot extract ${JSON.stringify(parts.join("/"))}: ${problem}`);
    }
    return { parts, target: link.target, directory };
  });
  for (const { parts, target, directory } of checked) {
    signal.throwIfAborted();
    await staging.link(parts, target, { directory });
  }
  return links.length;
}

function* linksIn(
  { children }: DirectoryNode,
  parts: readonly string[],
): Generator<readonly [parts: readonly string[], link: LinkNode], void, void> {
  for (const [name, node] of children) {
    const path = [...parts, name];
    if (node.kind === "link") yield [path, node];
    if (node.kind === "directory") yield* linksIn(node, path);
  }
}

interface Followed {
  /** Why the link is refused. */
  readonly problem?: string;
  /** Whether it leads to a directory. */
  readonly directory: boolean;
}

/** Makes the function that follows links; the steps of all of them together are limited. */
function follower(tree: ExtractedTree): (link: readonly string[], target: string) => Followed {
  let steps = 0;
  return (link, target) => {
    const refused = (why: string): Followed => ({
      problem: `it is a symbolic link to ${JSON.stringify(target.slice(0, 200))}, ${why}`,
      directory: false,
    });
    const strange = strangeTarget(target);
    if (strange !== undefined) return refused(strange);
    /** The nodes on the way from the root; `undefined` where the archive has nothing. */
    const way: (TreeNode | undefined)[] = [tree.root];
    for (const part of link.slice(0, -1)) {
      steps++;
      const above = way.at(-1);
      way.push(above?.kind === "directory" ? above.children.get(part) : undefined);
    }
    const rest = target.split("/").reverse();
    let hops = 0;
    for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
      if (++steps > STEP_LIMIT) return refused("and all links together take too many steps");
      if (part === "" || part === ".") continue;
      const here = way.at(-1);
      if (part === "..") {
        // Where nothing is of the archive something else may be, and above that anything.
        if (here?.kind !== "directory") return refused("which goes through what is not in the archive");
        if (way.length === 1) return refused("which leads out of the directory");
        way.pop();
        continue;
      }
      const next = here?.kind === "directory" ? here.children.get(part) : undefined;
      if (next?.kind !== "link") {
        way.push(next);
        continue;
      }
      const further = strangeTarget(next.target);
      if (further !== undefined) return refused(further);
      if (++hops > HOP_LIMIT) return refused("which leads back to itself");
      rest.push(...next.target.split("/").reverse());
    }
    return { directory: way.at(-1)?.kind === "directory" };
  };
}

function strangeTarget(target: string): string | undefined {
  if (target === "") return "which is empty";
  if (target.startsWith("/") || DRIVE_REGEXP.test(target)) return "which leads out of the directory";
  if (target.includes("\\") || CONTROL_REGEXP.test(target) || target.includes("\ufffd")) {
    return "which is not a portable path";
  }
  return undefined;
}
