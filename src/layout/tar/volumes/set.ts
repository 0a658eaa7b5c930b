/**
 * The volumes of a tar: files that together hold one tar, each with a header of its own.
 */
import { joinBytes } from "../../../oci/bytes/read.ts";
import { basename, dirname, join } from "node:path";
import type { Digest } from "../../../oci/digest.ts";
import { ioError } from "../../../system/io_error.ts";
import { NotAFileError, type OpenFile, openFile } from "../../../system/open_file.ts";
import { unusable } from "../read.ts";
import { parseVolumeHeader, VOLUME_HEADER_SIZE, type VolumeHeader } from "./header.ts";

/** The volumes of one tar, all of them there. */
export interface VolumeSet {
  /** Their paths without `.` and number. */
  readonly base: string;
  readonly bundle: Digest;
  /** In their order. */
  readonly volumes: readonly Volume[];
}

/** A file with a part of a tar. */
export interface Volume extends VolumeHeader {
  readonly path: string;
  /** What the file was when its header was read. */
  readonly info: Pick<OpenFile, "size" | "mode" | "stamp">;
}

/** The path of a volume. */
export function volumePath(base: string, number: number): string {
  return `${base}.${String(number).padStart(3, "0")}`;
}

/**
 * Looks for the volumes of a tar, and into the header of each.
 *
 * Headers, sizes and order are checked, the bytes are not. Files with higher numbers than the last one of a whole set
 * are not of it, and are left alone: they may be what a larger set has left behind.
 *
 * @returns `undefined` when there is not one.
 * @throws {Error} Names every volume that is missing or wrong, and its file.
 */
export async function findVolumes(base: string): Promise<VolumeSet | undefined> {
  const found = await volumeFiles(base);
  // Three digits are a common ending: files without any header are not ours.
  if (!found.some(({ header }) => header !== undefined)) return undefined;
  const bundles = Map.groupBy(found.flatMap(({ header }) => header ?? []), ({ bundle }) => bundle);
  const problems = new Map([...bundles.keys()].map((bundle) => [bundle, problemsOf(bundle, base, found)]));
  const whole = [...problems].find(([, problems]) => problems.length === 0)?.[0];
  if (whole === undefined) {
    // What most of them are of is what somebody has lost a part of.
    const [[bundle] = []] = [...bundles].toSorted(([, a], [, b]) => b.length - a.length);
    const said = bundle === undefined ? [] : problems.get(bundle) ?? [];
    const more = said.length > SHOWN ? [`and ${said.length - SHOWN} more`] : [];
    const hint = (await partialVolumes(base)).length === 0
      ? []
      : ["it is being written at the moment, or was when a process was killed: writing to it again finishes that"];
    throw unusable(base, [...said.slice(0, SHOWN), ...more, ...hint].join("; "));
  }
  const volumes = found.flatMap(({ path, info, header }) =>
    header?.bundle === whole ? [{ ...header, path, info }] : []
  );
  return { base, bundle: whole, volumes };
}

/** How many problems an error tells. */
const SHOWN = 20;

/** Reads the header of a file; `undefined` when there is no such file. */
export async function readVolume(path: string): Promise<FoundVolume | undefined> {
  try {
    using file = openFile(path, { followLinks: true });
    if (file === undefined) return undefined;
    const { size, mode, stamp } = file;
    const pieces = await Array.fromAsync(file.read(0, VOLUME_HEADER_SIZE));
    const start = joinBytes(pieces);
    return { path, info: { size, mode, stamp }, ...headerIn(start) };
  } catch (cause) {
    // Three digits are a common ending, of directories too.
    if (cause instanceof NotAFileError) return undefined;
    throw ioError("read", path, cause);
  }
}

/** A file that is called like a volume. */
export interface FoundVolume {
  readonly path: string;
  readonly info: Volume["info"];
  /** Its header, if it has one. */
  readonly header?: VolumeHeader;
  /** What is wrong with its header. */
  readonly problem?: string;
}

function headerIn(start: Uint8Array): Pick<FoundVolume, "header" | "problem"> {
  try {
    return { header: parseVolumeHeader(start) };
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: error.message };
    throw error;
  }
}

/** The paths of volumes that have not got their names. */
export async function partialVolumes(base: string): Promise<readonly string[]> {
  return await pathsWith(base, /^\d{3}\..+\.partial$/);
}

/** The files that are called like volumes of a tar, in the order of their numbers. */
export async function volumeFiles(base: string): Promise<readonly FoundVolume[]> {
  const files: FoundVolume[] = [];
  for (const path of await pathsWith(base, /^(?!000)\d{3}$/)) {
    const file = await readVolume(path);
    if (file !== undefined) files.push(file);
  }
  return files;
}

/** The files beside a path that are called like it and then have a certain ending, sorted. */
async function pathsWith(base: string, ending: RegExp): Promise<readonly string[]> {
  const directory = dirname(base);
  const start = `${basename(base)}.`;
  const names: string[] = [];
  try {
    for await (const { name } of Deno.readDir(directory)) {
      if (name.startsWith(start) && ending.test(name.slice(start.length))) names.push(name);
    }
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotADirectory) return [];
    throw ioError("read", directory, cause);
  }
  return names.sort().map((name) => join(directory, name));
}

/** What keeps files from being all the volumes of a bundle. */
function problemsOf(bundle: Digest, base: string, found: readonly FoundVolume[]): readonly string[] {
  const of = found.find(({ header }) => header?.bundle === bundle)?.header?.of ?? 0;
  const files = new Map(found.map((file) => [file.path, file]));
  const problems: string[] = [];
  let offset: number | undefined = 0;
  for (let number = 1; number <= of; number++) {
    // The name as the directory has it: `./x` and `x` are the same.
    const path = join(dirname(base), basename(volumePath(base, number)));
    const problem = problemWith(files.get(path), { bundle, number, of, offset });
    if (problem !== undefined) {
      problems.push(`volume ${number} of ${of} ${problem("get the file " + JSON.stringify(path) + " again")}`);
    }
    const header: VolumeHeader | undefined = files.get(path)?.header;
    offset = problem === undefined && header !== undefined ? header.offset + header.size : undefined;
  }
  return problems;
}

function problemWith(
  file: FoundVolume | undefined,
  expected: Pick<VolumeHeader, "bundle" | "number" | "of"> & { readonly offset: number | undefined },
): ((advice: string) => string) | undefined {
  if (file === undefined) return (advice) => `is missing: ${advice}`;
  const { header, info, problem } = file;
  if (header === undefined) return (advice) => `cannot be read, ${problem}: ${advice}`;
  if (header.bundle !== expected.bundle) return (advice) => `is of another bundle, ${header.bundle}: ${advice}`;
  if (header.number !== expected.number) {
    return (advice) => `is in the wrong place, its file holds volume ${header.number}: ${advice}`;
  }
  const size = VOLUME_HEADER_SIZE + header.size;
  if (info.size !== size) return (advice) => `has ${info.size} bytes instead of ${size}: ${advice}`;
  if (header.of !== expected.of || (expected.offset !== undefined && header.offset !== expected.offset)) {
    return (advice) => `does not fit the others, its header is damaged: ${advice}`;
  }
  return undefined;
}
