/** Archives whose author means harm. Each is refused with an error of its own, and nothing is left of it anywhere. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import zlib from "node:zlib";
import { ExtractionError, type ExtractionRule } from "../../src/extract/extraction_error.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool } from "../support/tools.ts";
import { type ArchiveBytes, extractLayers, type ExtractTestOptions, listing } from "./extract_support.ts";
import {
  concat,
  file,
  folder,
  hardlink,
  paxHeader,
  type RawMember,
  rawMember,
  rawTar,
  symlink,
} from "../support/raw_tar.ts";

type Case = readonly [
  name: string,
  archive: ArchiveBytes | readonly RawMember[],
  rule: ExtractionRule,
  says: RegExp,
  options?: ExtractTestOptions,
];

const KEEP: ExtractTestOptions = { unpack: { links: "keep" } };
const IMAGE: ExtractTestOptions = { unpack: { links: "keep", replaces: true, whiteouts: true } };
const ANY_IMAGE: ExtractTestOptions = { ...IMAGE, rules: { names: "any" } };
const MiB = 1024 * 1024;
const NOISE = new Uint8Array(MiB).map((_, at) => (at * at * 31) % 251);

const OUT = /^Cannot unpack .* from layer 1: its path leads out of the directory$/;
const THROUGH = /^Cannot unpack "l\/evil" from layer 1: "l" is a link$/;
const LINK_OUT = /^Cannot extract ".*": it is a symbolic link to ".*", which leads out of the directory$/;
const NO_TARGET = /^Cannot unpack "h" from layer 1: it is a hard link to ".*", and no file stands there before it$/;
const CUT = /^Cannot unpack ".*" from layer 1: "[xd][. ]" has a dot or a space at its end, which Windows cuts off$/;
const NOTHING_ELSE = /a part of its path is nothing but dots and spaces$/;
const SIZE = /^Cannot read layer 1 as a tar: the size of "x" is "[-+a-z0-9]+", and that cannot be$/;
const GLOBAL = /^Cannot read layer 1 as a tar: a header says the path or the size of all members at once$/;
const ONE_NAME = /^Cannot unpack ".*" from layer 1: ".*" and ".*" are one name on some file systems$/;

const CASES: readonly Case[] = [
  ["a path with ..", [file("../evil")], "path", OUT],
  ["a path with .. in the middle", [folder("a"), file("a/../../evil")], "path", OUT],
  ["a path with .. that stays inside", [folder("a"), file("a/../evil")], "path", OUT],
  ["a directory with ..", [folder("..")], "path", OUT],
  [".. in the prefix field", [{ ...file("evil"), prefix: ".." }], "path", OUT],
  [".. in a PAX path", [paxHeader({ path: "../evil" }), file("good")], "path", OUT],
  [".. in a global PAX path", [paxHeader({ path: "../evil" }, "g"), file("good")], "archive", GLOBAL],
  ["a global PAX size", [paxHeader({ size: "1" }, "g"), file("good")], "archive", GLOBAL],
  [".. in a long name of GNU", [{ name: "././@LongLink", type: "L", content: "../evil\0" }, file("good")], "path", OUT],
  ["an absolute path", [file("/tmp/evil")], "path", /"\/tmp\/evil" from layer 1: its path is absolute$/],
  ["an absolute path with two slashes", [file("//evil")], "path", /its path is absolute$/],
  ["a backslash", [file("..\\evil")], "path", /its path holds a backslash$/],
  ["C:\\", [file("C:\\evil")], "path", /its path holds a backslash$/],
  ["a drive letter", [file("C:/evil")], "name", /"C:\/evil" from layer 1: its path begins with a drive letter$/],
  ["a drive letter without a slash", [file("c:evil")], "name", /its path begins with a drive letter$/],
  ["NUL", [file("NUL")], "name", /"NUL" from layer 1: "NUL" is a device on Windows$/],
  ["a device with an ending", [folder("d"), file("d/con.txt")], "name", /"con.txt" is a device on Windows$/],
  ["a device as a directory", [file("Com1.d/x")], "name", /"Com1.d" is a device on Windows$/],
  ["an empty path", [file("")], "path", /Cannot unpack "" from layer 1: its path is empty$/],
  ["a NUL character", [paxHeader({ path: "a\0b" }), file("good")], "path", /its path holds a control character$/],
  ["a line break", [file("a\nb")], "path", /"a\\nb" from layer 1: its path holds a control character$/],
  ["bytes that are not UTF-8", [{ name: new Uint8Array([0x61, 0xff]) }], "path", /its path is not valid UTF-8$/],
  ["the root as a file", [file(".")], "path", /it stands for the directory itself$/],
  ["the root as a link", [symlink(".", "x")], "path", /it stands for the directory itself$/, KEEP],
  [
    "a long path",
    [paxHeader({ path: `${"a/".repeat(50)}${"b".repeat(2000)}` }), file("good")],
    "path-length",
    /has 2100 bytes, and 1024 are allowed$/,
  ],
  ["a long name", [paxHeader({ path: "b".repeat(256) }), file("good")], "path", /has more than 255 bytes$/],
  [
    "a deep path",
    [paxHeader({ path: `${"a/".repeat(100)}b` }), file("good")],
    "depth",
    /has 101 parts, and 100 are allowed$/,
  ],
  ["a symbolic link where none is taken", [symlink("l", "x")], "link", /it is a symbolic link to "x"$/],
  ["a symbolic link out", [symlink("l", "../outside.txt")], "link-target", LINK_OUT, KEEP],
  ["an absolute symbolic link", [symlink("l", "/etc/passwd")], "link-target", LINK_OUT, KEEP],
  ["a symbolic link to a drive", [symlink("l", "C:/Windows")], "link-target", LINK_OUT, KEEP],
  ["a symbolic link with a backslash", [symlink("l", "..\\x")], "link-target", /which is not a portable path$/, KEEP],
  ["a symbolic link to nothing at all", [symlink("l", "")], "link-target", /which is empty$/, KEEP],
  ["a chain of links", [folder("d"), symlink("d/a", ".."), symlink("b", "d/a/..")], "link-target", LINK_OUT, KEEP],
  [
    "a chain that comes in the wrong order",
    [symlink("b", "a/.."), symlink("a", "d/.."), folder("d")],
    "link-target",
    LINK_OUT,
    KEEP,
  ],
  ["links in a circle", [symlink("a", "b"), symlink("b", "a")], "link-target", /which leads back to itself$/, KEEP],
  [
    "a link past what is not there",
    [symlink("l", "x/../y")],
    "link-target",
    /goes through what is not in the archive$/,
    KEEP,
  ],
  [
    "a link with a long target",
    [paxHeader({ linkpath: "a/".repeat(1000) }), symlink("l", "a")],
    "path-length",
    /the path that it links to is too long$/,
    KEEP,
  ],
  ["writing through a link", [folder("d"), symlink("l", "d"), file("l/evil")], "link-target", THROUGH, KEEP],
  ["writing through a link out", [symlink("l", "../"), file("l/evil")], "link-target", THROUGH, KEEP],
  ["a directory below a link", [symlink("l", "."), folder("l/evil")], "link-target", THROUGH, KEEP],
  [
    "a file in the place of a link",
    [symlink("l", "../outside.txt"), file("l")],
    "conflict",
    /it is there twice$/,
    KEEP,
  ],
  [
    "a directory in the place of a link",
    [symlink("l", ".."), folder("l"), file("l/x")],
    "conflict",
    /it is there twice$/,
    KEEP,
  ],
  [
    "a hard link out",
    [hardlink("h", "../outside.txt")],
    "path",
    /^Cannot unpack "h" from layer 1: it is a hard link to "..\/outside.txt": its path leads out of the directory$/,
  ],
  [
    "a hard link to an absolute path",
    [hardlink("h", "/etc/passwd")],
    "path",
    /it is a hard link to "\/etc\/passwd": its path is absolute$/,
  ],
  ["a hard link to a file of the current directory", [hardlink("h", "deno.json")], "hard-link", NO_TARGET],
  ["a hard link to a link", [symlink("l", "../outside.txt"), hardlink("h", "l")], "hard-link", NO_TARGET, KEEP],
  ["a hard link through a link", [symlink("l", ".."), hardlink("h", "l/outside.txt")], "hard-link", NO_TARGET, KEEP],
  ["a hard link to a directory", [folder("d"), hardlink("h", "d")], "hard-link", NO_TARGET],
  ["a hard link to itself", [file("h"), hardlink("h", "h")], "conflict", /it is there twice$/],
  ["a character device", [{ name: "d", type: "3" }], "kind", /"d" from layer 1: it is a device$/],
  ["a block device", [{ name: "d", type: "4" }], "kind", /it is a device$/],
  ["a named pipe", [{ name: "p", type: "6" }], "kind", /it is a named pipe$/],
  ["a sparse file of GNU", [{ name: "s", type: "S" }], "archive", /Cannot read layer 1 as a tar: .*sparse file$/i],
  ["a sparse file of PAX", [paxHeader({ "GNU.sparse.size": "9999999999" }), file("s")], "kind", /it is a sparse file$/],
  ["a member of an unknown kind", [{ name: "u", type: "Z" }], "archive", /a member of the unknown kind "Z"$/i],
  ["names that differ by case", [file("README"), file("readme")], "name", ONE_NAME],
  ["directories that differ by case", [file("A/x"), file("a/y")], "name", ONE_NAME],
  ["names that differ by Unicode form", [file("é"), file("e\u0301")], "name", ONE_NAME],
  ["a name with a dot at its end", [file("x.")], "name", CUT],
  ["a name with a space at its end", [file("d /x")], "name", CUT],
  [".. with a space at its end", [file("d/.. /x")], "path", NOTHING_ELSE],
  [".. with a space at its end, where any name is taken", [file(".. /x")], "path", NOTHING_ELSE, {
    rules: { names: "any" },
  }],
  ["three dots", [file(".../x")], "path", NOTHING_ELSE],
  ["a space", [file("d/ ")], "path", NOTHING_ELSE],
  ["a PAX size that is negative", [paxHeader({ size: "-1" }), file("x")], "archive", SIZE],
  ["a PAX size that no number can hold", [paxHeader({ size: "9".repeat(20) }), file("x")], "archive", SIZE],
  ["a PAX size that is no number", [paxHeader({ size: "one" }), file("x")], "archive", SIZE],
  ["a PAX size with a sign", [paxHeader({ size: "+1" }), file("x")], "archive", SIZE],
  ["the same file twice", [file("x", "good"), file("x", "evil")], "conflict", /"x" from layer 1: it is there twice$/],
  ["the same file twice, in other words", [file("x"), file("./x")], "conflict", /it is there twice$/],
  ["a file and a directory", [file("x"), file("x/y")], "conflict", /"x" is a directory and something else$/],
  ["a directory and a file", [file("x/y"), file("x")], "conflict", /"x" is a directory and something else$/],
  [
    "a million members",
    repeated(folder("a"), 1_000_000),
    "entries",
    /^Cannot unpack layer 1: there are more than 100000 files and directories$/,
  ],
  [
    "directories that no member names",
    members(200, (at) => [paxHeader({ path: `${at}/${"a/".repeat(90)}b` }), file("x")]),
    "entries",
    /more than 1000 files/,
    { rules: { maxEntries: 1000 } },
  ],
  [
    "a 1000:1 bomb",
    gzip(rawTar([{ name: "zeros", content: new Uint8Array(64 * MiB) }])),
    "ratio",
    /^Cannot unpack layer 1: it unpacks to more than 1000 times its size$/,
  ],
  [
    "a bomb behind the end of the archive",
    gzip(rawTar([file("a")], new Uint8Array(64 * MiB))),
    "ratio",
    /more than 1000 times its size$/,
  ],
  [
    "more than is allowed",
    rawTar([{ name: "zeros", content: new Uint8Array(3 * MiB) }]),
    "size",
    /^Cannot unpack layer 1: it unpacks to more than 2097152 bytes$/,
    { rules: { maxSize: 2 * MiB } },
  ],
  [
    "hard links that multiply",
    [{ name: "m", content: new Uint8Array(MiB) }, ...Array.from({ length: 50 }, (_, at) => hardlink(`h${at}`, "m"))],
    "size",
    /more than 20971520 bytes$/,
    { rules: { maxSize: 20 * MiB } },
  ],
  [
    "hard links that multiply within the size",
    [{ name: "m", content: NOISE }, ...Array.from({ length: 50 }, (_, at) => hardlink(`h${at}`, "m"))],
    "ratio",
    /^Cannot unpack layer 1: it unpacks to more than 20 times its size$/,
    { rules: { maxRatio: 20 } },
  ],
  [
    "a PAX header of nothing but lengths",
    gzip(rawTar([{ name: "p", type: "x", content: `${"1\n".repeat(500_000)}1 ` }, file("a")])),
    "archive",
    /^Cannot read layer 1 as a tar: a PAX header is malformed$/,
  ],
  [
    "a header for 8 GiB of names",
    [{ name: "x", type: "x", size: 8 * 1024 ** 3 - 1 }],
    "archive",
    /^Cannot read layer 1 as a tar: a header has 8589934591 bytes, and 1048576 are the limit$/,
  ],
  [
    "an archive inside an archive's compression",
    gzip(gzip(rawTar([file("a")]))),
    "archive",
    /^Cannot unpack layer 1: it is compressed twice$/,
  ],
  ["a cut archive", gzip(rawTar([file("a")])).slice(0, -20), "archive", /^Cannot read layer 1 as a tar: /],
  ["a cut member", rawMember({ ...file("a", "abc"), size: 5000 }), "archive", /as a tar: it ends too early$/],
  [
    "an archive that ends in the middle of its end",
    rawTar([file("a")], new Uint8Array(100)),
    "archive",
    /as a tar: it ends too early$/,
  ],
  [
    "an archive that ends behind the header of a header",
    rawMember(paxHeader({ path: "x" })),
    "archive",
    /as a tar: it ends too early$/,
  ],
  ["a wrong checksum", [file("a"), { ...file("b"), checksum: false }], "archive", /as a tar: a header is damaged$/],
  [
    "something behind the end",
    concat(rawTar([file("a")]), rawTar([file("../evil")])),
    "archive",
    /as a tar: something else stands behind its end$/,
  ],
  [
    "text that is no archive",
    gzip(new TextEncoder().encode("evil\n".repeat(500))),
    "archive",
    /^Cannot read layer 1 as a tar: /,
  ],
  ["nothing at all", new Uint8Array(), "archive", /^Cannot read layer 1 as a tar: /],
  [
    "an archive compressed with xz",
    new Uint8Array([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 0, 0, 0, 0, 0]),
    "archive",
    /compressed with xz$/i,
  ],
  ["a whiteout of ..", [file("a/.wh...")], "path", /it takes away no name$/, ANY_IMAGE],
  ["a whiteout of nothing", [file(".wh.")], "path", /it takes away no name$/, ANY_IMAGE],
  [
    "a whiteout through a link",
    [symlink("l", ".."), file("l/.wh.outside.txt"), file("l/x")],
    "link-target",
    /"l" is a link$/,
    IMAGE,
  ],
  [
    "a member outside of its title",
    [file("evil")],
    "path",
    /"evil" from layer 1: it is not in "app", which the layer is for$/,
    { unpack: { title: "app" } },
  ],
  ["a title with ..", [file("../evil")], "path", /Cannot unpack "\.\.\/app" from layer 1: its path leads out/, {
    unpack: { title: "../app" },
  }],
  ["an absolute title", [file("app/x")], "path", /Cannot unpack "\/app" from layer 1: its path is absolute$/, {
    unpack: { title: "/app" },
  }],
  [
    "a chart with two directories",
    [file("app/Chart.yaml"), file("evil/x")],
    "path",
    /it is not in "app", as all before it$/,
    { unpack: { strip: true } },
  ],
];

for (const [name, archive, rule, says, options] of CASES) {
  Deno.test(`sec/tar-extract: ${name}`, async () => {
    await using directory = await tempDirectory();
    await Deno.writeTextFile(join(directory.path, "outside.txt"), "outside");
    const bytes = Array.isArray(archive) ? rawTar(archive) : archive as ArchiveBytes;
    for (const there of typeof bytes === "function" ? [false] : [false, true]) {
      const out = join(directory.path, "out");
      if (there) await Deno.mkdir(out);
      await assert.rejects(extractLayers(out, [bytes], options), (error) => {
        assert.ok(error instanceof ExtractionError, String(error));
        assert.match(error.message, says);
        assert.equal(error.rule, rule);
        return true;
      });
      assert.deepEqual(await listing(directory.path), [...(there ? ["out/"] : []), "outside.txt = outside"]);
    }
  });
}

Deno.test("sec/tar-extract: a bomb needs little memory", async () => {
  await using directory = await tempDirectory();
  // A process of its own: the memory of this one is that of all tests.
  const bomb = fileURLToPath(import.meta.resolve("./bomb.ts"));
  const { grown, message } = JSON.parse(
    await tool(Deno.execPath(), ["run", "--quiet", "-A", bomb, join(directory.path, "out")]),
  );
  assert.match(message, /more than/);
  assert.ok(grown < 256 * MiB, `${grown} bytes more`);
  assert.deepEqual(await listing(directory.path), []);
});

function gzip(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(zlib.gzipSync(bytes));
}

function members(
  count: number,
  make: (at: number) => readonly RawMember[],
): () => AsyncIterable<Uint8Array<ArrayBuffer>> {
  return async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for (let at = 0; at < count; at += 100) {
      yield concat(...Array.from({ length: 100 }, (_, more) => make(at + more)).flat().map(rawMember));
    }
    yield new Uint8Array(1024);
  };
}

function repeated(member: RawMember, count: number): () => AsyncIterable<Uint8Array<ArrayBuffer>> {
  return async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const hundred = concat(...Array.from({ length: 100 }, () => rawMember(member)));
    for (let at = 0; at < count; at += 100) yield hundred;
    yield new Uint8Array(1024);
  };
}
