import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { packTar } from "modern-tar";
import { fileBytes } from "../../../src/layout/tar/bytes.ts";
import { readPositions, type TarPosition, tarPositions } from "../../../src/layout/tar/positions.ts";
import { writeTar } from "../../../src/oci/tar/write.ts";
import { openFile } from "../../../src/system/open_file.ts";
import { tarFile } from "../../oci/tar/tar_entries.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool, toolTest } from "../../support/tools.ts";
import { tarOf } from "../tar_variants.ts";

/** What `tarPositions()` finds in these bytes. */
async function positionsIn(bytes: Uint8Array): Promise<readonly TarPosition[] | undefined> {
  await using directory = await tempDirectory();
  const path = join(directory.path, "some.tar");
  await Deno.writeFile(path, bytes);
  using file = fileBytes(openFile(path) ?? assert.fail(), path);
  return await tarPositions(file);
}

/** The files that are found, with the texts that stand at their positions. */
async function textsIn(bytes: Uint8Array): Promise<readonly (readonly [name: string, text: string])[] | undefined> {
  return (await positionsIn(bytes))?.filter(({ type }) => type === "file").map(({ name, offset, size }) => {
    return [name, new TextDecoder().decode(bytes.subarray(offset, offset + size))] as const;
  });
}

/** A header with a checksum that is right, and a body. */
function member(
  fields: { readonly name: string; readonly type: string; readonly size?: string },
  body: string | Uint8Array = "",
): Uint8Array<ArrayBuffer> {
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const blocks = new Uint8Array(512 + Math.ceil(bytes.byteLength / 512) * 512);
  const put = (at: number, text: string): void => blocks.set(new TextEncoder().encode(text), at);
  put(0, fields.name);
  put(124, fields.size ?? bytes.byteLength.toString(8).padStart(11, "0"));
  put(156, fields.type);
  put(257, "ustar\x0000");
  blocks.set(bytes, 512);
  sign(blocks);
  return blocks;
}

function sign(header: Uint8Array): void {
  header.fill(0x20, 148, 156);
  const sum = header.subarray(0, 512).reduce((sum, byte) => sum + byte, 0);
  header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, "0")}\0`), 148);
}

const END = new Uint8Array(1024);

async function concat(...parts: readonly Uint8Array[]): Promise<Uint8Array<ArrayBuffer>> {
  return await collectBytes(parts);
}

Deno.test("tarPositions() finds every file where it stands, whatever it is called", async () => {
  const nameArbitrary = fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 })
    .filter((name) => !/[\0\ufffd]/.test(name) && !name.endsWith("/"));
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(nameArbitrary, fc.string({ maxLength: 2000 })), { maxLength: 6 }),
      async (files) => {
        const bytes = await collectBytes(writeTar(files.map(([name, text]) => tarFile(name, text))));
        const decoded = files.map(([name, text]) => [name, new TextDecoder().decode(new TextEncoder().encode(text))]);
        assert.deepEqual(await textsIn(bytes), decoded);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("tarPositions() passes over directories and links", async () => {
  const bytes = await packTar([
    { header: { name: "d/", type: "directory", size: 0 } },
    { header: { name: "l", type: "symlink", size: 0, linkname: "d" } },
    { header: { name: "f", type: "file", size: 2 }, body: "ab" },
  ]);
  assert.deepEqual(await textsIn(bytes), [["f", "ab"]]);
  assert.deepEqual((await positionsIn(bytes))?.map(({ name, type }) => [name, type]), [
    ["d/", "other"],
    ["l", "other"],
    ["f", "file"],
  ]);
});

Deno.test("tarPositions() reads the long names and the large numbers of GNU", async () => {
  const long = "x".repeat(200);
  const large = member({ name: "large", type: "0" }, "abc");
  // The number 3 in base 256, and with it another checksum.
  large.set([0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3], 124);
  sign(large);
  const bytes = await concat(
    member({ name: "././@LongLink", type: "L" }, `${long}\0`),
    member({ name: "cut", type: "0" }, "one"),
    large,
    END,
  );
  assert.deepEqual(await textsIn(bytes), [[long, "one"], ["large", "abc"]]);
});

Deno.test("tarPositions() finds files behind one of more than 8 GiB", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "large.tar");
  const size = 9 * 1024 ** 3;
  const records = `${`19 size=${size}\n`.length} size=${size}\n`;
  {
    using file = await Deno.open(path, { write: true, create: true });
    const first = await concat(member({ name: "pax", type: "x" }, records), member({ name: "large", type: "0" }));
    await file.write(first);
    await file.seek(size, Deno.SeekMode.Current);
    await file.write(await concat(member({ name: "small", type: "0" }, "text"), END));
  }
  using file = fileBytes(openFile(path) ?? assert.fail(), path);
  const positions = await tarPositions(file) ?? assert.fail();
  assert.deepEqual(positions.map(({ name, size }) => [name, size]), [["large", size], ["small", 4]]);
});

const strange: readonly (readonly [
  what: string,
  end: "early" | "unknown",
  bytes: () => Uint8Array | Promise<Uint8Array>,
])[] = [
  ["is empty", "unknown", () => new Uint8Array()],
  ["is no tar", "unknown", () => new TextEncoder().encode("no tar ".repeat(200))],
  ["is compressed", "unknown", async () => {
    const stream = new Blob([await tarOf([["a", "b"]])]).stream().pipeThrough(new CompressionStream("gzip"));
    return await collectBytes(stream);
  }],
  ["has no end", "early", () => member({ name: "a", type: "0" }, "b")],
  ["ends in the middle of a file", "early", () => member({ name: "a", type: "0", size: "00000007777" }, "b")],
  ["has a wrong checksum", "unknown", async () => {
    const bytes = await tarOf([["a", "b"]]);
    bytes[0] = 0x62;
    return bytes;
  }],
  ["has a wrong checksum behind its first file", "early", async () => {
    const damaged = member({ name: "b", type: "0" }, "b");
    damaged[0] = 0x63;
    return await concat(member({ name: "a", type: "0" }, "b"), damaged, END);
  }],
  ["holds a sparse file", "unknown", async () => await concat(member({ name: "a", type: "S" }, "b"), END)],
  ["holds a sparse file of PAX", "unknown", async () => {
    const records = "22 GNU.sparse.major=1\n";
    return await concat(member({ name: "p", type: "x" }, records), member({ name: "a", type: "0" }, "b"), END);
  }],
  ["has records that are none", "unknown", async () => {
    return await concat(member({ name: "p", type: "x" }, "999 path=a\n"), member({ name: "a", type: "0" }, "b"), END);
  }],
  ["has a size that is none", "unknown", async () => {
    return await concat(member({ name: "p", type: "x" }, "10 size=-1\n"), member({ name: "a", type: "0" }, "b"), END);
  }],
  ["has an extended header without an end", "unknown", async () => {
    return await concat(member({ name: "p", type: "x" }, new Uint8Array(2 * 1024 * 1024)), END);
  }],
];

for (const [what, end, bytes] of strange) {
  Deno.test(`tarPositions() knows nothing of a file that ${what}`, async () => {
    assert.equal(await positionsIn(await bytes()), undefined);
  });

  Deno.test(`readPositions() tells how a file ends that ${what}: ${end}`, async () => {
    const all = await bytes();
    const read = async function* (offset: number, size: number): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
      yield all.slice(offset, offset + size);
    };
    assert.equal((await readPositions({ size: all.byteLength, read })).end, end);
  });
}

toolTest("tarPositions() reads what GNU tar writes, in all of its formats", ["tar"], async () => {
  await using directory = await tempDirectory();
  const long = `${"directory/".repeat(12)}${"n".repeat(120)}`;
  for (const name of ["short", long]) {
    await Deno.mkdir(join(directory.path, "in", name, ".."), { recursive: true });
    await Deno.writeTextFile(join(directory.path, "in", name), `text of ${name}`);
  }
  for (const format of ["gnu", "pax", "oldgnu"]) {
    const path = join(directory.path, `${format}.tar`);
    await tool("tar", ["--format", format, "-C", join(directory.path, "in"), "-cf", path, "."]);
    const texts = await textsIn(await Deno.readFile(path)) ?? assert.fail(format);
    const expected = ["short", long].map((name) => [`./${name}`, `text of ${name}`]);
    assert.deepEqual(texts.toSorted(([a], [b]) => a.length - b.length), expected, format);
  }
});
