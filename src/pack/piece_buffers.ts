/**
 * Buffers that are used again and again. Allocating and freeing one of a megabyte for every megabyte of an archive, on
 * several threads, leaves holes in the memory of a process that add up to 25 MiB.
 */
export interface PieceBuffers {
  /** Gives a buffer full of zeros. */
  take(): Uint8Array<ArrayBuffer>;
  /** Takes a buffer back of which nobody needs anything any more; one of another size is let go. */
  give(buffer: ArrayBuffer): void;
  /** Lets all of them go. */
  clear(): void;
}

/** @param size Of each buffer, in bytes. */
export function pieceBuffers(size: number): PieceBuffers {
  const free: ArrayBuffer[] = [];
  return {
    take(): Uint8Array<ArrayBuffer> {
      const buffer = free.pop();
      return buffer === undefined ? new Uint8Array(size) : new Uint8Array(buffer).fill(0);
    },
    give(buffer): void {
      if (buffer.byteLength === size) free.push(buffer);
      else buffer.transfer(0);
    },
    clear(): void {
      // Left to the garbage collector, they would be there for as long as nothing else needs memory.
      for (const buffer of free.splice(0)) buffer.transfer(0);
    },
  };
}
