/** Bytes that compress like text: the same for the same size and seed, on any machine. */
export function textLike(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const WORDS = "apiVersion kind metadata name namespace labels spec replicas template containers image ports value"
    .split(" ");
  const next = random(seed);
  const lines: string[] = [];
  for (let length = 0; length < size;) {
    const line = `${" ".repeat(2 * (next() % 6))}${WORDS[next() % WORDS.length]}: ${WORDS[next() % WORDS.length]}-${
      next() % 1000
    }\n`;
    lines.push(line);
    length += line.length;
  }
  return new TextEncoder().encode(lines.join("")).slice(0, size);
}

/** Bytes that compress like a program: runs, short repeats from far back, and noise. */
export function binaryLike(size: number, seed = 2): Uint8Array<ArrayBuffer> {
  const next = random(seed);
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const length = Math.min(size - at, 1 + next() % 64);
    const kind = next() % 4;
    if (kind === 0 && at > 0) {
      const from = Math.max(0, at - 1 - next() % 60000);
      for (let offset = 0; offset < length; offset++) bytes[at + offset] = bytes[from + offset] ?? 0;
    } else if (kind !== 1) {
      for (let offset = 0; offset < length; offset++) bytes[at + offset] = kind === 2 ? next() : next() % 16;
    }
    at += length;
  }
  return bytes;
}

/** Bytes that do not compress, like an archive that is compressed already. */
export function noise(size: number, seed = 3): Uint8Array<ArrayBuffer> {
  const next = random(seed);
  return new Uint8Array(size).map(() => next());
}

/** Cuts bytes into pieces of these sizes, again and again. */
export async function* inPieces(
  bytes: Uint8Array<ArrayBuffer>,
  ...sizes: readonly number[]
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let turn = 0;
  for (let at = 0; at < bytes.byteLength;) {
    const piece = bytes.subarray(at, at + (sizes[turn++ % sizes.length] ?? bytes.byteLength));
    yield piece;
    at += piece.byteLength;
  }
}

/** xorshift32: whole numbers of 31 bits. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 1;
  };
}
