import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Content } from "../../oci/descriptor.ts";
import { digestHex } from "../../oci/digest.ts";
import type { Entry } from "../../pipeline/entry.ts";
import { makeTemporaryDirectory } from "../../system/temporary_directory.ts";

/** Temporary directories for one run of a program, which nobody but the user can read. */
export interface Room extends AsyncDisposable {
  /** Where the program writes what it makes. */
  readonly outputDirectory: string;
  /** Where the files of entries are. */
  readonly filesDirectory: string;
  /** Writes an entry to a tree of files, once, and gives its place. */
  entryFile(entry: Entry): Promise<string>;
  /** Writes a blob to a file, once, and gives its place. */
  blobFile(blob: Content): Promise<string>;
}

/**
 * Makes room for one run.
 *
 * @param signal Ends the copying.
 * @throws {Error} When the temporary directory cannot be made.
 */
export async function makeRoom(signal: AbortSignal): Promise<Room> {
  const temporary = await makeTemporaryDirectory({ prefix: "gantry-exec-" }).catch((cause) => {
    throw new Error(`Cannot make a temporary directory in ${JSON.stringify(tmpdir())} for the files of a program`, {
      cause,
    });
  });
  const root = temporary.path;
  const directories = { output: join(root, "output"), files: join(root, "files"), blobs: join(root, "blobs") };
  for (const directory of Object.values(directories)) await Deno.mkdir(directory, { mode: 0o700 });
  const written = new Map<string, Promise<string>>();
  const once = (file: string, write: () => Promise<void>): Promise<string> => {
    const known = written.get(file) ?? write().then(() => file);
    written.set(file, known);
    return known;
  };

  return {
    outputDirectory: directories.output,
    filesDirectory: directories.files,
    entryFile(entry): Promise<string> {
      const file = placeOf(entry, directories.files);
      return once(file, async () => {
        await Deno.mkdir(entry.kind === "directory" ? file : dirname(file), { recursive: true, mode: 0o700 });
        if (entry.kind === "file") await copy(entry, file, { mode: entry.executable ? 0o700 : 0o600, signal });
      });
    },
    blobFile(blob): Promise<string> {
      const file = join(directories.blobs, digestHex(blob.descriptor.digest));
      return once(file, () => copy(blob, file, { mode: 0o600, signal }));
    },
    async [Symbol.asyncDispose](): Promise<void> {
      await temporary.remove().catch((cause) => {
        throw new Error(`Cannot remove the temporary directory ${JSON.stringify(root)}`, { cause });
      });
    },
  };
}

/** Collectors are held to such paths; one that leads elsewhere is never written, whoever let it through. */
function placeOf({ path }: Entry, root: string): string {
  const parts = path.split("/");
  const odd = parts.some((part) => part === "" || part === "." || part === ".." || /[\0\\]/.test(part));
  if (odd) throw new Error(`Cannot give ${JSON.stringify(path)} to a program: no file can have this path`);
  return join(root, ...parts);
}

async function copy(
  from: { open(): ReadableStream<Uint8Array<ArrayBuffer>> },
  file: string,
  { mode, signal }: { readonly mode: number; readonly signal: AbortSignal },
): Promise<void> {
  const target = await Deno.open(file, { write: true, createNew: true, mode });
  await from.open().pipeTo(target.writable, { signal });
}
