import assert from "node:assert/strict";
import fc from "fast-check";
import { refuseOddKinds } from "../../src/oci/refuse_odd_kinds.ts";
import { tar } from "../../src/oci/tar.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { inPieces } from "../support/sample_bytes.ts";
import { tarDirectory, tarFile } from "./tar_entries.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const SIZES = fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 5 });

/** A tar of a directory and two files, the second of which is of this kind. */
async function tarWithKind(kind: string): Promise<Bytes> {
  const tail = await collectBytes(tar([tarFile("odd", "odd")]));
  // The header says its own sum, in which the kind counts.
  const sum = parseInt(new TextDecoder().decode(tail.subarray(148, 154)), 8) + kind.charCodeAt(0) - "0".charCodeAt(0);
  tail.set(new TextEncoder().encode(sum.toString(8).padStart(6, "0")), 148);
  tail.set([kind.charCodeAt(0)], 156);
  const head = await collectBytes(tar([tarDirectory("d/"), tarFile("f", "x".repeat(700))]));
  return await collectBytes([head.subarray(0, -1024), tail]);
}

for (const kind of ["0", "7", "\0", "1", "2", "3", "4", "5", "6"]) {
  Deno.test(`refuseOddKinds() passes a member of kind ${JSON.stringify(kind)} on`, async () => {
    const bytes = await tarWithKind(kind);
    await fc.assert(
      fc.asyncProperty(SIZES, async (sizes) => {
        assert.deepEqual(await collectBytes(refuseOddKinds(inPieces(bytes, ...sizes))), bytes);
      }),
      { numRuns: 20 },
    );
  });
}

const ODD: readonly (readonly [kind: string, message: string])[] = [
  ["S", "It holds a sparse file"],
  ["M", 'It holds a member of the unknown kind "M"'],
  ["V", 'It holds a member of the unknown kind "V"'],
  ["8", 'It holds a member of the unknown kind "8"'],
];

for (const [kind, message] of ODD) {
  Deno.test(`refuseOddKinds() fails at a member of kind ${JSON.stringify(kind)}`, async () => {
    const bytes = await tarWithKind(kind);
    await fc.assert(
      fc.asyncProperty(SIZES, async (sizes) => {
        await assert.rejects(collectBytes(refuseOddKinds(inPieces(bytes, ...sizes))), new Error(message));
      }),
      { numRuns: 20 },
    );
  });
}

Deno.test("refuseOddKinds() does not look into what a member holds", async () => {
  const bytes = await collectBytes(tar([tarFile("inner.tar", await tarWithKind("S")), tarFile("b", "b")]));
  assert.deepEqual(await collectBytes(refuseOddKinds(inPieces(bytes, 1000))), bytes);
});

Deno.test("refuseOddKinds() passes what is no tar", async () => {
  const bytes = new TextEncoder().encode("hello ".repeat(1000));
  assert.deepEqual(await collectBytes(refuseOddKinds(inPieces(bytes, 100))), bytes);
});
