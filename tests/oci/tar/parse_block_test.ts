import assert from "node:assert/strict";
import { parseTarBlock } from "../../../src/oci/tar/parse_block.ts";
import { type RawMember, rawMember } from "../../support/raw_tar.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function block(member: Partial<RawMember>): Uint8Array<ArrayBuffer> {
  return rawMember({ name: "a", ...member }).subarray(0, 512);
}

/** A field of twelve bytes that ends with these. */
function field(first: number, ...end: readonly number[]): Uint8Array {
  return new Uint8Array([first, ...Array(11 - end.length).fill(first === 0xff ? 0xff : 0), ...end]);
}

const SIZES: readonly (readonly [what: string, size: Uint8Array, expected: number])[] = [
  ["octal digits", encode("00000000017\0"), 15],
  ["octal digits without an end", encode("000000000017"), 15],
  ["octal digits between spaces", encode("      17 \0\0\0"), 15],
  ["nothing", new Uint8Array(12), 0],
  ["digits that are not octal", encode("00000000018\0"), NaN],
  ["words", encode("large"), NaN],
  ["a number in base 256", field(0x80, 1, 2), 258],
  ["a number in base 256 that goes on in its first byte", field(0x81), NaN],
  ["the largest number in base 256", field(0x80, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff), Number.MAX_SAFE_INTEGER],
  ["one more than that", field(0x80, 0x20, 0, 0, 0, 0, 0, 0), NaN],
  ["a negative number in base 256", field(0xff), NaN],
  ["the least number that has a sign", field(0xc0, 1), NaN],
];

for (const [what, size, expected] of SIZES) {
  Deno.test(`parseTarBlock() reads ${what} as the size ${expected}`, () => {
    assert.equal(parseTarBlock(block({ size }))?.size, expected);
  });
}

Deno.test("parseTarBlock() reads a header of ustar with its prefix", () => {
  const member = { name: "name", prefix: "far/away", type: "2", target: "there", mode: 0o100755 };
  assert.deepEqual(parseTarBlock(block(member)), {
    kind: "2",
    name: "far/away/name",
    mode: 0o755,
    size: 0,
    target: "there",
  });
});

Deno.test("parseTarBlock() reads a header of GNU, where times stand in the place of the prefix", () => {
  const bytes = block({ prefix: "14671242374" });
  bytes.set(encode("ustar  \0"), 257);
  assert.equal(parseTarBlock(summed(bytes))?.name, "a");
});

Deno.test("parseTarBlock() reads a name that fills its field", () => {
  const name = "x".repeat(100);
  assert.equal(parseTarBlock(block({ name }))?.name, name);
});

Deno.test("parseTarBlock() takes sums of bytes with a sign, and no other sums", () => {
  const bytes = block({ name: "\u00fc" });
  assert.equal(parseTarBlock(bytes)?.name, "\u00fc");
  assert.equal(parseTarBlock(summed(bytes, (byte) => byte < 128 ? byte : byte - 256))?.name, "\u00fc");
  assert.equal(parseTarBlock(block({ checksum: false })), undefined);
  assert.equal(parseTarBlock(new Uint8Array(512)), undefined);
});

/** A block with the sum of its bytes, each counted in this way. */
function summed(bytes: Uint8Array<ArrayBuffer>, count = (byte: number): number => byte): Uint8Array<ArrayBuffer> {
  const own = bytes.slice();
  own.set(encode("        "), 148);
  const sum = own.reduce((total, byte) => total + count(byte), 0);
  own.set(encode(`${sum.toString(8).padStart(6, "0")}\0 `), 148);
  return own;
}
