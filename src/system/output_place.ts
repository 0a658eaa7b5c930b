import fs from "node:fs";
import { setTimeout } from "node:timers/promises";
import { reason } from "./io_error.ts";
import { checkWritable, writeAll, writeFile } from "./write_file.ts";

/**
 * What is at the path of an output that a user has named. A file is written anew and put in the place of the old one; a
 * device or a named pipe is written to, because whoever names one wants it to stay.
 */
export type OutputPlace =
  /** A file, or where one shall be: links are followed, so that a link stays one. */
  | { readonly kind: "file"; readonly path: string }
  /** A device that takes characters, such as `/dev/null`, or a named pipe. */
  | { readonly kind: "stream"; readonly path: string };

/**
 * Finds out what an output is written to. Changes nothing.
 *
 * @throws {Error} When it is a directory, a disk, a socket, or a link that leads nowhere.
 */
export async function outputPlace(path: string): Promise<OutputPlace> {
  const refuse = (why: string, cause?: unknown): never => {
    throw new Error(`Cannot write ${JSON.stringify(path)}: ${why}`, { cause });
  };
  if (/[/\\]$/.test(path)) return refuse("it is a directory, and a file is wanted");
  const found = await Deno.stat(path).catch((cause) => {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    return refuse(reason(cause), cause);
  });
  if (found === undefined) {
    const isLink = await Deno.lstat(path).then(({ isSymlink }) => isSymlink, () => false);
    return isLink ? refuse("it is a link that leads nowhere") : { kind: "file", path };
  }
  if (found.isDirectory) return refuse("it is a directory, and a file is wanted");
  if (found.isFile) return { kind: "file", path: await Deno.realPath(path) };
  if (found.isFifo || found.isCharDevice) return { kind: "stream", path };
  return refuse(found.isBlockDevice ? "it is a disk" : "it is neither a file nor a device nor a named pipe");
}

/**
 * Opens a device or a named pipe and writes to it. A pipe waits for somebody to read it; the signal ends that.
 *
 * @throws {Error} Names the path and what the system said.
 */
export async function writeThrough(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  try {
    using reader = await waitForReader(path, signal);
    using file = await Deno.open(path, { write: true });
    reader[Symbol.dispose]();
    for await (const piece of bytes) await unlessAborted(writeAll(file, piece), signal);
  } catch (cause) {
    signal.throwIfAborted();
    throw new Error(`Cannot write ${JSON.stringify(path)}: ${reason(cause)}`, { cause });
  }
}

/** How often is looked whether somebody reads a pipe, in milliseconds. */
const READER_PAUSE = 50;

/** Waits until opening cannot wait any more: nothing could stop that. The reader is kept until this is disposed. */
async function waitForReader(path: string, signal: AbortSignal): Promise<Disposable> {
  const { isFifo } = await Deno.stat(path);
  if (!isFifo) return { [Symbol.dispose]: (): void => {} };
  const { O_WRONLY, O_NONBLOCK } = fs.constants;
  for (;;) {
    signal.throwIfAborted();
    try {
      let pipe: number | undefined = fs.openSync(path, O_WRONLY | O_NONBLOCK);
      return {
        [Symbol.dispose](): void {
          if (pipe !== undefined) fs.closeSync(pipe);
          pipe = undefined;
        },
      };
    } catch (cause) {
      if (!(cause instanceof Error && "code" in cause && cause.code === "ENXIO")) throw cause;
    }
    await setTimeout(READER_PAUSE, undefined, { signal }).catch(() => {});
  }
}

async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    signal.throwIfAborted();
    await Promise.race([work, aborted.promise]);
  } catch (error) {
    // What a reader that has stopped leaves unwritten ends with the process.
    work.catch(() => {});
    throw error;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/**
 * Writes what a user has asked for to the path that the user has named, whatever is there.
 *
 * @throws {Error} Names the path and what is wrong with it.
 */
export async function writeOutput(path: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const place = await outputPlace(path);
  if (place.kind === "file") return await writeFile(place.path, [bytes]);
  await writeThrough(path, ReadableStream.from([bytes]), signal);
}

/** Makes sure that {@linkcode writeOutput} can write there, as far as that can be known before. Changes nothing. */
export async function checkOutputPlace(path: string): Promise<void> {
  const place = await outputPlace(path);
  if (place.kind === "file") await checkWritable(place.path);
}
