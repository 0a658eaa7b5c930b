import assert from "node:assert/strict";
import { createDigester } from "../../../src/oci/digest.ts";
import { tarHeader } from "../../../src/oci/tar/header.ts";
import { tarHeaderCases } from "./header_cases.ts";

/** The digest of what Go 1.26.8's archive/tar writes for the same headers. */
const GO_DIGEST = "sha256:72e21488a00f222f0c27a2ba053fbb3f3907948c6794bbe99e93f9032e8efad4";

Deno.test("tarHeader() writes the bytes of Go's archive/tar when names and sizes are around every limit", () => {
  const digester = createDigester();
  for (const header of tarHeaderCases()) digester.update(tarHeader(header));
  assert.equal(digester.digest(), GO_DIGEST);
});

Deno.test("tarHeader() writes one block when name and size fit into ustar", () => {
  const bytes = tarHeader({ name: "deploy/run.sh", type: "file", mode: 0o755, size: 1234 });
  assert.equal(bytes.byteLength, 512);
  assert.deepEqual(fields(bytes), {
    name: "deploy/run.sh",
    mode: "0000755",
    uid: "0000000",
    gid: "0000000",
    size: "00000002322",
    mtime: "00000000000",
    type: "0",
    magic: "ustar",
    version: "00",
    user: "",
    group: "",
    major: "0000000",
    minor: "0000000",
    prefix: "",
  });
});

Deno.test("tarHeader() splits a name at a slash when it is longer than 100 bytes", () => {
  const bytes = tarHeader({ name: `${"d".repeat(99)}/${"n".repeat(100)}`, type: "file", mode: 0o644, size: 0 });
  assert.equal(bytes.byteLength, 512);
  assert.equal(fields(bytes).prefix, "d".repeat(99));
  assert.equal(fields(bytes).name, "n".repeat(100));
});

Deno.test("tarHeader() writes a PAX header when the name is not ASCII", () => {
  const bytes = tarHeader({ name: "caf\u00e9/men\u00fc.txt", type: "file", mode: 0o600, size: 7 });
  assert.equal(bytes.byteLength, 3 * 512);
  const pax = fields(bytes);
  assert.equal(pax.type, "x");
  assert.equal(pax.name, "caf/PaxHeaders.0/men.txt");
  assert.equal(pax.mode, "0000000");
  assert.equal(pax.major, "");
  assert.equal(text(bytes.subarray(512, 1024)), "24 path=caf\u00e9/men\u00fc.txt\n");
  const main = fields(bytes.subarray(1024));
  assert.equal(main.name, "caf/men.txt");
  assert.equal(main.mode, "0000600");
  assert.equal(main.size, "00000000007");
});

Deno.test("tarHeader() writes a PAX record of the size when a file has 8 GiB", () => {
  const bytes = tarHeader({ name: "disk", type: "file", mode: 0o644, size: 8 * 1024 ** 3 });
  assert.equal(text(bytes.subarray(512, 1024)), "19 size=8589934592\n");
});

Deno.test("tarHeader() writes a PAX record of the path only when it does not fit into the header after it", () => {
  const size = 8 * 1024 ** 3;
  const records = (length: number): string =>
    text(tarHeader({ name: "n".repeat(length), type: "file", mode: 0o644, size }).subarray(512, 1024));
  assert.equal(records(100), "19 size=8589934592\n");
  assert.equal(records(101), `111 path=${"n".repeat(101)}\n19 size=8589934592\n`);
});

const REFUSED: readonly (readonly [what: string, header: Parameters<typeof tarHeader>[0], error: Error])[] = [
  ["is empty", entry({ name: "" }), new TypeError('Cannot archive "": the name is empty')],
  [
    "holds a NUL character",
    entry({ name: "a\0b" }),
    new TypeError('Cannot archive "a\\u0000b": a name cannot hold a NUL character'),
  ],
  [
    "is a file's and ends in a slash",
    entry({ name: "a/" }),
    new TypeError('Cannot archive "a/": the name of a file cannot end in "/"'),
  ],
  ["has a negative mode", entry({ mode: -1 }), new RangeError('Cannot archive "a": -1 is no mode')],
  ["has a mode of eight digits", entry({ mode: 0o10000000 }), new RangeError('Cannot archive "a": 2097152 is no mode')],
  ["has a negative size", entry({ size: -1 }), new RangeError('Cannot archive "a": -1 is no size')],
  ["has a fraction of a byte", entry({ size: 0.5 }), new RangeError('Cannot archive "a": 0.5 is no size')],
  [
    "is too large to count",
    entry({ size: 2 ** 53 }),
    new RangeError('Cannot archive "a": 9007199254740992 is no size'),
  ],
  [
    "is a directory with bytes",
    entry({ type: "directory", size: 1 }),
    new RangeError('Cannot archive "a": a directory cannot have 1 bytes'),
  ],
];
for (const [what, header, error] of REFUSED) {
  Deno.test(`tarHeader() refuses an entry when it ${what}`, () => {
    assert.throws(() => tarHeader(header), error);
  });
}

function entry(more: Partial<Parameters<typeof tarHeader>[0]>): Parameters<typeof tarHeader>[0] {
  return { name: "a", type: "file", mode: 0o644, size: 1, ...more };
}

function fields(block: Uint8Array): Record<string, string> {
  const field = (at: number, length: number): string => text(block.subarray(at, at + length));
  return {
    name: field(0, 100),
    mode: field(100, 8),
    uid: field(108, 8),
    gid: field(116, 8),
    size: field(124, 12),
    mtime: field(136, 12),
    type: field(156, 1),
    magic: field(257, 6),
    version: field(263, 2),
    user: field(265, 32),
    group: field(297, 32),
    major: field(329, 8),
    minor: field(337, 8),
    prefix: field(345, 155),
  };
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes).replace(/\0+$/, "");
}
