/** How fast archives are written and compressed: `deno bench -A bench/micro/archive_bench.ts`. */
import { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { createTarPacker } from "modern-tar";
import { writeTar } from "../../src/oci/tar/write.ts";
import { gzip } from "../../src/pack/gzip.ts";
import { tarFile } from "../../tests/oci/tar/tar_entries.ts";
import { binaryLike, inPieces, textLike } from "../../tests/support/sample_bytes.ts";

const MEBIBYTE = 1024 * 1024;
const PIECE_SIZE = 128 * 1024;
/** Half of it like text, half of it like programs. */
const SAMPLE = new Uint8Array([...textLike(16 * MEBIBYTE), ...binaryLike(16 * MEBIBYTE)]);
const FEW = { n: 5, warmup: 1 };

for (const level of [6, 9]) {
  Deno.bench(
    `node:zlib createGzip, level ${level}`,
    { group: "gzip 32 MiB", baseline: level === 6, ...FEW },
    async () => {
      await drain(Readable.from(inPieces(SAMPLE, PIECE_SIZE)).pipe(createGzip({ level })));
    },
  );
}
for (const workers of [0, 1, 2]) {
  const where = workers === 0 ? "inline" : `workers: ${workers}`;
  Deno.bench(`gzip(), ${where}`, { group: "gzip 32 MiB", ...FEW }, async () => {
    await drain(gzip(inPieces(SAMPLE, PIECE_SIZE), { workers }));
  });
}

const CONTENT = new Uint8Array(1024);
const NAMES = Array.from({ length: 10_000 }, (_, at) => `deploy/base/${at % 100}/manifest-${at}.yaml`);

Deno.bench("tar()", { group: "tar 10,000 files of 1 KiB", baseline: true, ...FEW }, async () => {
  await drain(writeTar(NAMES.map((name) => tarFile(name, CONTENT))));
});
Deno.bench("modern-tar createTarPacker()", { group: "tar 10,000 files of 1 KiB", ...FEW }, async () => {
  const { readable, controller } = createTarPacker();
  const drained = drain(readable);
  for (const name of NAMES) {
    const entry = tarFile(name, CONTENT);
    const body = controller.add({ name, size: entry.size, mode: entry.mode, mtime: new Date(0), type: "file" });
    await entry.open().pipeTo(body);
  }
  controller.finalize();
  await drained;
});

async function drain(bytes: AsyncIterable<unknown>): Promise<void> {
  for await (const _piece of bytes);
}
