// @ts-nocheck: AssemblyScript, whose types asc checks when it builds the module
// Writing one block of the format (RFC 1951, section 3.2.3) in the kind that takes the fewest bits.
import { align, bitCount, bits, output, put, putBytes, setOutput } from "./bits.ts";
import { assignCodes, chooseLengths } from "./huffman.ts";
import { DISTANCE_SYMBOLS, LITERAL_SYMBOLS } from "./memory.ts";
import { distanceMinus1Of, distanceSymbolOf, lengthMinus3Of } from "./sequence.ts";
import { distanceExtraBits, lengthExtraBits, lengthSymbol } from "./tables.ts";

const END_OF_BLOCK: usize = 256;
const STORED_LIMIT: usize = 65535;
// The format allows 15 bits. With 14, four literals and what is left of a byte before them fit into 64 bits.
const LITERAL_LIMIT: u32 = 14;
const DISTANCE_LIMIT: u32 = 15;
const CODE_LENGTH_LIMIT: u32 = 7;

const LENGTHS: usize = memory.data(LITERAL_SYMBOLS + DISTANCE_SYMBOLS);
const FIXED_LENGTHS: usize = memory.data(LITERAL_SYMBOLS + DISTANCE_SYMBOLS);
const LITERAL_CODES: usize = memory.data(4 * LITERAL_SYMBOLS, 16);
const DISTANCE_CODES: usize = memory.data(4 * DISTANCE_SYMBOLS, 16);
/** By a length minus 3: the code of its symbol and the bits that follow, as one code. */
const LENGTH_CODES: usize = memory.data(4 * 256, 16);

/** The lengths of both alphabets, one after the other. */
const JOINED: usize = memory.data(LITERAL_SYMBOLS + DISTANCE_SYMBOLS);
/** The same in their shorter form: symbol | what follows it << 5, two bytes each. */
const RUNS: usize = memory.data(2 * (LITERAL_SYMBOLS + DISTANCE_SYMBOLS), 16);
const RUN_SYMBOLS: u32 = 19;
const RUN_FREQUENCIES: usize = memory.data(4 * RUN_SYMBOLS, 16);
const RUN_LENGTHS: usize = memory.data(RUN_SYMBOLS);
const RUN_CODES: usize = memory.data(4 * RUN_SYMBOLS, 16);
/** The order in which the lengths of their codes are written. */
const RUN_ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);

/** Fills the table of the fixed codes; once for each instance. */
export function fillFixedLengths(): void {
  memory.fill(FIXED_LENGTHS, 8, 144);
  memory.fill(FIXED_LENGTHS + 144, 9, 112);
  memory.fill(FIXED_LENGTHS + 256, 7, 24);
  memory.fill(FIXED_LENGTHS + 280, 8, 8);
  memory.fill(FIXED_LENGTHS + LITERAL_SYMBOLS, 5, DISTANCE_SYMBOLS);
}

/**
 * Writes a block.
 *
 * @param frequencies How often each symbol occurs in the sequences.
 * @param from The first sequence, and `to` the end of the last one.
 * @param place The bytes that they stand for, and `length` how many.
 */
export function writeBlock(frequencies: usize, from: usize, to: usize, place: usize, length: usize, last: bool): void {
  const distances = frequencies + 4 * LITERAL_SYMBOLS;
  store<u32>(frequencies + 4 * END_OF_BLOCK, 1);
  chooseLengths(frequencies, 286, LITERAL_LIMIT, LENGTHS);
  chooseLengths(distances, 30, DISTANCE_LIMIT, LENGTHS + LITERAL_SYMBOLS);
  const literalCount = usedCount(LENGTHS, 286, 257);
  const distanceCount = usedCount(LENGTHS + LITERAL_SYMBOLS, 30, 1);
  const runsEnd = findRuns(literalCount, distanceCount);
  chooseLengths(RUN_FREQUENCIES, RUN_SYMBOLS, CODE_LENGTH_LIMIT, RUN_LENGTHS);
  let orderCount: u32 = RUN_SYMBOLS;
  while (orderCount > 4 && load<u8>(RUN_LENGTHS + load<u8>(RUN_ORDER + orderCount - 1)) == 0) orderCount--;

  const extra = extraBits(frequencies);
  const dynamic: u32 = 14 + 3 * orderCount + runsBits() + codedBits(frequencies, LENGTHS) + extra;
  const fixed = codedBits(frequencies, FIXED_LENGTHS) + extra;
  if (storedBits(length) <= (dynamic < fixed ? dynamic : fixed)) {
    writeStored(place, length, last);
    return;
  }
  put(last, 1);
  if (fixed <= dynamic) {
    put(1, 2);
    writeSequences(FIXED_LENGTHS, from, to, place);
  } else {
    put(2, 2);
    put((literalCount - 257) | ((distanceCount - 1) << 5) | ((orderCount - 4) << 10), 14);
    for (let i: u32 = 0; i < orderCount; i++) put(load<u8>(RUN_LENGTHS + load<u8>(RUN_ORDER + i)), 3);
    writeRuns(runsEnd);
    writeSequences(LENGTHS, from, to, place);
  }
}

/** Writes bytes as they are, in as many blocks as it takes; at least one. */
export function writeStored(place: usize, length: usize, last: bool): void {
  do {
    const part = length < STORED_LIMIT ? length : STORED_LIMIT;
    length -= part;
    put(last && length == 0, 3);
    align();
    put(part | ((part ^ 0xffff) << 16), 32);
    putBytes(place, part);
    place += part;
  } while (length > 0);
}

/** What `writeStored` would write, without the three bits of the first block's kind. */
function storedBits(length: usize): u32 {
  const padding = (5 - <u32> bitCount) & 7;
  return padding + 32 + 40 * <u32> ((length - 1) / STORED_LIMIT) + 8 * <u32> length;
}

function usedCount(lengths: usize, symbols: u32, least: u32): u32 {
  while (symbols > least && load<u8>(lengths + symbols - 1) == 0) symbols--;
  return symbols;
}

/** Says the lengths of both alphabets in runs, which may reach from one into the other, and gives the end of them. */
function findRuns(literalCount: u32, distanceCount: u32): usize {
  memory.copy(JOINED, LENGTHS, literalCount);
  memory.copy(JOINED + literalCount, LENGTHS + LITERAL_SYMBOLS, distanceCount);
  memory.fill(RUN_FREQUENCIES, 0, 4 * RUN_SYMBOLS);
  let end = RUNS;
  for (let at: usize = JOINED, stop = JOINED + literalCount + distanceCount; at < stop;) {
    const length: u32 = load<u8>(at);
    let count: u32 = 1;
    while (at + count < stop && load<u8>(at + count) == length) count++;
    at += count;
    if (length == 0) {
      for (; count >= 11; count -= min<u32>(count, 138)) end = putRun(end, 18, min<u32>(count, 138) - 11);
      if (count >= 3) {
        end = putRun(end, 17, count - 3);
        count = 0;
      }
    } else {
      end = putRun(end, length, 0);
      for (count--; count >= 3; count -= min<u32>(count, 6)) end = putRun(end, 16, min<u32>(count, 6) - 3);
    }
    for (; count > 0; count--) end = putRun(end, length, 0);
  }
  return end;
}

function putRun(end: usize, symbol: u32, rest: u32): usize {
  store<u16>(end, symbol | (rest << 5));
  const frequency = RUN_FREQUENCIES + (symbol << 2);
  store<u32>(frequency, load<u32>(frequency) + 1);
  return end + 2;
}

/** How many bits follow a run's symbol. */
function runExtraBits(symbol: u32): u32 {
  return symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
}

function runsBits(): u32 {
  let sum: u32 = 0;
  for (let symbol: u32 = 0; symbol < RUN_SYMBOLS; symbol++) {
    sum += load<u32>(RUN_FREQUENCIES + (symbol << 2)) * (load<u8>(RUN_LENGTHS + symbol) + runExtraBits(symbol));
  }
  return sum;
}

function writeRuns(end: usize): void {
  assignCodes(RUN_LENGTHS, RUN_SYMBOLS, RUN_CODES);
  for (let at = RUNS; at < end; at += 2) {
    const run = <u32> load<u16>(at);
    const code = load<u32>(RUN_CODES + ((run & 31) << 2));
    put(code & 0xffffff, code >> 24);
    put(run >> 5, runExtraBits(run & 31));
  }
}

/** How many bits the codes of all symbols take, without those that follow them. */
function codedBits(frequencies: usize, lengths: usize): u32 {
  let sum: u32 = 0;
  for (let symbol: u32 = 0; symbol < LITERAL_SYMBOLS + DISTANCE_SYMBOLS; symbol++) {
    sum += load<u32>(frequencies + (symbol << 2)) * load<u8>(lengths + symbol);
  }
  return sum;
}

/** How many bits follow the codes of lengths and distances. */
function extraBits(frequencies: usize): u32 {
  let sum: u32 = 0;
  for (let symbol: u32 = 8; symbol < 28; symbol++) {
    sum += load<u32>(frequencies + ((257 + symbol) << 2)) * lengthExtraBits(symbol);
  }
  for (let symbol: u32 = 4; symbol < 30; symbol++) {
    sum += load<u32>(frequencies + ((LITERAL_SYMBOLS + symbol) << 2)) * distanceExtraBits(symbol);
  }
  return sum;
}

function writeSequences(lengths: usize, from: usize, to: usize, place: usize): void {
  assignCodes(lengths, LITERAL_SYMBOLS, LITERAL_CODES);
  assignCodes(lengths + LITERAL_SYMBOLS, DISTANCE_SYMBOLS, DISTANCE_CODES);
  fillLengthCodes();
  let at = output;
  let pending = bits;
  let count = bitCount;
  for (let sequence = from; sequence < to; sequence += 8) {
    let literals = load<u32>(sequence);
    for (; literals >= 4; literals -= 4, place += 4) {
      const a = literalCode(place);
      const b = literalCode(place + 1);
      const c = literalCode(place + 2);
      const d = literalCode(place + 3);
      pending |= <u64> (a & 0xffffff) << count;
      count += a >> 24;
      pending |= <u64> (b & 0xffffff) << count;
      count += b >> 24;
      pending |= <u64> (c & 0xffffff) << count;
      count += c >> 24;
      pending |= <u64> (d & 0xffffff) << count;
      count += d >> 24;
      store<u64>(at, pending);
      at += <usize> (count >> 3);
      pending >>= count & 56;
      count &= 7;
    }
    if (literals) {
      for (; literals; literals--, place++) {
        const code = literalCode(place);
        pending |= <u64> (code & 0xffffff) << count;
        count += code >> 24;
      }
      store<u64>(at, pending);
      at += <usize> (count >> 3);
      pending >>= count & 56;
      count &= 7;
    }
    const match = load<u32>(sequence, 4);
    if (match) {
      const lengthMinus3 = lengthMinus3Of(match);
      const length = load<u32>(LENGTH_CODES + (lengthMinus3 << 2));
      pending |= <u64> (length & 0xffffff) << count;
      count += length >> 24;
      const symbol = distanceSymbolOf(match);
      const distance = load<u32>(DISTANCE_CODES + (symbol << 2));
      pending |= <u64> (distance & 0xffffff) << count;
      count += distance >> 24;
      const extra = distanceExtraBits(symbol);
      pending |= <u64> (distanceMinus1Of(match) & ((1 << extra) - 1)) << count;
      count += extra;
      store<u64>(at, pending);
      at += <usize> (count >> 3);
      pending >>= count & 56;
      count &= 7;
      place += lengthMinus3 + 3;
    }
  }
  setOutput(at, pending, count);
  const end = load<u32>(LITERAL_CODES + 4 * END_OF_BLOCK);
  put(end & 0xffffff, end >> 24);
}

function literalCode(place: usize): u32 {
  return load<u32>(LITERAL_CODES + (<usize> load<u8>(place) << 2));
}

function fillLengthCodes(): void {
  for (let lengthMinus3: u32 = 0, first: u32 = 0, before: u32 = 0; lengthMinus3 < 256; lengthMinus3++) {
    const symbol = lengthSymbol(lengthMinus3);
    if (symbol != before) {
      first = lengthMinus3;
      before = symbol;
    }
    const code = load<u32>(LITERAL_CODES + ((257 + symbol) << 2));
    const length = code >> 24;
    const bits = (code & 0xffffff) | ((lengthMinus3 - first) << length);
    store<u32>(LENGTH_CODES + (lengthMinus3 << 2), bits | ((length + lengthExtraBits(symbol)) << 24));
  }
}
