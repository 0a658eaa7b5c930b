// @ts-nocheck: AssemblyScript, whose types asc checks when it builds the module
// The format's numbering of lengths and distances (RFC 1951, section 3.2.5), and a logarithm.

/** By a length minus 3: its symbol minus 257. */
const LENGTH_SYMBOL: usize = memory.data(256);
/** By a distance minus 1 if that is below 256, and by 256 + (distance - 1 >> 7) otherwise: its symbol. */
const DISTANCE_SYMBOL: usize = memory.data(512);
/** By the 256ths of a number between 1 and 2: its logarithm of base 2, in 1,024ths. */
const LOGARITHM: usize = memory.data(512, 16);

/** Fills the tables; once for each instance. */
export function fillTables(): void {
  for (let symbol: u32 = 0, length: u32 = 3; symbol < 28; symbol++) {
    for (const next = length + (1 << lengthExtraBits(symbol)); length < next; length++) {
      store<u8>(LENGTH_SYMBOL + length - 3, symbol);
    }
  }
  store<u8>(LENGTH_SYMBOL + 255, 28); // 258 has a symbol of its own

  for (let symbol: u32 = 0, distance: u32 = 0; symbol < 30; symbol++) {
    for (const next = distance + (1 << distanceExtraBits(symbol)); distance < next; distance++) {
      store<u8>(symbolOfDistance(distance), symbol);
    }
  }

  for (let i: u64 = 0; i < 256; i++) {
    // Each squaring doubles the logarithm: where it passes 2, the next binary digit is 1.
    let x = (256 + i) << 22;
    let digits: u32 = 0;
    for (let k = 0; k < 10; k++) {
      x = (x * x) >> 30;
      digits <<= 1;
      if (x >> 31) {
        x >>= 1;
        digits |= 1;
      }
    }
    store<u16>(LOGARITHM + (<usize> i << 1), digits);
  }
}

/** The symbol of a length, minus 257. */
export function lengthSymbol(lengthMinus3: u32): u32 {
  return load<u8>(LENGTH_SYMBOL + lengthMinus3);
}

/** How many bits follow the symbol of a length, given minus 257. */
export function lengthExtraBits(symbol: u32): u32 {
  return symbol < 8 || symbol == 28 ? 0 : (symbol - 4) >> 2;
}

/** The symbol of a distance. */
export function distanceSymbol(distanceMinus1: u32): u32 {
  return load<u8>(symbolOfDistance(distanceMinus1));
}

function symbolOfDistance(distanceMinus1: u32): usize {
  const index: u32 = distanceMinus1 < 256 ? distanceMinus1 : 256 + (distanceMinus1 >> 7);
  return DISTANCE_SYMBOL + index;
}

/** How many bits follow the symbol of a distance. */
export function distanceExtraBits(symbol: u32): u32 {
  return symbol < 4 ? 0 : (symbol >> 1) - 1;
}

/** n times the logarithm of n of base 2, in 1,024ths of a bit: the logarithm in whole numbers. */
export function entropyTerm(n: u32): u64 {
  if (n < 2) return 0;
  const exponent = 31 - clz(n);
  const mantissa = ((n << (31 - exponent)) >> 23) & 255;
  return <u64> n * <u64> ((exponent << 10) + load<u16>(LOGARITHM + (mantissa << 1)));
}
