/** Zips, which become files as tars do, or are refused with nothing left of them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { ExtractionError, type ExtractionRule } from "../../src/extract/extraction_error.ts";
import { writeZip } from "../../src/pack/zip.ts";
import { zipDirectory, zipFile } from "../pack/zip_entries.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { rawZip, type RawZipMember } from "../support/raw_zip.ts";
import { binaryLike, inPieces, noise } from "../support/sample_bytes.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { extractLayers, type ExtractTestOptions, listing } from "./extract_support.ts";

const MEBIBYTE = 1024 * 1024;

Deno.test("unpackLayer() extracts what writeZip() writes, whatever pieces it comes in", async () => {
  const large = binaryLike(3 * MEBIBYTE);
  const zip = await collectBytes(writeZip([
    zipFile("a.txt", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    zipDirectory("empty"),
    zipFile("large.bin", large),
    zipFile("run.sh", "#!/bin/sh\n", { executable: true }),
    zipFile("sub/stored", noise(100).fill(65, 0, 50)),
    zipFile("sub/zero", ""),
  ]));
  await using directory = await tempDirectory();
  await extractLayers(directory.path, [() => inPieces(zip, 1000, 1, 70_000)]);
  const found = await listing(directory.path);
  assert.deepEqual(found.map((line) => line.split(" = ")[0]), [
    "a.txt",
    "empty/",
    "large.bin",
    "run.sh*",
    "sub/",
    "sub/stored",
    "sub/zero",
  ]);
  assert.deepEqual(await Deno.readFile(join(directory.path, "large.bin")), new Uint8Array(large));
  assert.equal(await Deno.readTextFile(join(directory.path, "sub/zero")), "");
});

toolTest("unpackLayer() extracts what Python writes without knowing sizes before", ["python3"], async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "a.zip");
  const script = "import sys, zipfile\n" +
    "class Pipe:\n def __init__(s, f): s.f = f\n def write(s, b): return s.f.write(b)\n def flush(s): s.f.flush()\n" +
    "z = zipfile.ZipFile(Pipe(open(sys.argv[1], 'wb')), 'w', zipfile.ZIP_DEFLATED)\n" +
    "z.writestr('a.txt', 'a' * 1000)\nz.writestr('b.bin', bytes(2000000))\nz.writestr('c/', '')\nz.close()\n";
  await tool("python3", ["-c", script, path]);
  await extractLayers(join(directory.path, "out"), [await Deno.readFile(path)]);
  assert.deepEqual((await listing(join(directory.path, "out"))).map((line) => line.split(" = ")[0]), [
    "a.txt",
    "b.bin",
    "c/",
  ]);
  assert.equal((await Deno.stat(join(directory.path, "out/b.bin"))).size, 2_000_000);
});

Deno.test("unpackLayer() keeps links in a zip when they are wanted", async () => {
  const zip = rawZip([
    { name: "a", content: "text" },
    { name: "link", content: "a", mode: 0o120777 },
    { name: "gap", content: "between the members" },
    { name: "b", content: "more" },
  ]);
  await using directory = await tempDirectory();
  await extractLayers(directory.path, [zip], { unpack: { links: "keep" } });
  assert.deepEqual(await listing(directory.path), ["a = text", "b = more", "gap = between the members", "link -> a"]);
});

const bomb = deflateRawSync(new Uint8Array(64 * MEBIBYTE), { level: 9 });
type Case = readonly [RawZipMember[], ExtractionRule, RegExp, ExtractTestOptions?];
const HARMFUL: Readonly<Record<string, Case>> = {
  "a path that leads out": [[{ name: "../evil" }], "path", /its path leads out of the directory$/],
  "an absolute path": [[{ name: "/evil" }], "path", /its path is absolute$/],
  "a backslash": [[{ name: "..\\evil" }], "path", /its path holds a backslash$/],
  "a link": [[{ name: "l", content: "/etc", mode: 0o120777 }], "link", /it is a symbolic link to "\/etc"$/],
  "a file through a link": [
    [{ name: "l", content: "..", mode: 0o120777 }, { name: "l/evil" }],
    "link-target",
    /"l" is a link$/,
    { unpack: { links: "keep" } },
  ],
  "a file twice": [[{ name: "a" }, { name: "a" }], "conflict", /is there twice|stands there already|there already/],
  "names that differ in letter case": [[{ name: "main.tf" }, { name: "Main.tf" }], "name", /are one name on some file/],
  "a bomb": [
    [{ name: "zeros", packed: { method: 8, data: bomb }, size: 64 * MEBIBYTE }],
    "ratio",
    /it unpacks to more than 1000 times its size$/,
  ],
  "a bomb that lies about its size": [
    [{ name: "zeros", packed: { method: 8, data: bomb }, size: 10 }],
    "archive",
    /as a zip: "zeros" has more than the 10 bytes that the zip says$/,
  ],
  "more than is allowed": [
    [{ name: "a", content: "x".repeat(2000) }],
    "size",
    /than 1000 bytes$/,
    { rules: { maxSize: 1000 } },
  ],
  "members that share bytes": [
    [{ name: "a", content: "a".repeat(100) }, { name: "a", offset: 0 }],
    "archive",
    /as a zip: "a" shares bytes with another member$/,
  ],
  "a member that is called otherwise in its own header": [
    [{ name: "good", localName: "evil" }],
    "archive",
    /as a zip: "good" is called "evil" in its own header$/,
  ],
  "a member that is nowhere": [[{ name: "a", offset: 1 }], "archive", /as a zip: the header of "a" is damaged$/],
  "a wrong checksum": [
    [{ name: "a", checksum: 1 }],
    "archive",
    /as a zip: "a" is damaged: its checksum is another one$/,
  ],
  "fewer bytes than it says": [[{ name: "a", size: 9 }], "archive", /as a zip: "a" has 1 bytes, and the zip says 9$/],
  "an encrypted member": [[{ name: "a", flags: 1 }], "archive", /as a zip: "a" is encrypted$/],
  "another compression": [
    [{ name: "a", packed: { method: 12, data: new Uint8Array(1) } }],
    "archive",
    /as a zip: "a" is compressed with method 12, which cannot be undone$/,
  ],
  "damaged deflate": [
    [{ name: "a", packed: { method: 8, data: new Uint8Array(9).fill(0xff) } }],
    "archive",
    /as a zip: "a" is damaged$/,
  ],
};
for (const [what, [members, rule, says, options]] of Object.entries(HARMFUL)) {
  Deno.test(`sec/zip-extract: unpackLayer() refuses a zip with ${what}`, async () => {
    await using directory = await tempDirectory();
    const out = join(directory.path, "out");
    await assert.rejects(extractLayers(out, [rawZip(members)], options), (error) => {
      assert.ok(error instanceof ExtractionError, String(error));
      assert.match(error.message, says);
      assert.equal(error.rule, rule, error.message);
      return true;
    });
    assert.deepEqual(await listing(directory.path), []);
  });
}

Deno.test("sec/zip-extract: unpackLayer() refuses a zip that is cut off or whose directory is damaged", async () => {
  const whole = rawZip([{ name: "a" }, { name: "b" }]);
  const damaged = whole.slice();
  damaged.set([9], whole.byteLength - 12);
  for (
    const [zip, says] of [[whole.slice(0, -5), /it is no zip, or it is cut off$/], [damaged, /is damaged$/]] as const
  ) {
    await using directory = await tempDirectory();
    await assert.rejects(extractLayers(join(directory.path, "out"), [zip]), says);
    assert.deepEqual(await listing(directory.path), []);
  }
});

Deno.test("sec/zip-extract: unpackLayer() extracts what it says or refuses it when any bytes of a zip are others", async () => {
  const zip = rawZip([
    { name: "a", content: "text" },
    { name: "b", content: "x".repeat(300), packed: { method: 8, data: deflateRawSync("x".repeat(300)) } },
    { name: "dir/", content: "", mode: 0o040755 },
    { name: "dir/link", content: "../a", mode: 0o120777 },
  ]);
  await using directory = await tempDirectory();
  const victim = join(directory.path, "victim");
  await Deno.mkdir(victim);
  const change = fc.tuple(fc.nat(zip.byteLength - 1), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(40), async (changes, cut) => {
      const changed = zip.slice(0, zip.byteLength - (cut > 30 ? cut : 0));
      for (const [at, byte] of changes) if (at < changed.byteLength) changed[at] = byte;
      const out = join(victim, "out");
      await extractLayers(out, [changed], { unpack: { links: "keep" } }).catch((error) => {
        assert.ok(error instanceof ExtractionError, String(error));
      });
      await Deno.remove(out, { recursive: true }).catch(() => {});
      assert.deepEqual(await listing(victim), []);
    }),
    { numRuns: 300 },
  );
});

Deno.test("unpackLayer() passes on what the source of a zip fails with", async () => {
  const zip = rawZip([{ name: "a", content: "a".repeat(1000) }]);
  async function* broken(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    yield zip.slice(0, 600);
    throw new Error("Cannot read: it broke");
  }
  await using directory = await tempDirectory();
  await assert.rejects(extractLayers(join(directory.path, "out"), [broken]), new Error("Cannot read: it broke"));
});
