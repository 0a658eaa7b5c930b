// @ts-nocheck: AssemblyScript, whose types asc checks when it builds the module
// Where everything stands in the module's memory. The addresses are constants, and nothing is ever allocated.

/** How far back a match may reach. */
export const WINDOW: u32 = 32768;
/** How many bytes one call compresses at most. */
export const CHUNK: u32 = 1 << 20;
/** The longest match that the format knows. */
export const LONGEST_MATCH: u32 = 258;

/** What is compressed is looked at in segments of this many bytes, and a block ends only where a segment does. */
export const SEGMENT: u32 = 8192;

/** Bytes are compared 16 at a time, and may be a little beyond what there is: never counted, but read. */
export const SLACK: u32 = 512;

/**
 * What to compress stands here, and the window right before it. Tables know places by their lower 16 bits, so the
 * address is a multiple of 65,536: what is found does not depend on what else is in memory.
 */
export const INPUT: usize = (memory.data(65536 + WINDOW + CHUNK + SLACK, 16) + WINDOW + 65535) & ~65535;

/** Stored blocks are the worst case: five bytes for every 65,535, and a few for each change to another kind. */
export const OUTPUT: usize = memory.data(CHUNK + CHUNK / 64 + SLACK, 16);

export const HASH_BITS: u32 = 16;
/** By the hash of four bytes: the place where such bytes were seen last. */
export const HEADS: usize = memory.data(2 << HASH_BITS, 16);
/** By the lower 15 bits of a place: the place before it with the same hash. */
export const LINKS: usize = memory.data(2 * WINDOW, 16);

/** How many sequences a block has at most. */
export const SEQUENCES_LIMIT: u32 = 1 << 17;
/** A sequence is eight bytes: how many literals, and the match after them; see sequence.ts. */
export const SEQUENCES: usize = memory.data(8 * SEQUENCES_LIMIT, 16);

export const LITERAL_SYMBOLS: u32 = 288;
export const DISTANCE_SYMBOLS: u32 = 32;
/** How often each symbol occurs, four bytes each: first literals and lengths, then distances. */
export const FREQUENCIES: u32 = 4 * (LITERAL_SYMBOLS + DISTANCE_SYMBOLS);
export const BLOCK_FREQUENCIES: usize = memory.data(FREQUENCIES, 16);
export const SEGMENT_FREQUENCIES: usize = memory.data(FREQUENCIES, 16);
