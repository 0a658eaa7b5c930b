// @ts-nocheck: AssemblyScript, whose types asc checks when it builds the module
// Turning bytes into sequences: which matches are taken.
import { CUT_SHORT, enter, findLonger, findMatch, matchAgain } from "./match.ts";
import { LITERAL_SYMBOLS, LONGEST_MATCH, SEGMENT_FREQUENCIES, WINDOW } from "./memory.ts";
import { distanceSymbolOf, packMatch, packSequence, sequencesEnd, setSequencesEnd } from "./sequence.ts";
import { lengthSymbol } from "./tables.ts";

/** By level: the six numbers of `setEffort`. Whoever changes one changes the bytes that gantry writes. */
// deno-fmt-ignore
const EFFORTS: usize = memory.data<u32>([
  1, 0, 0, 16, 0, 5,
  1, 1, 0, 24, 16, 5,
  2, 2, 0, 32, 24, 5,
  2, 2, 1, 48, 32, 5,
  3, 3, 2, 64, 48, 5,
  4, 4, 2, 258, 258, 5,
  8, 8, 6, 258, 258, 7,
  24, 24, 16, 258, 258, 8,
  128, 256, 256, 258, 258, 10,
], 16);

/** So many places are left out at most, of which one is looked at. */
const MOST_SKIPPED: u32 = 12;

/** How many places with the same beginning to look at. */
let depth: u32 = 0;
/** How many places with the same end, for a match that is longer than the one found so. */
let tries: u32 = 0;
/** The same for a match that begins one or two bytes later; 0 looks for none. */
let lazyTries: u32 = 0;
/** A match of this length is taken as it is. */
let enough: u32 = 0;
/** For a match of this length, no longer one is looked for. */
let lazy: u32 = 0;
/** After so many bytes without a match, 2 to the power of this, places begin to be left out. */
let patience: u32 = 0;

export function setEffort(level: u32): void {
  const at = EFFORTS + 24 * (level - 1);
  depth = load<u32>(at);
  tries = load<u32>(at, 4);
  lazyTries = load<u32>(at, 8);
  enough = load<u32>(at, 12);
  lazy = load<u32>(at, 16);
  patience = load<u32>(at, 20);
}

/**
 * Searches from one place to another, or a little beyond where a match does.
 *
 * @param first Where the bytes begin that matches may refer to.
 * @param end Where the input ends.
 * @returns Where the last match ends.
 */
export function search(place: usize, stop: usize, first: usize, end: usize): usize {
  let sequence = sequencesEnd;
  let again: u32 = 0; // the last distance
  let literals = place; // where the literals begin that are in no sequence yet
  // In the last bytes there is nothing to gain.
  const lastSearch = min<usize>(stop, end - 8);
  const lazyLimit = lazyTries ? lazy : 0;

  while (place < lastSearch) {
    const reach = min<u32>(<u32> (place - first), WINDOW);
    const distance = enter(place);
    let found = distance - 1 < reach ? findMatch(place, distance, reach, depth, enough) : 0;
    if (found == 0) found = matchAgain(place, again);
    if (found == 0) {
      countLiteral(place++);
      const skipped = min<u32>(<u32> (place - literals) >> patience, MOST_SKIPPED);
      for (const next = min<usize>(place + skipped, lastSearch); place < next;) countLiteral(place++);
      continue;
    }

    const cutShort = found & CUT_SHORT;
    found ^= cutShort;
    if (cutShort && found >> 16 < lazy) {
      const longer = findLonger(place, found >> 16, reach, tries, enough);
      if (longer) found = longer;
    }
    let entered = place + 1;
    // A match is put off for one that is longer by as many bytes as it begins later.
    while (found >> 16 < lazyLimit && place + (found >> 16) < end) {
      const length = found >> 16;
      enter(entered);
      let longer = findLonger(entered++, length, reach, lazyTries, enough);
      if (longer == 0 || !isWorth(longer, found, 2)) {
        enter(entered);
        longer = findLonger(entered++, length + 1, reach, lazyTries, enough);
        if (longer == 0 || !isWorth(longer, found, 6)) break;
        countLiteral(place++);
      }
      countLiteral(place++);
      found = longer;
    }

    const length = min<u32>(found >> 16, min<u32>(LONGEST_MATCH, <u32> (end - place)));
    again = found & 65535;
    const match = packMatch(length - 3, again - 1);
    countMatch(length - 3, match);
    store<u64>(sequence, packSequence(<u32> (place - literals), match));
    sequence += 8;
    place += length;
    literals = place;
    const stopEntering = min<usize>(place, end - 8);
    for (; entered < stopEntering; entered++) enter(entered);
  }

  while (place < stop) countLiteral(place++);
  if (place > literals) {
    store<u64>(sequence, packSequence(<u32> (place - literals), 0));
    sequence += 8;
  }
  setSequencesEnd(sequence);
  return place;
}

/**
 * Whether a longer match is worth the literals before it: a byte more counts as much as a sixteenth of the distance.
 */
function isWorth(longer: u32, found: u32, least: i32): bool {
  const bytes = <i32> (longer >> 16) - <i32> (found >> 16);
  return 4 * bytes + <i32> clz(longer & 65535) - <i32> clz(found & 65535) > least;
}

function countLiteral(place: usize): void {
  increment(SEGMENT_FREQUENCIES + (<usize> load<u8>(place) << 2));
}

function countMatch(lengthMinus3: u32, match: u32): void {
  increment(SEGMENT_FREQUENCIES + ((257 + lengthSymbol(lengthMinus3)) << 2));
  increment(SEGMENT_FREQUENCIES + ((LITERAL_SYMBOLS + distanceSymbolOf(match)) << 2));
}

function increment(count: usize): void {
  store<u32>(count, load<u32>(count) + 1);
}
