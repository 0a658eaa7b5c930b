import { createDigester, type Digest, digestAlgorithm, type Digester } from "../../oci/digest.ts";

/** A part of a file that shall have a certain digest. */
export interface HashedRange {
  readonly offset: number;
  readonly size: number;
  /** The digest that it shall have. */
  readonly digest: Digest;
}

/** Hashes many parts of a file while it is read once from start to end. */
export interface RangeHasher<T extends HashedRange> {
  /** Takes bytes and where they stand; what stands before is not taken any more. */
  update(at: number, bytes: Uint8Array): void;
  /** The ranges that were not read whole, or have another digest. */
  wrong(): readonly T[];
}

/**
 * Starts to hash parts of a file. A part of which some bytes do not come is a wrong one.
 *
 * @param ranges Must not overlap.
 */
export function rangeHasher<T extends HashedRange>(ranges: readonly T[]): RangeHasher<T> {
  const sorted = ranges.toSorted((a, b) => a.offset - b.offset || a.size - b.size);
  const wrong: T[] = [];
  let next = 0;
  let digester: Digester | undefined;

  function close(range: T): void {
    digester ??= createDigester(digestAlgorithm(range.digest));
    if (digester.size !== range.size || digester.digest() !== range.digest) wrong.push(range);
    digester = undefined;
    next++;
  }

  return {
    update(at: number, bytes: Uint8Array): void {
      const end = at + bytes.byteLength;
      for (let range = sorted[next]; range !== undefined && range.offset < end; range = sorted[next]) {
        const stop = range.offset + range.size;
        const from = Math.max(range.offset, at);
        if (from < stop) {
          digester ??= createDigester(digestAlgorithm(range.digest));
          digester.update(bytes.subarray(from - at, stop - at));
        }
        if (stop > end) return;
        close(range);
      }
    },
    wrong(): readonly T[] {
      for (let range = sorted[next]; range !== undefined; range = sorted[next]) close(range);
      return wrong;
    },
  };
}
