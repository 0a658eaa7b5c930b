import type { TarMember } from "../oci/tar/read.ts";
import { WHITEOUT_PREFIX } from "../oci/whiteout.ts";
import { ExtractionError, type Refuse, refuser, shorten } from "./extraction_error.ts";
import type { ExtractedTree } from "./extracted_tree.ts";
import type { ExtractionRules, LinkPolicy } from "./extraction_rules.ts";
import { pathParts, pathProblem } from "./member_path.ts";
import type { Meter } from "./meter.ts";
import { createPlacer, type Placer } from "./placer.ts";
import { openArchive } from "./open_archive.ts";
import { reason } from "../system/io_error.ts";
import { createPauses } from "../system/pause.ts";
import type { TreeWriter } from "./directory/staging.ts";
import type { Scratch } from "../work/context.ts";

/** How the members of an archive become files. */
export interface UnpackOptions {
  /** What messages call the archive. */
  readonly what: string;
  /** The number of the layer: larger than that of every layer before it. */
  readonly layer: number;
  /** Whether its members take the place of those of earlier layers. */
  readonly replaces?: boolean;
  /** Whether it is a layer of an image, in which names that begin with `.wh.` take away what is below. */
  readonly whiteouts?: boolean;
  /** The path of a directory that no member may be outside of. */
  readonly title?: string;
  /** Whether all members are below one directory, which is left out. */
  readonly strip?: boolean;
  readonly links: LinkPolicy;
  readonly signal: AbortSignal;
  /** Where a zip is kept while it is extracted. */
  readonly scratch: Scratch;
  /** Told of what is left out. */
  readonly note: (message: string) => void;
}

/** Where an artifact is extracted to. */
export interface UnpackPlace {
  readonly tree: ExtractedTree;
  readonly staging: TreeWriter;
  readonly meter: Meter;
  readonly rules: ExtractionRules;
}

/**
 * Extracts an archive into a staging directory: a tar, plain or compressed with gzip or zstd, or a zip.
 *
 * Nothing of what an archive says is believed. Files are written with mode 0644 or 0755 and no owner; a hard link
 * becomes a copy of the file that it names, which has to stand before it; a symbolic link is only remembered.
 *
 * @param bytes The archive. It is read to its end, so that what verifies it has seen all of it.
 * @throws {ExtractionError} Names the member and the rule that it breaks.
 */
export async function unpackLayer(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  options: UnpackOptions,
  place: UnpackPlace,
): Promise<void> {
  const { what, layer, replaces = false, whiteouts = false, links, signal, scratch, note } = options;
  const { tree, staging, meter, rules } = place;
  const refuse: Refuse = refuser(what);
  const placer = createPlacer({ tree, staging, meter, names: rules.names, layer, what, replaces, refuse });
  const pause = createPauses(signal);
  const locate = locator(options, rules, refuse);

  await using archive = await openArchive(bytes, { what, meter, signal, scratch, maxSize: rules.maxSize, explain });
  for await (const member of archive.members) {
    const turn = pause();
    if (turn !== undefined) await turn;
    meter.entry(what);
    const parts = locate(member.name);
    if (!whiteouts || !applyWhiteout(parts, placer, () => refuse(member.name, "path", "it takes away no name"))) {
      await placeMember(member, parts);
    }
  }
  await archive.drain();

  async function placeMember(member: TarMember, parts: readonly string[]): Promise<void> {
    const { name, type, target } = member;
    if (parts.length === 0 && type !== "directory") refuse(name, "path", "it stands for the directory itself");
    switch (type) {
      case "directory":
        return placer.directory(parts);
      case "file":
        return await placeFile(member, parts);
      case "hardlink":
        return await placeCopy(member, parts);
      case "symlink":
        if (links === "error") refuse(name, "link", `it is a symbolic link to ${shorten(target)}`);
        if (links === "skip") return note(`Left out ${shorten(name)}: it is a symbolic link to ${shorten(target)}`);
        if (target.length > rules.maxPathLength) refuse(name, "path-length", "the path that it links to is too long");
        return placer.leaf(parts)({ kind: "link", layer, target });
      case "sparse":
        return refuse(name, "kind", "it is a sparse file");
      case "fifo":
        return refuse(name, "kind", "it is a named pipe");
      default:
        return refuse(name, "kind", "it is a device");
    }
  }

  async function placeFile({ mode, size, body }: TarMember, parts: readonly string[]): Promise<void> {
    const put = placer.leaf(parts);
    // The owner's bit, as it is the one that is published.
    const executable = (mode & 0o100) !== 0;
    using file = staging.file(parts, { executable });
    put({ kind: "file", layer, size, executable });
    for await (const piece of body) await file.write(piece);
  }

  async function placeCopy({ name, target }: TarMember, parts: readonly string[]): Promise<void> {
    const isLink = `it is a hard link to ${shorten(target)}`;
    const from = locate(target, (_, rule, why) => refuse(name, rule, `${isLink}: ${why}`));
    const node = tree.find(from);
    if (node?.kind !== "file") {
      return refuse(name, "hard-link", `${isLink}, and no file stands there before it`);
    }
    const put = placer.leaf(parts);
    if (tree.find(from) !== node) refuse(name, "hard-link", "it is a hard link to what it takes the place of");
    meter.copy(node.size, what);
    await staging.copy(from, parts, { executable: node.executable ?? false, signal });
    put({ ...node, layer });
  }

  function explain(cause: unknown, format: "tar" | "zip"): Error {
    if (cause instanceof ExtractionError) return cause;
    return new ExtractionError("archive", `Cannot read ${what} as a ${format}: ${reason(cause)}`, { cause });
  }
}

/** Makes the function that says where in the tree a member is; it can be told how to refuse a name. */
function locator(
  { title = ".", strip = false, whiteouts = false }: UnpackOptions,
  rules: ExtractionRules,
  refuseMember: Refuse,
): (name: string, refuse?: Refuse) => readonly string[] {
  let within: readonly string[] | undefined;
  let top: string | undefined;
  return (name, refuse = refuseMember) => {
    within ??= checkedParts(title, refuse);
    const parts = checkedParts(name, refuse);
    if (!within.every((part, at) => parts[at] === part)) {
      refuse(name, "path", `it is not in ${shorten(title)}, which the layer is for`);
    }
    if (!strip || parts.length === 0) return parts;
    top ??= parts[0];
    if (parts[0] !== top) refuse(name, "path", `it is not in ${shorten(top ?? "")}, as all before it`);
    return parts.slice(1);
  };

  function checkedParts(name: string, refuse: Refuse): readonly string[] {
    // What tools write with a "/" before it begins at the root of the image, as every runtime reads it.
    const inside = whiteouts && name.startsWith("/") ? `.${name}` : name;
    const problem = pathProblem(inside, rules);
    if (problem !== undefined) refuse(name, problem.rule, problem.why);
    return pathParts(inside);
  }
}

/**
 * Takes away what a layer of an image hides.
 *
 * @returns Whether the member is no file but says what to hide.
 */
function applyWhiteout(parts: readonly string[], placer: Placer, refuse: () => never): boolean {
  const name = parts.at(-1) ?? "";
  if (!name.startsWith(WHITEOUT_PREFIX)) return false;
  const parent = parts.slice(0, -1);
  if (name === OPAQUE_WHITEOUT) placer.hideContent(parent);
  // What else begins like that is what aufs remembers for itself.
  if (name.startsWith(WHITEOUT_PREFIX.repeat(2))) return true;
  const hidden = name.slice(WHITEOUT_PREFIX.length);
  if (["", ".", ".."].includes(hidden)) refuse();
  placer.hide([...parent, hidden]);
  return true;
}

const OPAQUE_WHITEOUT = ".wh..wh..opq";
