import type { Content, Descriptor } from "../oci/descriptor.ts";
import { createDigester } from "../oci/digest.ts";
import type { KeepOptions, Scratch } from "../work/context.ts";
import { createSpillDirectory, type SpillFile } from "./spill_directory.ts";

/** Where bytes are kept. */
export interface ScratchOptions {
  /** Where to make the temporary directory; the system's own place when left out. */
  readonly directory?: string;
  /** How many bytes may be in memory, all contents together; 4 MiB when left out. */
  readonly memoryLimit?: number;
}

/** Scratch space that is given back at the end of the run. */
export interface ClosableScratch extends Scratch, AsyncDisposable {
  /**
   * Removes everything that is kept in files; their contents cannot be read any more. May be called again.
   *
   * @throws {Error} When the temporary directory cannot be removed; names it.
   */
  close(): Promise<void>;
}

const MEMORY_LIMIT = 4 * 1024 * 1024;

/**
 * Makes scratch space: what fits stays in memory, the rest goes to files in one temporary directory, which nobody but
 * the user can read. The directory is made when the first file is needed.
 *
 * A kept content can be opened any number of times, also at once. When it cannot be written, as on a full disk, the
 * error names the place, and nothing is left of it.
 */
export function createScratch({ directory, memoryLimit = MEMORY_LIMIT }: ScratchOptions = {}): ClosableScratch {
  const spill = createSpillDirectory(directory);
  let inMemory = 0;

  async function keep(
    describe: Omit<Descriptor, "digest" | "size">,
    bytes: AsyncIterable<Uint8Array<ArrayBuffer>>,
    { given = false }: KeepOptions = {},
  ): Promise<Content> {
    const digester = createDigester();
    const held: Uint8Array<ArrayBuffer>[] = [];
    let file: SpillFile | undefined;
    const letGo = (): readonly Uint8Array<ArrayBuffer>[] => {
      inMemory -= held.reduce((sum, piece) => sum + piece.byteLength, 0);
      return held.splice(0);
    };
    try {
      for await (const piece of bytes) {
        digester.update(piece);
        if (file === undefined && inMemory + piece.byteLength <= memoryLimit) {
          inMemory += piece.byteLength;
          held.push(given ? piece : piece.slice());
          continue;
        }
        file ??= await spill.create();
        for (const earlier of letGo()) {
          file.write(earlier);
          giveBack(earlier);
        }
        file.write(piece);
        if (given) giveBack(piece);
      }
      file?.close();
    } catch (error) {
      letGo();
      await file?.discard();
      throw error;
    }
    const content: Content = {
      descriptor: { ...describe, digest: digester.digest(), size: digester.size },
      // Copies: what one reader does to its bytes is nobody else's business.
      open: file?.open ?? (() => ReadableStream.from(held.values().map((piece) => piece.slice()))),
    };
    if (file !== undefined) FILES.set(content, file);
    return content;
  }

  return { keep, close: spill.remove, [Symbol.asyncDispose]: spill.remove };
}

/** What is kept in files. */
const FILES = new WeakMap<Content, SpillFile>();

/**
 * Writes content into a new file that only its owner can read. What scratch space keeps in a file is not copied, where
 * the file system can give a file two names: nobody may change the new one.
 *
 * @throws What the system says.
 */
export async function saveContent(content: Content, path: string): Promise<void> {
  const file = FILES.get(content);
  if (file === undefined) await Deno.writeFile(path, content.open(), { createNew: true, mode: 0o600 });
  else await file.copyTo(path);
}

/** Left to the garbage collector, buffers of megabytes pile up before it sees a reason to work. */
function giveBack({ buffer }: Uint8Array<ArrayBuffer>): void {
  buffer.transfer(0);
}
