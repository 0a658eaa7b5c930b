import assert from "node:assert/strict";
import { join } from "node:path";
import { layoutArchiveStore } from "../../src/layout/tar/view.ts";
import { layoutDirectoryStore } from "../../src/layout/directory/store.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { pushInProcess } from "./push_process.ts";

const kinds = [
  ["oci-layout", layoutDirectoryStore, 8, 20],
  ["oci-archive", layoutArchiveStore, 4, 3],
] as const;

for (const [kind, storeAt, writers, count] of kinds) {
  Deno.test(`${kind} holds every tag when ${writers} processes set ${count} each at once`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "layout");
    const pushing = Array.from({ length: writers }, (_, at) => pushInProcess(kind, path, `${at}`, { count }));
    const tags = (await Promise.all(pushing)).flatMap(({ tags }) => [...tags]);
    assert.equal(tags.length, writers * count);
    const store = storeAt(path);
    for (const [tag, digest] of tags) assert.equal((await store.resolve(tag))?.digest, digest);
    const latest = (await store.resolve("latest"))?.digest;
    assert.ok(tags.some(([, digest]) => digest === latest));
    const names = (await Array.fromAsync(Deno.readDir(directory.path))).map(({ name }) => name);
    assert.deepEqual(names, ["layout"]);
  });
}
