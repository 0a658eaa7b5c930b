import assert from "node:assert/strict";
import { join } from "node:path";
import { writeTar } from "../../src/oci/tar/write.ts";
import { tree } from "../../src/pack/tree.ts";
import type { Entry } from "../../src/pipeline/entry.ts";
import { SourceError } from "../../src/pipeline/source_error.ts";
import { directory } from "../../src/plugins/collect/directory.ts";
import { collectContext, collected } from "../plugins/collect/collect_support.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

const OPTIONS = { root: true, trailingSlash: false };
/** One size that is read at once, and one that comes in parts. */
const SIZES = [10, 600_000];

async function archive(entries: readonly Entry[]): Promise<string> {
  return new TextDecoder().decode(await collectBytes(writeTar(tree(entries, OPTIONS))));
}

for (const size of SIZES) {
  const text = "mine ".repeat(size / 5);

  Deno.test(`tree() reads no stream of a file of ${size} bytes on disk`, async () => {
    await using root = await tempDirectory();
    await writeTree(root.path, { "d/f": text });
    const entries = await collected(directory(), {}, { location: root.path }, collectContext());
    const named = entries.map((entry) => [...tree([entry], { root: false, trailingSlash: false })][0]);
    assert.deepEqual(named.map((entry) => [entry?.name, entry?.openDirect !== undefined]), [["d", false], [
      "d/f",
      true,
    ]]);
    assert.ok((await archive(entries)).includes(text));
  });

  Deno.test(`tree() reads what a plugin has put in the place of a file of ${size} bytes, and not the file`, async () => {
    await using root = await tempDirectory();
    await writeTree(root.path, { "d/f": text });
    const entries = await collected(directory(), {}, { location: root.path }, collectContext());
    const open = (): ReadableStream<Uint8Array<ArrayBuffer>> => new Blob([text.toUpperCase()]).stream();
    for (
      const changed of [(entry: Entry) => ({ ...entry, open }), (entry: Entry) => Object.assign({}, entry, { open })]
    ) {
      const bytes = await archive(entries.map((entry) => entry.kind === "file" ? changed(entry) : entry));
      assert.ok(bytes.includes(text.toUpperCase()));
      assert.ok(!bytes.includes(text));
    }
    // What only has another name is still read as cheaply.
    const [, renamed] = entries.map((entry) => ({ ...entry, path: `x/${entry.path}` }));
    assert.ok(renamed !== undefined && [...tree([renamed], OPTIONS)][1]?.openDirect !== undefined);
  });

  const changes: readonly (readonly [what: string, change: (path: string) => Promise<void>, why: RegExp])[] = [
    ["grows", (path) => Deno.writeTextFile(path, "more", { append: true }), /it changed after it was found, from/],
    ["is cut", (path) => Deno.truncate(path, 3), /it changed after it was found, from/],
    ["goes", (path) => Deno.remove(path), /there is no such file or directory/],
    ["is replaced", async (path) => {
      await Deno.writeTextFile(`${path}.new`, text);
      await Deno.rename(`${path}.new`, path);
    }, /another file took its place/],
    ["becomes a directory", async (path) => {
      await Deno.remove(path);
      await Deno.mkdir(path);
    }, /it is a directory/],
  ];
  for (const [what, change, why] of changes) {
    Deno.test(`tree() gives a file of ${size} bytes that fails when it ${what} before it is read`, async () => {
      await using root = await tempDirectory();
      await writeTree(root.path, { "d/f": text });
      const entries = await collected(directory(), {}, { location: root.path }, collectContext());
      await change(join(root.path, "d/f"));
      await assert.rejects(archive(entries), (error) => {
        assert.ok(error instanceof SourceError);
        assert.match(error.message, /"d\/f"/);
        assert.match(error.message, why);
        return true;
      });
    });
  }
}
