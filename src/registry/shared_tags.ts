import { isReferrersTag, isSharedTag } from "../store/companion_tags.ts";
import type { Clock } from "../system/clock.ts";

/**
 * The tags of one repository that several writers add to: lists of referrers, and what cosign keeps. A registry cannot
 * compare and set a tag, so whoever has looked before somebody else wrote replaces that, and only time ends it.
 */
export interface SharedTags {
  /** Somebody looks what stands behind a tag; any other tag does not matter. */
  looked(tag: string): void;
  /** A tag was written; any other one does not matter. */
  wrote(tag: string): void;
  /**
   * Waits until everybody has written, too, who had looked before the last writing here, if they are about as fast.
   *
   * @throws The signal's reason, as soon as it is aborted.
   */
  settle(signal: AbortSignal): Promise<void>;
}

/** A busy machine stops a program for so long between its look and its writing, in milliseconds. */
const LEAST = 200;
/** Whoever takes longer, in milliseconds, is stuck, and may as well take an hour. */
const MOST = 10_000;

/** Starts without having seen any. */
export function createSharedTags(clock: Clock): SharedTags {
  const looks = new Map<string, number>();
  /** When the last writing is settled. */
  let settled = 0;
  const isShared = (tag: string): boolean => isSharedTag(tag) || isReferrersTag(tag);

  return {
    looked(tag): void {
      if (isShared(tag)) looks.set(tag, clock.now());
    },
    wrote(tag): void {
      if (!isShared(tag)) return;
      const now = clock.now();
      const taken = now - (looks.get(tag) ?? now);
      settled = Math.max(settled, now + Math.min(Math.max(taken, LEAST), MOST));
    },
    async settle(signal): Promise<void> {
      const left = settled - clock.now();
      if (left > 0) await clock.wait(left, signal);
    },
  };
}
