import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { readLayoutTar } from "../../../src/layout/tar/read.ts";
import { openTar } from "../../../src/layout/tar/open.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tarOf } from "../tar_variants.ts";

const FILES = [["./", ""], ["./a/", ""], ["././a/b", "one"], ["c", ""], ["d/e", "two"]] as const;
const ITEMS = [
  ["", "directory", ""],
  ["a", "directory", ""],
  ["a/b", "file", "one"],
  ["c", "file", ""],
  ["d/e", "file", "two"],
];

async function read(path: string): Promise<readonly (readonly [string, string, string])[]> {
  using file = await openTar(path, { write: false });
  assert.ok(file !== undefined);
  const items: [string, string, string][] = [];
  for await (const { name, type, body } of readLayoutTar(file, path)) {
    items.push([name, type, new TextDecoder().decode(await collectBytes(body))]);
  }
  return items;
}

Deno.test("readLayoutTar() gives names without ./ before and / after them", async () => {
  await using root = await tempDirectory();
  const path = join(root.path, "x.tar");
  const bytes = await tarOf(FILES);
  for (const packed of [bytes, new Uint8Array(gzipSync(bytes))]) {
    await Deno.writeFile(path, packed);
    assert.deepEqual(await read(path), ITEMS);
  }
});

Deno.test("readLayoutTar() starts from the beginning each time", async () => {
  await using root = await tempDirectory();
  const path = join(root.path, "x.tar");
  await Deno.writeFile(path, await tarOf(FILES));
  using file = await openTar(path, { write: false });
  assert.ok(file !== undefined);
  for (let time = 0; time < 2; time++) {
    for await (const { name } of readLayoutTar(file, path)) {
      assert.equal(name, "");
      break;
    }
  }
});

const DAMAGED: readonly (readonly [state: string, damage: (bytes: Uint8Array) => Uint8Array, why: string])[] = [
  ["is cut off", (bytes) => bytes.subarray(0, 1537), "it ends too early"],
  ["is cut off gzip", (bytes) => gzipSync(bytes).subarray(0, -30), "its compressed bytes end too early"],
  ["is compressed with xz", () => Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0), "it is compressed with xz"],
];

for (const [state, damage, why] of DAMAGED) {
  Deno.test(`readLayoutTar() fails when the tar ${state}`, async () => {
    await using root = await tempDirectory();
    const path = join(root.path, "x.tar");
    await Deno.writeFile(path, damage(await tarOf(FILES)));
    await assert.rejects(read(path), { name: "Error", message: `Cannot read "${path}" as a tar: ${why}` });
  });
}

Deno.test("readLayoutTar() says in lower case and without numbers why a file cannot be read", async () => {
  const broken = {
    read: () => new ReadableStream({ start: (stream) => stream.error(new Error("EIO: i/o error, read")) }),
  };
  await assert.rejects(readLayoutTar(broken, "x.tar").next(), { message: 'Cannot read "x.tar" as a tar: i/o error' });
});
