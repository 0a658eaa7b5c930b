import assert from "node:assert/strict";
import { join } from "node:path";
import { beginsLikeZip, readZipDirectory, type ZipMember } from "../../../src/oci/zip/directory.ts";
import { rawZip } from "../../support/raw_zip.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool, toolTest } from "../../support/tools.ts";

Deno.test("readZipDirectory() lists files, directories and links with their sizes", () => {
  const bytes = rawZip([
    { name: "a.txt", content: "12345" },
    { name: "sub/", content: "", mode: 0o040755 },
    { name: "sub/ünï", content: "" },
    { name: "link", content: "a.txt", mode: 0o120777 },
    { name: "large", largeSize: 5_000_000_000n },
  ]);
  assert.ok(beginsLikeZip(bytes));
  assert.deepEqual(listed(readZipDirectory(bytes, bytes.byteLength)), [
    { name: "a.txt", type: "file", size: 5 },
    { name: "sub/", type: "directory", size: 0 },
    { name: "sub/ünï", type: "file", size: 0 },
    { name: "link", type: "symlink", size: 5 },
    { name: "large", type: "file", size: 5_000_000_000 },
  ]);
});

Deno.test("readZipDirectory() reads an empty zip, one with a comment, and the end of a long one", () => {
  const empty = rawZip([]);
  assert.ok(beginsLikeZip(empty));
  assert.deepEqual(listed(readZipDirectory(empty, empty.byteLength)), []);
  const commented = rawZip([{ name: "a" }], "made by hand");
  assert.deepEqual(listed(readZipDirectory(commented, commented.byteLength)), [{ name: "a", type: "file", size: 1 }]);
  const long = rawZip([{ name: "a", content: "x".repeat(1000) }]);
  assert.deepEqual(listed(readZipDirectory(long.slice(1000), long.byteLength)), [{
    name: "a",
    type: "file",
    size: 1000,
  }]);
});

Deno.test("readZipDirectory() says what is wrong with what is no whole zip", () => {
  const bytes = rawZip([{ name: "a" }, { name: "b" }]);
  const moved = bytes.slice();
  moved.set([0xff, 0xff, 0xff, 0xff], bytes.byteLength - 6);
  const miscounted = bytes.slice();
  miscounted.set([3], bytes.byteLength - 12);
  for (const wrong of [new Uint8Array(0), bytes.slice(0, -1), new TextEncoder().encode("PK\x03\x04 and no more")]) {
    assert.throws(() => readZipDirectory(wrong, wrong.byteLength), /^SyntaxError: it is no zip, or it is cut off$/);
  }
  for (const wrong of [moved, miscounted]) {
    assert.throws(
      () => readZipDirectory(wrong, wrong.byteLength),
      /^SyntaxError: the directory of its zip is damaged$/,
    );
  }
  assert.throws(() => readZipDirectory(bytes.slice(-30), bytes.byteLength), /damaged/);
});

toolTest("readZipDirectory() reads what Python writes, large ones too", ["python3"], async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "a.zip");
  await tool("python3", [
    "-c",
    [
      "import sys, zipfile",
      "z = zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED)",
      "z.writestr('a/ü.txt', 'x' * 1000)",
      "[z.writestr(str(n), '') for n in range(66000)]",
      "z.close()",
    ].join("\n"),
    path,
  ]);
  const bytes = await Deno.readFile(path);
  const members = listed(readZipDirectory(bytes, bytes.byteLength));
  assert.equal(members.length, 66_001);
  assert.deepEqual([members[0], members.at(-1)], [
    { name: "a/ü.txt", type: "file", size: 1000 },
    { name: "65999", type: "file", size: 0 },
  ]);
});

function listed(members: readonly ZipMember[]): readonly Pick<ZipMember, "name" | "type" | "size">[] {
  return members.map(({ name, type, size }) => ({ name, type, size }));
}
