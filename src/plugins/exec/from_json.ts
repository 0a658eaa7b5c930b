import { isAbsolute, relative, resolve } from "node:path";
import type { Annotations, Content } from "../../oci/descriptor.ts";
import type { Entry } from "../../pipeline/entry.ts";
import type { PluginContext } from "../../pipeline/plugin.ts";
import { filePieces } from "../../system/open_file.ts";
import type { GivenBlob, GivenEntry } from "./outputs.ts";

/** Where what a program gives comes from. */
export interface Given {
  /** Where the program has written its files. */
  readonly outputDirectory: string;
  /** The entries that it got, by their paths. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** The contents that it got, by their digests. */
  readonly contents: ReadonlyMap<string, Content>;
  readonly context: PluginContext;
}

const ENTRY_MEDIA_TYPE = "application/octet-stream";

/**
 * Makes an entry of what a program gives: its bytes are copied now, the file is gone when the program's run is over.
 */
export async function givenEntry(given: GivenEntry, from: Given): Promise<Entry> {
  const { path, kind = "file", executable = false, file } = given;
  const known = from.entries.get(path);
  if (file === undefined) {
    if (known !== undefined) return known;
    if (kind === "directory") return { path, kind, executable: false, size: 0, open: () => ReadableStream.from([]) };
    throw new Error(`the entry ${JSON.stringify(path)} has no "file", and there was none of this path before`);
  }
  if (kind === "directory") throw new Error(`the directory ${JSON.stringify(path)} has a "file"`);
  const { descriptor, open } = await copied(file, ENTRY_MEDIA_TYPE, from);
  return { path, kind, executable, size: descriptor.size, open };
}

/** Makes content of a blob that a program gives: one that it made is copied and checked, one that it keeps is found. */
export async function givenBlob(given: GivenBlob, from: Given): Promise<Content> {
  if (!("file" in given)) {
    const known = from.contents.get(given.digest);
    if (known === undefined) throw new Error(`there was no blob ${given.digest} before, and it has no "file"`);
    return known;
  }
  const content = await copied(given.file, given.mediaType, from, given.annotations);
  const { digest } = content.descriptor;
  if (given.digest !== undefined && given.digest !== digest) {
    throw new Error(`the file ${JSON.stringify(given.file)} has the digest ${digest}, not ${given.digest} as it says`);
  }
  return content;
}

async function copied(
  file: string,
  mediaType: string,
  { outputDirectory, context }: Given,
  annotations?: Annotations,
): Promise<Content> {
  const opened = await openOutput(file, outputDirectory);
  return await context.blob(mediaType, opened, annotations === undefined ? {} : { annotations });
}

/** A program that can run can read anything; but what it publishes by accident, through a link, nobody has meant. */
async function openOutput(file: string, directory: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  const asked = resolve(directory, file);
  const fail = (problem: string): never => {
    throw new Error(`the file ${JSON.stringify(file)} ${problem}`);
  };
  const [real, root] = await Promise.all([Deno.realPath(asked), Deno.realPath(directory)]).catch((cause) => {
    throw new Error(`the file ${JSON.stringify(file)} is not in the output directory`, { cause });
  });
  const below = relative(root, real);
  if (below.startsWith("..") || isAbsolute(below)) return fail("is not in the output directory");
  if (!(await Deno.stat(real)).isFile) return fail("is not a file");
  return ReadableStream.from(filePieces(real));
}
