import { SIZE_LIMIT } from "./read_file.ts";

/**
 * Makes an object out of another one and the difference between them.
 *
 * @throws {RangeError} When the result is larger than {@linkcode SIZE_LIMIT}.
 * @throws {SyntaxError} When the delta is damaged or made for another base.
 *
 * @see {@link https://git-scm.com/docs/gitformat-pack#_deltified_representation | gitformat-pack, Deltified representation}
 */
export function applyDelta(base: Uint8Array, delta: Uint8Array): Uint8Array<ArrayBuffer> {
  const [baseSize, resultSizeAt] = readSize(delta, 0);
  const [resultSize, start] = readSize(delta, resultSizeAt);
  if (baseSize !== base.byteLength) throw damaged();
  if (resultSize > SIZE_LIMIT) throw new RangeError(`Cannot apply delta: the result would have ${resultSize} bytes`);
  const result = new Uint8Array(resultSize);
  let filled = 0;
  for (let at = start; at < delta.byteLength;) {
    const command = delta[at] ?? 0;
    at++;
    let piece: Uint8Array;
    if (command < 0x80) {
      piece = delta.subarray(at, at + command);
      at += command;
      if (command === 0 || at > delta.byteLength) throw damaged();
    } else {
      const [offset, sizeAt] = readSparse(delta, at, command & 0x0f);
      const [size, next] = readSparse(delta, sizeAt, command >> 4 & 0x07);
      const end = offset + (size === 0 ? 0x10000 : size);
      if (end > base.byteLength) throw damaged();
      piece = base.subarray(offset, end);
      at = next;
    }
    if (filled + piece.byteLength > resultSize) throw damaged();
    result.set(piece, filled);
    filled += piece.byteLength;
  }
  if (filled !== resultSize) throw damaged();
  return result;
}

/** Reads a number of seven bits a byte, the lowest first. */
function readSize(bytes: Uint8Array, from: number): readonly [value: number, next: number] {
  let value = 0;
  for (let length = 0; length < 7; length++) {
    const byte = bytes[from + length];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 128 ** length;
    if (byte < 0x80) return [value, from + length + 1];
  }
  throw damaged();
}

/** Reads a number, the lowest byte first, of which only those bytes are there that have their bit set. */
function readSparse(bytes: Uint8Array, from: number, present: number): readonly [value: number, next: number] {
  let value = 0;
  let at = from;
  for (let bit = 0; bit < 4; bit++) {
    if ((present & 1 << bit) === 0) continue;
    const byte = bytes[at];
    if (byte === undefined) throw damaged();
    value += byte * 2 ** (8 * bit);
    at++;
  }
  return [value, at];
}

function damaged(): SyntaxError {
  return new SyntaxError("Cannot apply delta: it is damaged");
}
