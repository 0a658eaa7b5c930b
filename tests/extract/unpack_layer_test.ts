import assert from "node:assert/strict";
import { join } from "node:path";
import zlib from "node:zlib";
import { createTree } from "../../src/extract/extracted_tree.ts";
import { extractInto } from "../../src/extract/extraction.ts";
import { DEFAULT_EXTRACTION_RULES } from "../../src/extract/extraction_rules.ts";
import type { TreeWriter } from "../../src/extract/directory/staging.ts";
import { createScratch } from "../../src/system/scratch.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { extractLayers, type ExtractTestOptions, listing } from "./extract_support.ts";
import { concat, file, folder, hardlink, type RawMember, rawTar, symlink } from "../support/raw_tar.ts";

const KEEP: ExtractTestOptions = { unpack: { links: "keep" } };
const IMAGE: ExtractTestOptions = { unpack: { links: "keep", replaces: true, whiteouts: true } };

async function extracted(
  layers: readonly (readonly RawMember[])[],
  options?: ExtractTestOptions,
): Promise<readonly string[]> {
  await using directory = await tempDirectory();
  await extractLayers(join(directory.path, "out"), layers.map((members) => rawTar(members)), options);
  return await listing(join(directory.path, "out"));
}

Deno.test("unpackLayer() makes files, directories and those above them that no member names", async () => {
  const members = [
    folder("./"),
    file("./a", "A"),
    { ...file("b/c/run", "#!"), mode: 0o755 },
    folder("d/"),
    folder("d"),
  ];
  assert.deepEqual(await extracted([members]), ["a = A", "b/", "b/c/", "b/c/run* = #!", "d/"]);
});

Deno.test("unpackLayer() begins at the root of an image with what it calls by absolute names", async () => {
  const members = [folder("/"), file("/etc/a", "A"), hardlink("/etc/b", "/etc/a"), hardlink("c", "//etc/b")];
  assert.deepEqual(await extracted([members], IMAGE), ["c = A", "etc/", "etc/a = A", "etc/b = A"]);
  await assert.rejects(extracted([[file("/../a")]], IMAGE), /its path leads out of the directory/);
});

Deno.test("unpackLayer() reads gzip in several members, and what is not compressed", async () => {
  await using directory = await tempDirectory();
  const plain = rawTar([file("a", "A"), file("b", "B")]);
  const halves = concat(zlib.gzipSync(plain.subarray(0, 700)), zlib.gzipSync(plain.subarray(700)));
  for (const [name, bytes] of Object.entries({ plain, gzip: new Uint8Array(zlib.gzipSync(plain)), halves })) {
    await extractLayers(join(directory.path, name), [bytes]);
    assert.deepEqual(await listing(join(directory.path, name)), ["a = A", "b = B"], name);
  }
});

Deno.test("unpackLayer() reads to the end of its source when zeros stand behind the compressed archive", async () => {
  await using directory = await tempDirectory();
  let isRead = false;
  async function* source(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    yield new Uint8Array(zlib.gzipSync(rawTar([file("a")])));
    for (let at = 0; at < 64; at++) yield new Uint8Array(64 * 1024);
    isRead = true;
  }
  await extractLayers(join(directory.path, "out"), [source]);
  assert.equal(isRead, true);
});

Deno.test("sec/tar-extract: unpackLayer() passes on why its source failed, even behind the end of the archive", async () => {
  const archive = rawTar([file("a")]);
  for (const bytes of [archive.subarray(0, 700), archive, new Uint8Array(zlib.gzipSync(archive))]) {
    await using directory = await tempDirectory();
    const source = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>> {
      yield bytes.slice();
      throw new RangeError("the digest is another one");
    };
    await assert.rejects(
      extractLayers(join(directory.path, "out"), [source]),
      new RangeError("the digest is another one"),
    );
    assert.deepEqual(await listing(directory.path), []);
  }
});

toolTest("unpackLayer() reads zstd, or says that this Deno cannot", ["zstd"], async () => {
  await using directory = await tempDirectory();
  await Deno.writeFile(join(directory.path, "t"), rawTar([file("a", "A")]));
  await tool("zstd", ["-q", join(directory.path, "t")]);
  const extraction = extractLayers(join(directory.path, "out"), [await Deno.readFile(join(directory.path, "t.zst"))]);
  if (!hasZstd()) return await assert.rejects(extraction, /which this version of Deno cannot undo/);
  await extraction;
  assert.deepEqual(await listing(join(directory.path, "out")), ["a = A"]);
});

function hasZstd(): boolean {
  return zlib.constants.ZSTD_d_windowLogMax !== undefined;
}

Deno.test("sec/tar-extract: unpackLayer() keeps the executable bit and no other", async () => {
  await using directory = await tempDirectory();
  const modes = [0o4755, 0o2755, 0o1777, 0o6644, 0o000, 0o100, 0o666, 0o077];
  await extractLayers(join(directory.path, "out"), [
    rawTar([...modes.map((mode) => ({ ...file(`f${mode.toString(8)}`), mode })), { ...folder("d"), mode: 0o6777 }]),
  ]);
  const umask = Deno.umask();
  for (const mode of modes) {
    const info = await Deno.stat(join(directory.path, "out", `f${mode.toString(8)}`));
    assert.equal((info.mode ?? 0) & 0o7777, ((mode & 0o100) === 0 ? 0o644 : 0o755) & ~umask, mode.toString(8));
  }
  assert.equal(((await Deno.stat(join(directory.path, "out/d"))).mode ?? 0) & 0o7777, 0o755 & ~umask);
});

Deno.test("unpackLayer() keeps links that stay inside, whatever they point to", async () => {
  const members = [
    symlink("early", "d/x"),
    folder("d"),
    file("d/x", "X"),
    symlink("d/up", "../d/./x"),
    symlink("self", "."),
    symlink("through", "self/self/d"),
    symlink("dangling", "nothing/there"),
  ];
  assert.deepEqual(await extracted([members], KEEP), [
    "d/",
    "d/up -> ../d/./x",
    "d/x = X",
    "dangling -> nothing/there",
    "early -> d/x",
    "self -> .",
    "through -> self/self/d",
  ]);
});

Deno.test("unpackLayer() leaves links out when that is wanted, and says so", async () => {
  await using directory = await tempDirectory();
  const { notes } = await extractLayers(join(directory.path, "out"), [rawTar([symlink("l", "/etc"), file("a", "A")])], {
    unpack: { links: "skip" },
  });
  assert.deepEqual(notes, ['Left out "l": it is a symbolic link to "/etc"']);
  assert.deepEqual(await listing(join(directory.path, "out")), ["a = A"]);
});

Deno.test("unpackLayer() copies what a hard link names", async () => {
  await using directory = await tempDirectory();
  const run = { ...file("a", "A"), mode: 0o755 };
  await extractLayers(join(directory.path, "out"), [rawTar([run, hardlink("d/b", "./a"), hardlink("c", "d/b")])]);
  assert.deepEqual(await listing(join(directory.path, "out")), ["a* = A", "c* = A", "d/", "d/b* = A"]);
  await Deno.writeTextFile(join(directory.path, "out/a"), "other");
  assert.equal(await Deno.readTextFile(join(directory.path, "out/c")), "A");
});

Deno.test("sec/tar-extract: unpackLayer() counts hard links to the files of earlier layers", async () => {
  const large = { name: "m", content: new Uint8Array(1024 * 1024).map((_, at) => (at * at * 31) % 251) };
  const copies = Array.from({ length: 15 }, (_, at) => hardlink(`h${at}`, "m"));
  await assert.rejects(
    extracted([[large], copies], { ...IMAGE, rules: { maxRatio: 10 } }),
    /^ExtractionError: Cannot unpack layer 2: it unpacks to more than 10 times its size$/,
  );
  assert.equal((await extracted([[large], copies], { ...IMAGE, rules: { maxRatio: 20 } })).length, 16);
});

Deno.test("sec/tar-extract: unpackLayer() hears the signal between members that take long, when all came at once", async () => {
  const controller = new AbortController();
  let made = 0;
  const writer: TreeWriter = {
    directory(): void {
      if (made++ === 0) setTimeout(() => controller.abort(new Error("enough")));
      // As a disk does that takes long.
      for (const end = performance.now() + 5; performance.now() < end;);
    },
    file: () => assert.fail("no file is written"),
    copy: () => assert.fail("no file is copied"),
    remove: () => assert.fail("nothing is removed"),
  };
  const source = ReadableStream.from([rawTar(Array.from({ length: 120 }, (_, at) => folder(String(at))))]);
  const { archive } = extractInto(createTree(), writer, DEFAULT_EXTRACTION_RULES);
  const { signal } = controller;
  await using scratch = createScratch();
  const options = { what: "layer 1", layer: 1, links: "error", signal, scratch, note: (): void => {} } as const;
  await assert.rejects(archive(source, options), new Error("enough"));
  assert.ok(made > 0 && made < 120, `${made} were made`);
});

for (const root of ["/", "./", ".", "//", "/./"]) {
  Deno.test(`unpackLayer() takes ${root} for the directory itself`, async () => {
    assert.deepEqual(await extracted([[folder(root), file("etc/a", "A")]], IMAGE), ["etc/", "etc/a = A"]);
  });
}

Deno.test("unpackLayer() reads an archive that stops behind a whole member", async () => {
  await using directory = await tempDirectory();
  const bytes = rawTar([file("a", "A")], new Uint8Array());
  await extractLayers(join(directory.path, "out"), [bytes, new Uint8Array(zlib.gzipSync(bytes))], IMAGE);
  assert.deepEqual(await listing(join(directory.path, "out")), ["a = A"]);
});

Deno.test("sec/tar-extract: unpackLayer() refuses a hard link to what it takes the place of", async () => {
  const layers = [[file("d/x")], [hardlink("d", "d/x")]];
  await assert.rejects(extracted(layers, IMAGE), /"d" from layer 2: it is a hard link to what it takes the place of$/);
});

Deno.test("unpackLayer() leaves the one directory out that holds everything", async () => {
  const members = [
    folder("app"),
    file("app/Chart.yaml", "C"),
    file("app/charts/dep/x", "X"),
    hardlink("app/h", "app/Chart.yaml"),
  ];
  assert.deepEqual(await extracted([members], { unpack: { strip: true } }), [
    "Chart.yaml = C",
    "charts/",
    "charts/dep/",
    "charts/dep/x = X",
    "h = C",
  ]);
});

Deno.test("unpackLayer() takes names that few systems can hold when that is wanted", async () => {
  const members = [
    file("README", "1"),
    file("readme", "2"),
    file("aux.txt", "3"),
    file("c:x", "4"),
    file("nul/é", "5"),
    file("nul/e\u0301", "6"),
  ];
  assert.deepEqual((await extracted([members], { rules: { names: "any" } })).length, 7);
});

Deno.test("unpackLayer() lets a layer replace what earlier ones hold only where layers do that", async () => {
  const layers = [[file("a", "1"), file("b/x", "1"), file("c", "1")], [
    file("a", "2"),
    file("b", "2"),
    file("c/x", "2"),
  ]];
  assert.deepEqual(await extracted(layers, { unpack: { replaces: true } }), ["a = 2", "b = 2", "c/", "c/x = 2"]);
  await assert.rejects(extracted(layers), /Cannot unpack "a" from layer 2: another layer holds it too/);
  assert.deepEqual(await extracted([[folder("d"), file("d/x")], [folder("d"), file("d/y")]]), [
    "d/",
    "d/x = d/x",
    "d/y = d/y",
  ]);
});

Deno.test("unpackLayer() lets layers of an image take away what is below them, and nothing of their own", async () => {
  const base = [file("a", "1"), file("d/x", "1"), file("d/e/y", "1"), symlink("l", "a"), file("o/1"), file("o/2")];
  const above = [
    file(".wh.a"),
    file("d/own", "2"),
    file(".wh.d"),
    file(".wh.l"),
    file(".wh.nothing"),
    file("no/.wh.such"),
    file("o/3", "3"),
    file("o/.wh..wh..opq"),
    file(".wh..wh.plnk"),
    file("new", "2"),
  ];
  assert.deepEqual(await extracted([base, above], IMAGE), ["d/", "d/own = 2", "new = 2", "o/", "o/3 = 3"]);
});

Deno.test("unpackLayer() takes a whiteout for a file where there are no images", async () => {
  assert.deepEqual(await extracted([[file("a", "1"), file(".wh.a", "2")]]), [".wh.a = 2", "a = 1"]);
});

Deno.test("unpackLayer() lets a name come back in other letters after it was taken away", async () => {
  assert.deepEqual(await extracted([[file("A", "1")], [file(".wh.A")], [file("a", "3")]], IMAGE), ["a = 3"]);
  assert.deepEqual(await extracted([[symlink("l", "x")], [folder("l"), file("l/y", "2")]], IMAGE), ["l/", "l/y = 2"]);
});

Deno.test("unpackLayer() stops when it is aborted, and leaves nothing", async () => {
  await using directory = await tempDirectory();
  const abort = new AbortController();
  let isCancelled = false;
  const source = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    try {
      yield rawTar([file("a")]).subarray(0, 1024);
      abort.abort(new DOMException("Interrupted", "AbortError"));
      yield new Uint8Array(512);
      yield new Uint8Array(512);
    } finally {
      isCancelled = true;
    }
  };
  const extraction = extractLayers(join(directory.path, "out"), [source], { signal: abort.signal });
  await assert.rejects(extraction, { name: "AbortError", message: "Interrupted" });
  assert.equal(isCancelled, true);
  assert.deepEqual(await listing(directory.path), []);
});
