// @ts-nocheck: AssemblyScript, whose types asc checks when it builds the module
// Huffman codes of a limited length, as the format wants them (RFC 1951, section 3.2.2).

const SORTED: usize = memory.data(4 * 288, 16); // frequency << 9 | symbol, the rarest first
const WEIGHTS: usize = memory.data(4 * 2 * 288, 16); // of the leaves in that order, then of the nodes
const PARENTS: usize = memory.data(4 * 2 * 288, 16);
const COUNTS: usize = memory.data(4 * 16, 16); // by length: how many codes have it
const NEXT: usize = memory.data(4 * 16, 16); // by length: the next code

/**
 * Chooses the length of each symbol's code: 0 for a symbol that does not occur. There are always at least two codes,
 * because not every reader takes a code of one.
 *
 * @param frequencies How often each symbol occurs, below 2^23; four bytes each.
 * @param lengths Where the lengths go; one byte each.
 */
export function chooseLengths(frequencies: usize, symbols: u32, limit: u32, lengths: usize): void {
  memory.fill(lengths, 0, symbols);
  let used: u32 = 0;
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const frequency = load<u32>(frequencies + (symbol << 2));
    if (frequency > 0) store<u32>(SORTED + (used++ << 2), (frequency << 9) | symbol);
  }
  if (used < 2) {
    const only: u32 = used == 0 ? 0 : load<u32>(SORTED) & 511;
    store<u8>(lengths + only, 1);
    store<u8>(lengths + (only == 0 ? 1 : 0), 1);
    return;
  }
  sort(used);
  countLengths(used, limit);
  let at: usize = SORTED;
  for (let length = limit; length > 0; length--) {
    for (let count = load<u32>(COUNTS + (length << 2)); count > 0; count--, at += 4) {
      store<u8>(lengths + (load<u32>(at) & 511), length);
    }
  }
}

/** Shellsort: few symbols, and no two of them are equal. */
function sort(used: u32): void {
  for (let gap = used >> 1; gap > 0; gap >>= 1) {
    for (let i = gap; i < used; i++) {
      const item = load<u32>(SORTED + (i << 2));
      let j = i;
      for (; j >= gap && load<u32>(SORTED + ((j - gap) << 2)) > item; j -= gap) {
        store<u32>(SORTED + (j << 2), load<u32>(SORTED + ((j - gap) << 2)));
      }
      store<u32>(SORTED + (j << 2), item);
    }
  }
}

/** Builds the tree from two queues, the leaves and the nodes, and counts how many leaves lie at each depth. */
function countLengths(used: u32, limit: u32): void {
  for (let i: u32 = 0; i < used; i++) store<u32>(WEIGHTS + (i << 2), load<u32>(SORTED + (i << 2)) >> 9);
  const root: u32 = 2 * used - 2;
  let leaf: u32 = 0;
  let node = used;
  for (let made = used; made <= root; made++) {
    let weight: u32 = 0;
    for (let k = 0; k < 2; k++) {
      const takesLeaf = leaf < used &&
        (node >= made || load<u32>(WEIGHTS + (leaf << 2)) <= load<u32>(WEIGHTS + (node << 2)));
      const child = takesLeaf ? leaf++ : node++;
      weight += load<u32>(WEIGHTS + (child << 2));
      store<u32>(PARENTS + (child << 2), made);
    }
    store<u32>(WEIGHTS + (made << 2), weight);
  }

  // From the root down; the weights are no longer needed and make room for the depths.
  const depths = WEIGHTS;
  memory.fill(COUNTS, 0, 4 * 16);
  store<u32>(depths + (root << 2), 0);
  for (let i = <i32> root - 1; i >= 0; i--) {
    const depth = load<u32>(depths + (load<u32>(PARENTS + (i << 2)) << 2)) + 1;
    store<u32>(depths + (i << 2), depth);
    if (<u32> i < used) {
      const count = COUNTS + ((depth < limit ? depth : limit) << 2);
      store<u32>(count, load<u32>(count) + 1);
    }
  }
  shorten(limit);
}

/**
 * Makes a full code of one with too many codes of the greatest length: each step hangs one of these beside a shorter
 * code, both one bit longer than that was, and so gives back one code's room.
 */
function shorten(limit: u32): void {
  let room: u32 = 0;
  for (let length: u32 = 1; length <= limit; length++) room += load<u32>(COUNTS + (length << 2)) << (limit - length);
  for (; room > <u32> 1 << limit; room--) {
    let length = limit - 1;
    while (load<u32>(COUNTS + (length << 2)) == 0) length--;
    add(length, -1);
    add(length + 1, 2);
    add(limit, -1);
  }
}

function add(length: u32, change: i32): void {
  const count = COUNTS + (length << 2);
  store<u32>(count, load<u32>(count) + change);
}

/**
 * Gives each symbol its code, with the bits in the order in which they are written.
 *
 * @param codes Where the codes go, four bytes each: the code in the lower 24 bits, its length above.
 */
export function assignCodes(lengths: usize, symbols: u32, codes: usize): void {
  memory.fill(COUNTS, 0, 4 * 16);
  for (let symbol: u32 = 0; symbol < symbols; symbol++) add(load<u8>(lengths + symbol), 1);
  store<u32>(COUNTS, 0);
  let code: u32 = 0;
  for (let length: u32 = 1; length < 16; length++) {
    code = (code + load<u32>(COUNTS + ((length - 1) << 2))) << 1;
    store<u32>(NEXT + (length << 2), code);
  }
  for (let symbol: u32 = 0; symbol < symbols; symbol++) {
    const length: u32 = load<u8>(lengths + symbol);
    const next = NEXT + (length << 2);
    let forward = length == 0 ? 0 : load<u32>(next);
    store<u32>(next, forward + 1);
    let backward: u32 = 0;
    for (let k: u32 = 0; k < length; k++, forward >>= 1) backward = (backward << 1) | (forward & 1);
    store<u32>(codes + (symbol << 2), backward | (length << 24));
  }
}
