import { dirname, sep as SEPARATOR } from "node:path";
import type { Factory, StageIO } from "../../pipeline/plugin.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import { fileKind } from "../../system/file_kind.ts";
import { createPauses } from "../../system/pause.ts";
import { foundOnDisk, type FoundPlace, locationOf } from "./found_on_disk.ts";
import { heldDirectories } from "./held_directories.ts";
import { whyUnreadable } from "../../system/io_error.ts";
import { readingError } from "./reading_error.ts";
import { type SymlinkChoice, symlinkChoice } from "./symlink_choice.ts";
import { type Child, type Found, type Link, type Resolved, type Tree, unfit } from "./tree.ts";
import { walk, type WalkOptions } from "./walk.ts";

export type { SymlinkPolicy } from "./walk.ts";

/** What Deno shows in the place of bytes that are not UTF-8; such a name opens nothing, and two may look the same. */
const REPLACEMENT = "\ufffd";
const NOT_UTF8: Found = { kind: "unfit", why: "its name is not valid UTF-8" };

/**
 * Collects a directory: the files and directories below it, in the order of {@linkcode walk}.
 *
 * The source may be a symbolic link itself. A file is executable when its owner may execute it. The stream of a file
 * that has changed since it was found fails.
 */
export function directory({ prune }: Pick<WalkOptions, "prune"> = {}): Factory<"collect", SymlinkChoice> {
  return (kit) =>
    kit.plugin({
      name: "directory",
      version: "1.0.0",
      apiVersion: 1,
      stage: "collect",
      description: "Finds the files and directories below a directory.",
      options: symlinkChoice(kit),
      async run({ location }, { symlinks }, context): Promise<StageIO["collect"]["out"]> {
        const options = { symlinks, ...(prune === undefined ? {} : { prune }) };
        return { entries: await walk(directoryTree(findRoot(location), context.signal), location, options, context) };
      },
    });
}

function findRoot(location: string): string {
  try {
    const root = Deno.realPathSync(location);
    const info = Deno.statSync(root);
    if (info.isDirectory) return root;
    throw new SourceError(
      `Cannot read ${JSON.stringify(location)} as a directory: it is ${info.isFile ? "a file" : fileKind(info)}`,
    );
  } catch (error) {
    throw readingError(location, error);
  }
}

function directoryTree(root: string, signal: AbortSignal): Tree {
  const prefix = root.endsWith(SEPARATOR) ? root : root + SEPARATOR;
  const held = heldDirectories(root);
  const pause = createPauses(signal);
  return {
    async list(directory: string): Promise<readonly Child[]> {
      const place = directory === "" ? root : locationOf({ prefix, path: directory });
      return await held.whileSteady(place, async () => await listChildren({ prefix, path: directory }, pause));
    },
    resolve(link: string): Resolved {
      try {
        const real = Deno.realPathSync(prefix + link);
        if (real !== root && !real.startsWith(prefix)) return unfit("it leads out of the source");
        const path = real.slice(prefix.length).replaceAll(SEPARATOR, "/");
        const parent = real === root ? root : dirname(real);
        return {
          path,
          found: held.whileSteadySync(parent, () => foundOnDisk({ prefix, path }, Deno.lstatSync(real))),
        };
      } catch (error) {
        return unfit(whyUnresolved(error));
      }
    },
  };
}

async function listChildren(
  directory: FoundPlace,
  pause: () => Promise<void> | undefined,
): Promise<readonly Child[]> {
  const { prefix, path } = directory;
  const above = path === "" ? "" : `${path}/`;
  const children: Child[] = [];
  const lossy = new Set<string>();
  // Calls that wait for nothing are several times as fast; between them there is time to hear an abort.
  for (const entry of Deno.readDirSync(locationOf(directory))) {
    const turn = pause();
    if (turn !== undefined) await turn;
    const place = { prefix, path: above + entry.name };
    children.push({ name: entry.name, found: lossy.has(entry.name) ? NOT_UTF8 : inspect(place, entry) });
    if (entry.name.includes(REPLACEMENT)) lossy.add(entry.name);
  }
  return children;
}

function inspect(place: FoundPlace, { name, isDirectory, isSymlink }: Deno.DirEntry): Found | Link {
  const lossy = name.includes(REPLACEMENT);
  if (isDirectory && !lossy) return { kind: "directory" };
  const location = locationOf(place);
  try {
    if (isSymlink) return { kind: "link", target: Deno.readLinkSync(location) };
    return foundOnDisk(place, Deno.lstatSync(location));
  } catch (error) {
    if (lossy && error instanceof Deno.errors.NotFound) return NOT_UTF8;
    return { kind: "unfit", why: whyUnreadable(error) };
  }
}

function whyUnresolved(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is nothing at its target";
  if (error instanceof Deno.errors.NotADirectory) return "there is nothing at its target";
  if (error instanceof Deno.errors.FilesystemLoop) return "it leads back to itself";
  return whyUnreadable(error);
}
