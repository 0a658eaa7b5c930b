import assert from "node:assert/strict";
import { join } from "node:path";
import { tarStore } from "../../src/layout/tar/store.ts";
import { directoryStore } from "../../src/layout/directory/store.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { pushInProcess } from "./push_process.ts";
import { testContext } from "./test_context.ts";

const context = testContext();

const kinds = [
  ["oci-layout", (path: string) => directoryStore({ kind: "oci-layout", path }), 8, 20],
  ["oci-archive", (path: string) => tarStore({ kind: "oci-archive", path }), 4, 3],
] as const;

for (const [kind, storeAt, writers, count] of kinds) {
  Deno.test(`${kind} holds every tag when ${writers} processes set ${count} each at once`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "layout");
    const pushing = Array.from({ length: writers }, (_, at) => pushInProcess(kind, path, `${at}`, { count }));
    const tags = (await Promise.all(pushing)).flatMap(({ tags }) => [...tags]);
    assert.equal(tags.length, writers * count);
    const store = storeAt(path);
    for (const [tag, digest] of tags) assert.equal((await store.resolve(tag, context))?.digest, digest);
    const latest = (await store.resolve("latest", context))?.digest;
    assert.ok(tags.some(([, digest]) => digest === latest));
    const names = (await Array.fromAsync(Deno.readDir(directory.path))).map(({ name }) => name);
    assert.deepEqual(names, ["layout"]);
  });
}
