// @ts-nocheck: AssemblyScript, whose types asc checks when it builds the module
// Recognizing what does not compress, before any work is put into it: archives, pictures, what is encrypted.
import { hashOf } from "./match.ts";
import { HASH_BITS, HEADS, LINKS, SEGMENT, WINDOW } from "./memory.ts";

const COUNTS: usize = memory.data(4 * 256, 16);

/** The first look is at stripes of a segment. */
const STRIPES: u32 = 16;
const STRIPE: u32 = 16;
const SAMPLE: u32 = STRIPES * STRIPE;

/** A place is chosen if these bits of its hash are zeros: the next four after those that choose the head. */
const CHOSEN: u32 = 15 << (28 - HASH_BITS);

/** So many places that occurred before, of about 512 that are chosen, are worth a search. */
const WORTHWHILE: u32 = 8;

/**
 * Whether a segment is as good as random: no byte is much more frequent than others, and nothing occurred before.
 *
 * Of a segment that is, only some places are entered in the tables, one in 16. The choice depends on the bytes alone,
 * so the same bytes are known again by the same places.
 *
 * @param reach How many bytes before the segment may be looked at.
 */
export function isNoise(segment: usize, reach: u32): bool {
  // Of n bytes, n * (n - 1) / 2 / 256 pairs are equal by chance. The sample may have half as many again.
  let pairs: u32 = 0;
  memory.fill(COUNTS, 0, 4 * 256);
  for (let from = segment; from < segment + SEGMENT; from += SEGMENT / STRIPES) pairs += equalPairs(from, STRIPE);
  if (pairs * 256 * 2 > SAMPLE * SAMPLE / 2 * 3) return false;

  // 3 % more pairs than by chance are about 0.3 % that could be saved.
  memory.fill(COUNTS, 0, 4 * 256);
  pairs = equalPairs(segment, SEGMENT);
  if (<u64> pairs * 256 * 100 > <u64> (SEGMENT * SEGMENT / 2) * 103) return false;
  return enterNovel(segment, reach);
}

function equalPairs(from: usize, length: u32): u32 {
  let pairs: u32 = 0;
  for (let place = from; place < from + length; place++) {
    const count = COUNTS + (<usize> load<u8>(place) << 2);
    const before = load<u32>(count);
    pairs += before;
    store<u32>(count, before + 1);
  }
  return pairs;
}

/** Enters the chosen places, unless too many are found whose eight bytes occurred before: then it enters none. */
function enterNovel(segment: usize, reach: u32): bool {
  let repeated: u32 = 0;
  for (let place = segment; place < segment + SEGMENT; place++) {
    const hash = hashOf(place);
    if (hash & CHOSEN) continue;
    const head = HEADS + (hash >> (32 - HASH_BITS) << 1);
    const before = load<u16>(head);
    const distance = (<u32> place - before) & 65535;
    const within = min<u32>(reach + <u32> (place - segment), WINDOW);
    if (distance - 1 < within && load<u64>(place) == load<u64>(place - distance) && ++repeated == WORTHWHILE) {
      forget(segment, place);
      return false;
    }
    store<u16>(head, <u16> place);
    store<u16>(LINKS + ((place & 32767) << 1), before);
  }
  return true;
}

/** Takes back what `enterNovel` entered, the last first: the search enters these places itself, and only once. */
function forget(from: usize, to: usize): void {
  for (let place = to - 1; place >= from; place--) {
    const hash = hashOf(place);
    if (hash & CHOSEN) continue;
    store<u16>(HEADS + (hash >> (32 - HASH_BITS) << 1), load<u16>(LINKS + ((place & 32767) << 1)));
  }
}
