// @ts-nocheck: AssemblyScript, whose types asc checks when it builds the module
// gantry's compressor: one chunk of a raw deflate stream (RFC 1951) at a time. docs/gzip.md says what it writes.
//
// It is AssemblyScript, a TypeScript of integers and memory, compiled to WebAssembly. Nothing in it may give another
// result on another machine: no floating point, no relaxed SIMD, no clock, no import.
import { align, bitCount, output, put, startOutput } from "./bits.ts";
import { fillFixedLengths, writeStored } from "./block.ts";
import { enter } from "./match.ts";
import { HASH_BITS, HEADS, INPUT, LINKS, OUTPUT, SEGMENT, SLACK, WINDOW } from "./memory.ts";
import { isNoise } from "./noise.ts";
import { search, setEffort } from "./search.ts";
import { endBlock, endSegment, startBlock } from "./split.ts";
import { fillTables } from "./tables.ts";

fillTables();
fillFixedLengths();

/** Where the chunk has to be put; its history ends there. */
export function input(): usize {
  return INPUT;
}

/** Where the result stands. */
export function result(): usize {
  return OUTPUT;
}

/**
 * Compresses a chunk. What it writes depends on the arguments and the bytes alone, not on earlier calls.
 *
 * @param history How many bytes before the chunk matches may refer to, at most 32,768.
 * @param length How many bytes the chunk has, at most 1,048,576.
 * @param level 1 to 9.
 * @param last Whether the stream ends with the chunk.
 * @returns How many bytes the result has.
 */
export function deflate(history: u32, length: u32, level: u32, last: bool): u32 {
  const first = INPUT - history;
  const end = INPUT + length;
  memory.fill(end, 0, SLACK);
  memory.fill(HEADS, 0, 2 << HASH_BITS);
  memory.fill(LINKS, 0, 2 * WINDOW);
  setEffort(level);
  startOutput();
  for (let place = first; place < INPUT; place++) enter(place);

  let place = INPUT;
  startBlock(place);
  while (place < end) {
    let noise = place;
    while (noise + SEGMENT <= end && isNoise(noise, <u32> (noise - first))) noise += SEGMENT;
    if (noise > place) {
      endBlock(false);
      writeStored(place, noise - place, last && noise == end);
      startBlock(noise);
      place = noise;
    } else {
      place = search(place, min<usize>(place + SEGMENT, end), first, end);
      endSegment(place);
    }
  }
  endBlock(last);

  if (length == 0 && last) put(3, 10); // an empty block of the fixed kind
  if (last) align();
  else if (bitCount > 0) writeStored(end, 0, false);
  return <u32> (output - OUTPUT);
}
