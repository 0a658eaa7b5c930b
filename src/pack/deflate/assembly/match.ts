// @ts-nocheck: AssemblyScript, whose types asc checks when it builds the module
// Finding bytes that occurred before: a table of the last place for each hash of four bytes, and a chain back from it.
//
// The tables hold the lower 16 bits of places, which is all that a window of 32 KiB needs. An older entry looks like
// one within the window; since the bytes there are always compared, it costs a little time but is never wrong.
import { HASH_BITS, HEADS, LINKS, LONGEST_MATCH } from "./memory.ts";

/** In what is found, besides length and distance: there are more places that were not looked at. */
export const CUT_SHORT: u32 = 1 << 31;

/** Enters a place and gives the distance to the last one with the same hash, which may be out of reach. */
export function enter(place: usize): u32 {
  const head = headOf(place);
  const before = load<u16>(head);
  store<u16>(head, <u16> place);
  store<u16>(LINKS + ((place & 32767) << 1), before);
  return (<u32> place - before) & 65535;
}

/** The distance to the last place with the same hash. */
export function distanceTo(place: usize): u32 {
  return (<u32> place - load<u16>(headOf(place))) & 65535;
}

/** The bits that choose among the heads come first. */
export function hashOf(place: usize): u32 {
  return load<u32>(place) * 0x9E3779B1;
}

function headOf(place: usize): usize {
  return HEADS + (hashOf(place) >> (32 - HASH_BITS) << 1);
}

/**
 * The longest match among the places that begin with the same four bytes, the nearest first.
 *
 * @param distance To the first of these places; within reach.
 * @param reach The greatest distance.
 * @param depth How many places to look at; at least one.
 * @param enough The length at which to stop.
 * @returns The length << 16 | the distance, or 0 where there is no match. The length may be more than the format
 * knows, and more than there is left of the input.
 */
export function findMatch(place: usize, distance: u32, reach: u32, depth: u32, enough: u32): u32 {
  const here = v128.load(place);
  let length: u32 = 3;
  let found: u32 = 0;
  // The last four bytes that a longer match must have: they are the least likely to be equal.
  let last = load<u32>(place);
  do {
    const there = place - distance;
    const next = (<u32> place - load<u16>(LINKS + ((there & 32767) << 1))) & 65535;
    if (load<u32>(there + length - 3) == last) {
      const equal = equalBytes(here, place, there);
      if (equal > length) {
        length = equal;
        found = (length << 16) | distance;
        if (length >= enough) return found;
        last = load<u32>(place + length - 3);
      }
    }
    // A link that does not lead further back was overwritten since.
    if (next <= distance || next > reach) return found;
    distance = next;
  } while (--depth);
  return found ? found | CUT_SHORT : 0;
}

/**
 * A match that is longer than one already known, among the places that have the last four bytes which it must have.
 * There are fewer of those than of places with the same beginning, so that few steps lead far back.
 *
 * @param tries How many places to look at.
 * @returns As `findMatch` does.
 */
// @inline
export function findLonger(place: usize, length: u32, reach: u32, tries: u32, enough: u32): u32 {
  const distance = distanceTo(place + length - 3);
  return distance - 1 < reach ? followEnds(place, distance, length, reach, tries, enough) : 0;
}

// @inline
function followEnds(place: usize, distance: u32, length: u32, reach: u32, tries: u32, enough: u32): u32 {
  const here = v128.load(place);
  const first = load<u32>(place);
  let offset = length - 3;
  let found: u32 = 0;
  while (true) {
    const there = place - distance;
    if (load<u32>(there) == first) {
      const equal = equalBytes(here, place, there);
      if (equal > length) {
        length = equal;
        found = (length << 16) | distance;
        if (length >= enough || --tries == 0) return found;
        // What is still longer has another end, and so another chain.
        offset = length - 3;
        distance = distanceTo(place + offset);
        if (distance - 1 >= reach) return found;
        continue;
      }
    }
    if (--tries == 0) return found;
    const next = (<u32> (place + offset) - load<u16>(LINKS + (((there + offset) & 32767) << 1))) & 65535;
    if (next <= distance || next > reach) return found;
    distance = next;
  }
  return found;
}

/** The match at the distance of the one before, which the tables may not know; 0 for no distance. */
export function matchAgain(place: usize, distance: u32): u32 {
  const there = place - distance;
  if (distance == 0 || load<u32>(there) != load<u32>(place)) return 0;
  return (equalBytes(v128.load(place), place, there) << 16) | distance;
}

/** How many bytes are equal: up to the first multiple of 16 above the longest match. `here` are the first of them. */
function equalBytes(here: v128, place: usize, there: usize): u32 {
  const different = i8x16.bitmask(i8x16.eq(here, v128.load(there))) ^ 0xffff;
  return different ? <u32> ctz(different) : equalBeyond(place, there);
}

function equalBeyond(place: usize, there: usize): u32 {
  let length: u32 = 16;
  do {
    const different = i8x16.bitmask(i8x16.eq(v128.load(place + length), v128.load(there + length))) ^ 0xffff;
    if (different) return length + <u32> ctz(different);
    length += 16;
  } while (length < LONGEST_MATCH);
  return length;
}
