// @ts-nocheck: AssemblyScript, whose types asc checks when it builds the module
// What the search finds is kept as sequences until a block is written: some literals, and a match after them.
//
// A sequence is 64 bits. The lower 32 say how many literals there are. The upper 32 are 0 where no match follows, and
// otherwise: bits 0 to 14 the distance minus 1, 15 to 22 the length minus 3, 23 to 27 the distance's symbol, 31 set.
import { SEQUENCES } from "./memory.ts";
import { distanceSymbol } from "./tables.ts";

/** Where the next sequence goes. */
export let sequencesEnd: usize = SEQUENCES;

export function setSequencesEnd(at: usize): void {
  sequencesEnd = at;
}

export function packMatch(lengthMinus3: u32, distanceMinus1: u32): u32 {
  return distanceMinus1 | (lengthMinus3 << 15) | (distanceSymbol(distanceMinus1) << 23) | (<u32> 1 << 31);
}

export function packSequence(literals: u32, match: u32): u64 {
  return <u64> literals | (<u64> match << 32);
}

export function distanceMinus1Of(match: u32): u32 {
  return match & 32767;
}

export function lengthMinus3Of(match: u32): u32 {
  return (match >> 15) & 255;
}

export function distanceSymbolOf(match: u32): u32 {
  return (match >> 23) & 31;
}
