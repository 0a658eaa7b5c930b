import { ExtractionError } from "./extraction_error.ts";
import { type ExtractionRules, RATIO_GRACE } from "./extraction_rules.ts";

/** Counts what an artifact asks for, over all of its layers, and ends it as soon as it is too much. */
export interface Meter {
  /** Takes note of one more file or directory. */
  entry(what: string): void;
  /** Takes note of bytes that came out of a layer. */
  bytes(count: number, what: string): void;
  /** Takes note of a file that is made without bytes of its own, as the copy of one that is there already. */
  copy(size: number, what: string): void;
  /** Starts to compare what goes into a layer's decompression with what comes out of it. */
  ratio(what: string): RatioMeter;
}

/** Compares two counts of bytes. */
export interface RatioMeter {
  /** Takes note of compressed bytes. */
  consumed(count: number): void;
  /** Takes note of bytes that came out, as {@linkcode Meter.bytes} does, too. */
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
  /** Bytes that went into all archives, and those that all of them became, copies included. */
  const total = { into: 0, out: 0 };

  function bytes(count: number, what: string): void {
    size += count;
    if (size > maxSize) throw tooMuch("size", what, `it unpacks to more than ${maxSize} bytes`);
  }

  function checkRatio({ into, out }: { readonly into: number; readonly out: number }, what: string): void {
    if (out <= RATIO_GRACE || out <= into * maxRatio) return;
    throw tooMuch("ratio", what, `it unpacks to more than ${maxRatio} times its size`);
  }

  return {
    bytes,
    copy(size, what): void {
      bytes(size, what);
      // Over all layers, because the file may have come with an earlier one.
      total.out += size;
      checkRatio(total, what);
    },
    entry(what): void {
      if (++entries <= maxEntries) return;
      throw tooMuch("entries", what, `there are more than ${maxEntries} files and directories`);
    },
    ratio(what): RatioMeter {
      const layer = { into: 0, out: 0 };
      return {
        consumed(count): void {
          layer.into += count;
          total.into += count;
        },
        produced(count): void {
          layer.out += count;
          total.out += count;
          checkRatio(layer, what);
          bytes(count, what);
        },
      };
    },
  };
}

function tooMuch(rule: "entries" | "size" | "ratio", what: string, why: string): ExtractionError {
  return new ExtractionError(rule, `Cannot unpack ${what}: ${why}`);
}
