// @ts-nocheck: AssemblyScript, whose types asc checks when it builds the module
// The output: bits are collected in 64 of them, the first at the lowest end, and written when there are whole bytes.
import { OUTPUT } from "./memory.ts";

/** Where the next byte goes. */
export let output: usize = OUTPUT;
/** Bits that are not written yet. */
export let bits: u64 = 0;
/** How many: at most seven between two calls. */
export let bitCount: u64 = 0;

export function startOutput(): void {
  output = OUTPUT;
  bits = 0;
  bitCount = 0;
}

/** Takes over what a fast loop kept in variables of its own. */
export function setOutput(at: usize, pending: u64, count: u64): void {
  output = at;
  bits = pending;
  bitCount = count;
}

/** Writes bits: at most 56 of them. */
export function put(value: u64, count: u32): void {
  bits |= value << bitCount;
  bitCount += count;
  store<u64>(output, bits);
  output += <usize> (bitCount >> 3);
  bits >>= bitCount & 56;
  bitCount &= 7;
}

/** Fills the last byte with zeros. */
export function align(): void {
  if (bitCount > 0) put(0, 8 - <u32> bitCount);
}

/** Writes whole bytes; the output must be aligned. */
export function putBytes(from: usize, length: usize): void {
  memory.copy(output, from, length);
  output += length;
}
