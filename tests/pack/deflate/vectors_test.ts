/**
 * What gzip writes never changes: the vectors of tests/vectors/gzip, and others read it; other processors are in
 * `tests/long`.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { inputOf, readVectors, type Vector } from "../../../scripts/vectors.ts";
import { digestHex, digestOf } from "../../../src/oci/digest.ts";
import { gzip } from "../../../src/pack/gzip.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { inPieces } from "../../support/sample_bytes.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool, toolTest } from "../../support/tools.ts";

const VECTORS = await readVectors();
const LEVELS = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

for (const vector of VECTORS) {
  Deno.test(`gzip() writes the bytes that it always wrote when the input is: ${vector.name}`, async () => {
    const bytes = await inputOf(vector);
    assert.equal(sha256(bytes), vector.inputSha256);
    for (const level of LEVELS) {
      const packed = await pack(bytes, level);
      assert.equal(sha256(packed), vector.gzipSha256[level], `level ${level}`);
      assert.ok(gunzipSync(packed).equals(bytes), `level ${level}`);
    }
  });
}

Deno.test("the vectors have different bytes at different levels, and a name each", () => {
  assert.equal(new Set(VECTORS.map(({ name }) => name)).size, VECTORS.length);
  const mixture = VECTORS.find(({ name }) => name === "mixture of all");
  assert.equal(new Set(Object.values(mixture?.gzipSha256 ?? {})).size, LEVELS.length);
});

toolTest("gzip() writes what Go's compress/gzip reads", ["go-gunzip"], async () => {
  await assertRead((files) => tool("go-gunzip", files));
});

toolTest("gzip() writes what Python's gzip reads", ["python3"], async () => {
  const program = [
    "import gzip, hashlib, sys",
    "for name in sys.argv[1:]: print(hashlib.sha256(gzip.open(name).read()).hexdigest(), name)",
  ];
  await assertRead((files) => tool("python3", ["-c", program.join("\n"), ...files]));
});

/** Checks that a program finds the inputs in the files that gzip made of them, at each level. */
async function assertRead(read: (files: readonly string[]) => Promise<string>): Promise<void> {
  await using directory = await tempDirectory();
  const expected: string[] = [];
  const files: string[] = [];
  for (const [index, vector] of VECTORS.entries()) {
    const bytes = await inputOf(vector);
    for (const level of LEVELS) {
      const file = join(directory.path, `${index}-${level}.gz`);
      await Deno.writeFile(file, await pack(bytes, level));
      expected.push(`${vector.inputSha256} ${file}`);
      files.push(file);
    }
  }
  assert.deepEqual((await read(files)).trimEnd().split("\n"), expected);
}

function pack(bytes: Uint8Array<ArrayBuffer>, level: keyof Vector["gzipSha256"]): Promise<Uint8Array<ArrayBuffer>> {
  return collectBytes(gzip(inPieces(bytes), { level: Number(level) }));
}

function sha256(bytes: Uint8Array<ArrayBuffer>): string {
  return digestHex(digestOf(bytes));
}
