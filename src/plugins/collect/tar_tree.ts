import { readTar, type TarMember } from "../../oci/tar/read.ts";
import type { Context } from "../../work/context.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import { createPauses } from "../../system/pause.ts";
import { whyUnreadable } from "../../system/io_error.ts";
import { type Child, type Found, type FoundFile, type Link, type Resolved, type Tree, unfit } from "./tree.ts";

/** As many links on the way to one file as Linux follows. */
const HOP_LIMIT = 40;
/** How many bytes a path or the target of a link may have: as many as on Linux. */
const PATH_LIMIT = 4096;
/** How many characters of paths are looked at for all links of a tar; links to links multiply beyond all measure. */
const STEP_LIMIT = 500_000_000;
/** What stands in the place of bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";
/** What a file is while it is kept: nothing is known of it. */
const FILE_MEDIA_TYPE = "application/octet-stream";

type Nodes = ReadonlyMap<string, Found | Link>;

/**
 * Reads a tar to its end and gives the tree in it; the content of its files is kept in the context's scratch.
 *
 * @param name What errors call the tar.
 * @throws {SourceError} When it cannot be read, or does not describe one tree.
 */
export async function readTarTree(
  archive: ReadableStream<Uint8Array<ArrayBuffer>>,
  name: string,
  context: Context,
): Promise<Tree> {
  const nodes = new Map<string, Found | Link>([["", { kind: "directory" }]]);
  const children = new Map<string, Child[]>([["", []]]);
  /** Directories of which only content was seen so far. */
  const implied = new Set([""]);

  const explain = (cause: unknown): SourceError =>
    new SourceError(`Cannot read ${JSON.stringify(name)} as a tar: ${whyUnreadable(cause)}`, { cause });
  const pause = createPauses(context.signal);
  const onMissingEnd = (): void =>
    context.log.warn(`${JSON.stringify(name)} stops without the mark that ends a tar, so more may have been in it`);
  for await (const member of readTar(archive, { explain, signal: context.signal, onMissingEnd })) {
    await pause();
    const path = memberPath(member.name);
    const node = await readNode(member, nodes, context);
    if (node.kind !== "directory" || !implied.delete(path)) add(path, node);
  }

  function add(path: string, node: Found | Link): void {
    if (nodes.has(path)) throw memberError(path, "it is there twice");
    const [parent, base] = splitPath(path);
    if (!nodes.has(parent)) {
      add(parent, { kind: "directory" });
      implied.add(parent);
    }
    const siblings = children.get(parent);
    if (siblings === undefined) throw memberError(path, `${JSON.stringify(parent)} is no directory`);
    siblings.push({ name: base, found: node });
    nodes.set(path, node);
    if (node.kind === "directory") children.set(path, []);
  }

  return {
    list: (directory) => Promise.resolve(children.get(directory) ?? []),
    resolve: resolver(nodes),
  };
}

async function readNode(member: TarMember, nodes: Nodes, context: Context): Promise<Found | Link> {
  if (member.name.includes(REPLACEMENT)) return { kind: "unfit", why: "its name is not valid UTF-8" };
  switch (member.type) {
    case "directory":
      return { kind: "directory" };
    case "symlink":
      return { kind: "link", target: withinLimit(member.target, member.name) };
    case "hardlink":
      return findHardLinked(member, nodes);
    case "file":
      return await keepFile(member, context);
    case "sparse":
      throw memberError(member.name, "it is a sparse file");
    case "fifo":
      return { kind: "unfit", why: "it is a named pipe" };
    case "device":
      return { kind: "unfit", why: "it is a device" };
  }
}

function findHardLinked({ name, target }: TarMember, nodes: Nodes): Found | Link {
  const node = nodes.get(memberPath(target));
  if (node !== undefined && node.kind !== "directory") return node;
  throw memberError(name, `it is a hard link to ${JSON.stringify(target)}, which does not stand before it`);
}

async function keepFile({ mode, body }: TarMember, context: Context): Promise<FoundFile> {
  const { descriptor: { size, digest }, open } = await context.scratch.keep({ mediaType: FILE_MEDIA_TYPE }, body);
  return {
    kind: "file",
    executable: (mode & 0o100) !== 0,
    size,
    stream: () => open(),
    stamp: () => digest,
  };
}

/** The path of a member, which tars write with or without `./` before and `/` after it. The root is `""`. */
function memberPath(name: string): string {
  const parts = withinLimit(name, name).split("/").filter((part) => part !== "" && part !== ".");
  if (name.startsWith("/") && parts.length > 0 || parts.includes("..")) {
    throw memberError(name, "its path leads out of the tar");
  }
  return parts.join("/");
}

function withinLimit(path: string, member: string): string {
  if (path.length <= PATH_LIMIT) return path;
  throw memberError(member, `a path has more than ${PATH_LIMIT} characters`);
}

/** Makes the function that follows a link as an operating system does, with the root of the tar as the world. */
function resolver(nodes: Nodes): (link: string) => Resolved {
  let steps = 0;
  return (link) => {
    const [parent, base] = splitPath(link);
    let path = parent;
    /** The names that are still to be gone through, the next one at the end. */
    const rest = [base];
    let hops = 0;
    for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
      steps += path.length + part.length + 1;
      if (steps > STEP_LIMIT) return unfit("all links together take too many steps");
      if (nodes.get(path)?.kind !== "directory") return unfit("there is nothing at its target");
      if (part === "" || part === ".") continue;
      if (part === "..") {
        if (path === "") return unfit("it leads out of the source");
        path = splitPath(path)[0];
        continue;
      }
      const next = path === "" ? part : `${path}/${part}`;
      const node = nodes.get(next);
      if (node === undefined) return unfit("there is nothing at its target");
      if (node.kind !== "link") {
        path = next;
        continue;
      }
      if (node.target.startsWith("/")) return unfit("it leads out of the source");
      if (++hops > HOP_LIMIT) return unfit("it leads back to itself");
      rest.push(...node.target.split("/").reverse());
    }
    const found = nodes.get(path);
    if (found === undefined || found.kind === "link") return unfit("there is nothing at its target");
    return { path, found };
  };
}

function splitPath(path: string): [parent: string, base: string] {
  const slash = path.lastIndexOf("/");
  return [path.slice(0, Math.max(slash, 0)), path.slice(slash + 1)];
}

function memberError(path: string, why: string): SourceError {
  const shown = path.length > 200 ? `${path.slice(0, 200)}…` : path;
  return new SourceError(`Cannot publish ${JSON.stringify(shown)} from the tar: ${why}`);
}
