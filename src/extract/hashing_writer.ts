import { createDigester, type Digest } from "../oci/digest.ts";
import type { Scratch } from "../work/context.ts";
import type { StagedFile, TreeWriter } from "./directory/staging.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What is known of the content of a file. */
export interface HashedContent {
  readonly digest: Digest;
  readonly size: number;
  /** Reads it again; absent for what was not kept. */
  readonly open?: () => ReadableStream<Bytes>;
}

/** Which files are kept, so that they can be read again. */
export interface HashingOptions {
  /** The size of the largest one, in bytes. */
  readonly limit: number;
  /** Tells whether a file is of use. */
  readonly wants: (path: string, digest: Digest) => boolean;
}

/** Takes the files of a tree in, and remembers their digests only. */
export interface HashingWriter extends TreeWriter {
  /** Gives what was taken in, by path. */
  finish(): Promise<ReadonlyMap<string, HashedContent>>;
}

/**
 * Makes a writer that hashes.
 *
 * @param keep Which files are kept; none when left out.
 * @param scratch Where they are kept.
 */
export function createHashingWriter(keep: HashingOptions | undefined, scratch: Scratch): HashingWriter {
  const contents = new Map<string, HashedContent>();
  const readers = new Map<Digest, () => ReadableStream<Bytes>>();
  let kept = Promise.resolve();

  function file(parts: readonly string[]): StagedFile {
    const path = parts.join("/");
    const digester = createDigester();
    const held: Bytes[] = [];
    return {
      async write(bytes): Promise<void> {
        // One file at most waits to be kept.
        await kept;
        digester.update(bytes);
        if (keep === undefined) return;
        if (digester.size <= keep.limit) held.push(new Uint8Array(bytes));
        else held.length = 0;
      },
      [Symbol.dispose](): void {
        const { size } = digester;
        const digest = digester.digest();
        contents.set(path, { digest, size });
        if (keep === undefined || size > keep.limit || !keep.wants(path, digest)) return;
        kept = kept.then(async () => {
          if (readers.has(digest)) return;
          const { open } = await scratch.keep({ mediaType: "application/octet-stream" }, piecesOf(held));
          readers.set(digest, open);
        });
        // It is thrown by the next write, or at the end.
        kept.catch(() => {});
      },
    };
  }

  return {
    directory(): void {},
    file,
    async copy(from, to): Promise<void> {
      await kept;
      const content = contents.get(from.join("/"));
      if (content !== undefined) contents.set(to.join("/"), content);
    },
    remove(parts): void {
      contents.delete(parts.join("/"));
    },
    async finish(): Promise<ReadonlyMap<string, HashedContent>> {
      await kept;
      return new Map([...contents].map(([path, content]) => {
        const open = readers.get(content.digest);
        return [path, open === undefined ? content : { ...content, open }];
      }));
    },
  };
}

async function* piecesOf(held: readonly Bytes[]): AsyncGenerator<Bytes, void, void> {
  yield* held;
}
