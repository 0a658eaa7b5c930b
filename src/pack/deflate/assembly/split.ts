// @ts-nocheck: AssemblyScript, whose types asc checks when it builds the module
// Where one block ends and the next begins: where two codes, each made for its part, are worth their second table.
import { writeBlock } from "./block.ts";
import {
  BLOCK_FREQUENCIES,
  DISTANCE_SYMBOLS,
  FREQUENCIES,
  LITERAL_SYMBOLS,
  SEGMENT,
  SEGMENT_FREQUENCIES,
  SEQUENCES,
  SEQUENCES_LIMIT,
} from "./memory.ts";
import { sequencesEnd, setSequencesEnd } from "./sequence.ts";
import { entropyTerm } from "./tables.ts";

/** What a table takes for each symbol in use, roughly: four bits, in 1,024ths. */
const TABLE_COST: u64 = 4 << 10;

/** Where the block begins that is not written yet, and where the segment does that may become a part of it. */
let block: usize = 0;
let segment: usize = 0;
let segmentSequences: usize = SEQUENCES;
/** What the block's symbols take. */
let blockCost: u64 = 0;
/** How many symbols occur in what `cost` was last asked for. */
let symbolsInUse: u64 = 0;

/** Begins a block, with nothing in it. */
export function startBlock(place: usize): void {
  block = place;
  segment = place;
  setSequencesEnd(SEQUENCES);
  segmentSequences = SEQUENCES;
  memory.fill(BLOCK_FREQUENCIES, 0, FREQUENCIES);
  memory.fill(SEGMENT_FREQUENCIES, 0, FREQUENCIES);
}

/** Takes over what was found since the last call: as a part of the block, or as the beginning of the next one. */
export function endSegment(place: usize): void {
  const segmentCost = cost(SEGMENT_FREQUENCIES);
  if (segment > block) {
    const tableCost = symbolsInUse * TABLE_COST;
    addFrequencies();
    const together = cost(BLOCK_FREQUENCIES);
    const isFull = sequencesEnd > SEQUENCES + 8 * (SEQUENCES_LIMIT - SEGMENT);
    if (isFull || blockCost + segmentCost + tableCost < together) {
      subtractFrequencies();
      writeBlock(BLOCK_FREQUENCIES, SEQUENCES, segmentSequences, block, segment - block, false);
      const length = sequencesEnd - segmentSequences;
      memory.copy(SEQUENCES, segmentSequences, length);
      setSequencesEnd(SEQUENCES + length);
      block = segment;
      memory.copy(BLOCK_FREQUENCIES, SEGMENT_FREQUENCIES, FREQUENCIES);
      blockCost = segmentCost;
    } else {
      blockCost = together;
    }
  } else {
    addFrequencies();
    blockCost = segmentCost;
  }
  memory.fill(SEGMENT_FREQUENCIES, 0, FREQUENCIES);
  segment = place;
  segmentSequences = sequencesEnd;
}

/** Writes what there is, if there is anything. Every segment must have ended. */
export function endBlock(last: bool): void {
  if (segment == block) return;
  writeBlock(BLOCK_FREQUENCIES, SEQUENCES, sequencesEnd, block, segment - block, last);
  startBlock(segment);
}

function addFrequencies(): void {
  for (let at: u32 = 0; at < FREQUENCIES; at += 16) {
    const sum = i32x4.add(v128.load(BLOCK_FREQUENCIES + at), v128.load(SEGMENT_FREQUENCIES + at));
    v128.store(BLOCK_FREQUENCIES + at, sum);
  }
}

function subtractFrequencies(): void {
  for (let at: u32 = 0; at < FREQUENCIES; at += 16) {
    const rest = i32x4.sub(v128.load(BLOCK_FREQUENCIES + at), v128.load(SEGMENT_FREQUENCIES + at));
    v128.store(BLOCK_FREQUENCIES + at, rest);
  }
}

/** How many bits the best codes for these frequencies take, in 1,024ths, if codes could have parts of bits. */
function cost(frequencies: usize): u64 {
  const distances = frequencies + 4 * LITERAL_SYMBOLS;
  symbolsInUse = 0;
  return alphabetCost(frequencies, LITERAL_SYMBOLS) + alphabetCost(distances, DISTANCE_SYMBOLS);
}

function alphabetCost(frequencies: usize, symbols: u32): u64 {
  let sum: u32 = 0;
  let saved: u64 = 0;
  for (let at = frequencies; at < frequencies + 4 * symbols; at += 4) {
    const frequency = load<u32>(at);
    if (frequency == 0) continue;
    symbolsInUse++;
    sum += frequency;
    saved += entropyTerm(frequency);
  }
  return entropyTerm(sum) - saved;
}
