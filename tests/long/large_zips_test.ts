/** Zips that need the numbers of 64 bits: their readers are the only ones who can say whether they are right. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { ZIP_STORED, zipEnd, zipHeader, type ZipMemberRecord, zipRecord } from "../../src/oci/zip/records.ts";
import { writeZip } from "../../src/pack/zip.ts";
import type { Entry } from "../../src/pipeline/entry.ts";
import { readByGo, readByPython, readingOf, zipFile } from "../pack/zip_entries.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";

const GIBIBYTE = 1024 ** 3;
const tools = ["go-unzip", "python3", "unzip"];

toolTest("writeZip() writes what Go, Python and Info-ZIP read when there are 70,000 entries", { tools }, async () => {
  const entries = Array.from({ length: 70_000 }, (_, at) => zipFile(`d${at % 100}/${at}`, at % 3 === 0 ? `${at}` : ""));
  await using directory = await tempDirectory();
  const path = join(directory.path, "many.zip");
  await Deno.writeFile(path, ReadableStream.from(writeZip(entries)));
  await assertRead(path, readingOf(entries));
});

toolTest("writeZip() writes what Go, Python and Info-ZIP read when a file has more than 4 GiB", {
  tools,
  timeout: 600_000,
}, async () => {
  const size = 4 * GIBIBYTE + 12_345;
  const large: Entry = {
    path: "large",
    kind: "file",
    executable: false,
    size,
    open: () => ReadableStream.from(zeros(size)),
  };
  await using directory = await tempDirectory();
  const path = join(directory.path, "large.zip");
  await Deno.writeFile(path, ReadableStream.from(writeZip([large, zipFile("behind", "it")])));
  await assertRead(path, [
    { ...readingOf([large])[0], size, sha256: hashOf(zeros(size)) },
    ...readingOf([zipFile("behind", "it")]),
  ]);
});

toolTest("zipRecord() is read by Go, Python and Info-ZIP when a member begins behind 4 GiB", {
  tools,
  timeout: 600_000,
}, async () => {
  // The data of the first is a hole in the file, so that it takes no room.
  const size = 4 * GIBIBYTE + 1;
  const first = record("hole", { size, checksum: checksumOf(zeros(size)), offset: 0 });
  const behind = record("behind", { size: 2, checksum: crc32("it"), offset: zipHeader(first).byteLength + size });
  await using directory = await tempDirectory();
  const path = join(directory.path, "far.zip");
  using file = await Deno.open(path, { write: true, createNew: true });
  await file.write(zipHeader(first));
  await file.seek(size, Deno.SeekMode.Current);
  const rest = [zipHeader(behind), new TextEncoder().encode("it"), zipRecord(first), zipRecord(behind)];
  for (const part of rest) await file.write(part);
  const directorySize = zipRecord(first).byteLength + zipRecord(behind).byteLength;
  const offset = behind.offset + zipHeader(behind).byteLength + behind.size;
  await file.write(zipEnd({ count: 2, size: directorySize, offset }));
  await assertRead(path, [
    { ...readingOf([zipFile("hole", "")])[0], size, sha256: hashOf(zeros(size)) },
    ...readingOf([zipFile("behind", "it")]),
  ]);
});

async function assertRead(path: string, expected: readonly unknown[]): Promise<void> {
  const [go, python, infoZip] = await Promise.all([
    readByGo(path),
    readByPython(path),
    tool("unzip", ["-tq", path]),
  ]);
  assert.deepEqual(go, expected);
  assert.deepEqual(python, expected);
  assert.match(infoZip, /^No errors detected/);
}

function record(
  name: string,
  { size, checksum, offset }: Pick<ZipMemberRecord, "size" | "checksum" | "offset">,
): ZipMemberRecord {
  return {
    name,
    mode: 0o100644,
    method: ZIP_STORED,
    checksum,
    size,
    compressedSize: size,
    offset,
    isStreamed: false,
  };
}

function* zeros(size: number): Generator<Uint8Array<ArrayBuffer>, void, void> {
  const piece = new Uint8Array(1024 * 1024);
  for (let left = size; left > 0; left -= piece.byteLength) yield piece.subarray(0, Math.min(left, piece.byteLength));
}

function hashOf(pieces: Iterable<Uint8Array>): string {
  const hash = createHash("sha256");
  for (const piece of pieces) hash.update(piece);
  return hash.digest("hex");
}

function checksumOf(pieces: Iterable<Uint8Array>): number {
  let checksum = 0;
  for (const piece of pieces) checksum = crc32(piece, checksum);
  return checksum;
}
