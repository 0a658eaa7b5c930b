import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { createDigester, digestAlgorithm, digestHex, digestOf, isDigest, parseDigest } from "../../src/oci/digest.ts";

const HEX_64 = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
const HEX_128 = HEX_64 + HEX_64;

const GOOD: readonly (readonly [text: string, algorithm: string, hex: string])[] = [
  [`sha256:${HEX_64}`, "sha256", HEX_64],
  [`sha512:${HEX_128}`, "sha512", HEX_128],
  [`sha256:${"0".repeat(64)}`, "sha256", "0".repeat(64)],
];

for (const [text, algorithm, hex] of GOOD) {
  Deno.test(`parseDigest() takes ${text.slice(0, 20)}…`, () => {
    const digest = parseDigest(text);
    assert.equal(digest, text);
    assert.equal(digestAlgorithm(digest), algorithm);
    assert.equal(digestHex(digest), hex);
    assert.equal(isDigest(text), true);
  });
}

const BAD: readonly (readonly [name: string, text: string])[] = [
  ["nothing", ""],
  ["no colon", HEX_64],
  ["only an algorithm", "sha256"],
  ["an algorithm without its last letter", "sha25"],
  ["an empty hexadecimal part", "sha256:"],
  ["an empty algorithm", `:${HEX_64}`],
  ["63 digits", `sha256:${HEX_64.slice(1)}`],
  ["65 digits", `sha256:${HEX_64}0`],
  ["sha512 with 64 digits", `sha512:${HEX_64}`],
  ["sha256 with 128 digits", `sha256:${HEX_128}`],
  ["upper-case digits", `sha256:${HEX_64.toUpperCase()}`],
  ["an upper-case algorithm", `SHA256:${HEX_64}`],
  ["a digit that is none", `sha256:${HEX_64.slice(1)}g`],
  ["a line break after it", `sha256:${HEX_64}\n`],
  ["a line break in place of a digit", `sha256:${HEX_64.slice(1)}\n`],
  ["a space before it", ` sha256:${HEX_64}`],
  ["another algorithm", `sha384:${"0".repeat(96)}`],
  ["an algorithm of the image-spec's main branch", `blake3:${HEX_64}`],
  ["two algorithms", `sha256+sha512:${HEX_64}`],
  ["a second colon", `sha256:${HEX_64.slice(1)}:`],
  ["full-width digits", `sha256:${"０".repeat(64)}`],
  // sec/digest-string-traversal
  ["a path upwards", "sha256:../../x"],
  ["a path upwards of the right length", `sha256:${"../".repeat(21)}x`],
  ["an absolute path", `sha256:/${HEX_64.slice(1)}`],
  ["a Windows path", `sha256:C:\\${HEX_64.slice(3)}`],
  ["a path upwards in the algorithm", `../sha256:${HEX_64}`],
  ["a NUL", `sha256:${HEX_64.slice(1)}\0`],
  ["a query", `sha256:${HEX_64.slice(4)}?a=b`],
  // Names that every JavaScript object has.
  ["__proto__", `__proto__:${HEX_64}`],
  ["constructor", `constructor:${HEX_64}`],
  ["toString", `toString:${HEX_64}`],
  ["hasOwnProperty without anything else", "hasOwnProperty:"],
];

for (const [name, text] of BAD) {
  Deno.test(`parseDigest() throws when there is ${name}`, () => {
    assert.equal(isDigest(text), false);
    assert.throws(() => parseDigest(text), {
      name: "SyntaxError",
      message: `Cannot parse digest ${
        JSON.stringify(text)
      }: it must be "sha256:" and 64, or "sha512:" and 128 digits of 0-9a-f`,
    });
  });
}

Deno.test("parseDigest() shows the first 150 characters when a text is long", () => {
  assert.throws(() => parseDigest(`sha256:${"a".repeat(10_000)}`), {
    message: `Cannot parse digest "sha256:${
      "a".repeat(143)
    }…": it must be "sha256:" and 64, or "sha512:" and 128 digits of 0-9a-f`,
  });
});

Deno.test("isDigest() takes what is safe in a path and nothing else", () => {
  const characters = fc.constantFrom(..."0a9fgAF:/\\.%?#@\n\0 é");
  const texts = fc.tuple(
    fc.constantFrom("sha256:", "sha512:", "sha256", "sha1:", ":", "../:", ""),
    fc.oneof(
      fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 63, maxLength: 65 }),
      fc.string({ unit: characters, minLength: 60, maxLength: 66 }),
      fc.string({ unit: characters, minLength: 126, maxLength: 129 }),
    ),
  ).map((parts) => parts.join(""));
  fc.assert(fc.property(texts, (text) => {
    assert.equal(isDigest(text), /^(sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/.test(text));
  }));
});

// The values are those of FIPS 180-2, appendices B and C.
const ABC_SHA256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
const ABC_SHA512 = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";

Deno.test("digestOf() gives the published digests of abc", () => {
  const abc = new TextEncoder().encode("abc");
  assert.equal(digestOf(abc), `sha256:${ABC_SHA256}`);
  assert.equal(digestOf(abc, "sha256"), `sha256:${ABC_SHA256}`);
  assert.equal(digestOf(abc, "sha512"), `sha512:${ABC_SHA512}`);
  assert.equal(digestOf(new TextEncoder().encode("{}")), `sha256:${HEX_64}`);
});

Deno.test("createDigester() gives the digest of the whole and counts it, whatever the pieces", () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 50 })),
      fc.constantFrom("sha256", "sha512"),
      (pieces, algorithm) => {
        const digester = createDigester(algorithm);
        const hash = createHash(algorithm);
        let size = 0;
        for (const piece of pieces) {
          assert.equal(digester.size, size);
          digester.update(piece);
          hash.update(piece);
          size += piece.byteLength;
        }
        assert.equal(digester.size, size);
        assert.equal(digester.digest(), `${algorithm}:${hash.digest("hex")}`);
      },
    ),
  );
});
