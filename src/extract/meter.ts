import { ExtractionError } from "./extraction_error.ts";
import { type ExtractionRules, RATIO_GRACE } from "./extraction_rules.ts";

/** Counts what an artifact asks for, over all of its layers, and ends it as soon as it is too much. */
export interface Meter {
  /** Takes note of one more file or directory. */
  entry(what: string): void;
  /** Takes note of bytes that came out of a layer. */
  bytes(count: number, what: string): void;
  /** Starts to compare what goes into a layer's decompression with what comes out of it. */
  ratio(what: string): RatioMeter;
}

/** Compares two counts of bytes. */
export interface RatioMeter {
  /** Takes note of compressed bytes. */
  consumed(count: number): void;
  /** Takes note of bytes that came out. */
  produced(count: number): void;
}

/**
 * Starts to count.
 *
 * @returns Counters whose methods throw an {@linkcode ExtractionError} that names the limit and `what` went over it.
 */
export function createMeter(
  { maxEntries, maxSize, maxRatio }: Pick<ExtractionRules, "maxEntries" | "maxSize" | "maxRatio">,
): Meter {
  let entries = 0;
  let size = 0;
  return {
    entry(what): void {
      if (++entries <= maxEntries) return;
      throw tooMuch("entries", what, `there are more than ${maxEntries} files and directories`);
    },
    bytes(count, what): void {
      size += count;
      if (size <= maxSize) return;
      throw tooMuch("size", what, `it unpacks to more than ${maxSize} bytes`);
    },
    ratio(what): RatioMeter {
      let into = 0;
      let out = 0;
      return {
        consumed(count): void {
          into += count;
        },
        produced(count): void {
          out += count;
          if (out <= RATIO_GRACE || out <= into * maxRatio) return;
          throw tooMuch("ratio", what, `it unpacks to more than ${maxRatio} times its size`);
        },
      };
    },
  };
}

function tooMuch(rule: "entries" | "size" | "ratio", what: string, why: string): ExtractionError {
  return new ExtractionError(rule, `Cannot unpack ${what}: ${why}`);
}
