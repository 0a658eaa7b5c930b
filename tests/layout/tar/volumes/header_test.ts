import assert from "node:assert/strict";
import fc from "fast-check";
import { digestHex, digestOf } from "../../../../src/oci/digest.ts";
import {
  formatVolumeHeader,
  isVolume,
  parseVolumeHeader,
  VOLUME_HEADER_SIZE,
} from "../../../../src/layout/tar/volumes/header.ts";

const HASH = digestOf(new Uint8Array());
const HEADER = { bundle: HASH, number: 2, of: 3, offset: 100, size: 50, sha256: digestHex(HASH) };

const headerArbitrary = fc.record({
  bundle: fc.uint8Array({ maxLength: 8 }).map((bytes) => digestOf(bytes)),
  number: fc.integer({ min: 1, max: 999 }),
  of: fc.constant(999),
  offset: fc.maxSafeNat(),
  size: fc.maxSafeNat(),
  sha256: fc.uint8Array({ maxLength: 8 }).map((bytes) => digestHex(digestOf(bytes))),
}, { noNullPrototype: true });

Deno.test("parseVolumeHeader() reads what formatVolumeHeader() writes", () => {
  fc.assert(fc.property(headerArbitrary, (header) => {
    const bytes = formatVolumeHeader(header);
    assert.equal(bytes.byteLength, VOLUME_HEADER_SIZE);
    assert.ok(isVolume(bytes));
    assert.deepEqual(parseVolumeHeader(bytes), header);
  }));
});

Deno.test("formatVolumeHeader() writes one line", () => {
  const text = new TextDecoder().decode(formatVolumeHeader(HEADER));
  const hex = digestHex(HASH);
  assert.equal(
    text.trimEnd(),
    `{"gantry-volume":1,"bundle":"sha256:${hex}","number":2,"of":3,"offset":100,"size":50,"sha256":"${hex}"}`,
  );
  assert.equal(text.indexOf("\n"), VOLUME_HEADER_SIZE - 1);
});

Deno.test("parseVolumeHeader() notices every single byte that is another one", () => {
  const bytes = formatVolumeHeader(HEADER);
  // A digit of a number or of a digest makes another header that is as good: its own volume is compared with it.
  const isDigit = (byte: number): boolean => /[0-9a-f]/.test(String.fromCharCode(byte));
  fc.assert(fc.property(fc.nat(VOLUME_HEADER_SIZE - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
    const damaged = bytes.slice();
    damaged[at] = (damaged[at] ?? 0) ^ change;
    fc.pre(!isDigit(bytes[at] ?? 0) || !isDigit(damaged[at] ?? 0));
    assert.throws(() => parseVolumeHeader(damaged), { name: "SyntaxError" });
  }));
});

const wrong: readonly (readonly [state: string, header: Record<string, unknown>])[] = [
  ["has no number", { number: undefined }],
  ["has a number of 0", { number: 0 }],
  ["is beyond the last one", { number: 4 }],
  ["is of more than 999", { of: 1000 }],
  ["has a negative offset", { offset: -1 }],
  ["has a size that is not whole", { size: 0.5 }],
  ["has no digest for a bundle", { bundle: "sha256:1" }],
  ["has no digest of its part", { sha256: HASH }],
  ["is of another version", { "gantry-volume": 2 }],
];

for (const [state, change] of wrong) {
  Deno.test(`parseVolumeHeader() refuses a header when it ${state}`, () => {
    const json = JSON.stringify({ "gantry-volume": 1, ...HEADER, ...change });
    const bytes = new TextEncoder().encode(`${json.padEnd(VOLUME_HEADER_SIZE - 1)}\n`);
    assert.throws(() => parseVolumeHeader(bytes), { name: "SyntaxError" });
  });
}
