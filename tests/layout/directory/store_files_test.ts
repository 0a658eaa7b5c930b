import assert from "node:assert/strict";
import { join } from "node:path";
import { bytesContent } from "../../../src/oci/bytes_content.ts";
import { digestHex } from "../../../src/oci/digest.ts";
import { directoryStore } from "../../../src/layout/directory/store.ts";
import type { Moved, Pushed, Store, TagName } from "../../../src/store/store.ts";
import { indexOf, type Sample } from "../../support/store_samples.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { readTree, writeTree } from "../../support/tree.ts";
import { mountTest } from "../mount.ts";
import { testContext } from "../test_context.ts";

const context = testContext();
/** A manifest that names nothing. */
const manifest = (text: string): Sample => indexOf([], { artifactType: `application/vnd.test.${text}` });
const [a, b] = [manifest("a"), manifest("b")];
const LISTED = { ...a.manifest.descriptor, artifactType: "application/vnd.test.a" };
const MARKER = `{"imageLayoutVersion":"1.0.0"}`;
const EMPTY = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}`;
const free = (...names: readonly string[]): readonly TagName[] => names.map((name) => ({ name, immutable: false }));
const open = (path: string): Store => directoryStore({ kind: "oci-layout", path });
const push = async (store: Store, { manifest }: Sample): Promise<Pushed> => await store.push(manifest, context);
const tag = async (store: Store, { stored }: Sample, tags: readonly TagName[]): Promise<readonly Moved[]> =>
  await store.tag(stored, tags, context);

Deno.test("directoryStore() gives back what was pushed and tagged", async () => {
  await using directory = await tempDirectory();
  const store = open(join(directory.path, "new/layout"));
  assert.equal(await store.resolve("1.0", context), undefined);
  assert.equal(await store.exists(a.manifest.descriptor, context), false);
  assert.equal((await push(store, a)).existed, false);
  assert.equal((await push(store, a)).existed, true);
  assert.equal(await store.resolve("1.0", context), undefined);
  assert.deepEqual(await tag(store, a, free("1.0", "latest")), [{ tag: "1.0" }, { tag: "latest" }]);
  assert.deepEqual(await store.resolve("latest", context), LISTED);
  assert.equal(await store.exists(a.manifest.descriptor, context), true);
  assert.deepEqual(await collectBytes(await store.fetch(a.manifest.descriptor, context)), a.stored.bytes);
});

Deno.test("directoryStore() makes a layout that is whole before anything is tagged", async () => {
  await using directory = await tempDirectory();
  await push(open(directory.path), a);
  assert.equal(await Deno.readTextFile(join(directory.path, "oci-layout")), MARKER);
  assert.equal(await Deno.readTextFile(join(directory.path, "index.json")), EMPTY);
  assert.deepEqual(Object.keys(await readTree(directory.path)), [
    "blobs",
    "blobs/sha256",
    `blobs/sha256/${a.manifest.descriptor.digest.slice(7)}`,
    "index.json",
    "oci-layout",
  ]);
});

Deno.test("directoryStore() writes the same layout when the same tags come in any order", async () => {
  await using one = await tempDirectory();
  await using other = await tempDirectory();
  const steps = [[a, ["1.0", "x"]], [b, ["2.0"]], [manifest("c"), []], [a, ["latest"]]] as const;
  for (const [directory, order] of [[one, steps], [other, steps.toReversed()]] as const) {
    const store = open(directory.path);
    for (const [content, tags] of order) {
      await push(store, content);
      await tag(store, content, free(...tags));
    }
  }
  assert.deepEqual(await readTree(one.path), await readTree(other.path));
});

Deno.test("directoryStore() does not write the index when nothing changes in it", async () => {
  await using directory = await tempDirectory();
  const store = open(directory.path);
  await push(store, a);
  await tag(store, a, free("1.0"));
  const before = await Deno.stat(join(directory.path, "index.json"));
  assert.deepEqual(await tag(store, a, free("1.0")), [{ tag: "1.0", from: a.manifest.descriptor.digest }]);
  assert.equal((await Deno.stat(join(directory.path, "index.json"))).ino, before.ino);
});

Deno.test("directoryStore() refuses to move an immutable tag that another process has set", async () => {
  await using directory = await tempDirectory();
  const store = open(directory.path);
  await push(store, a);
  await push(store, b);
  await tag(open(directory.path), a, free("1.0"));
  const before = await readTree(directory.path);
  const immutable = [{ name: "1.0", immutable: true }];
  await assert.rejects(tag(store, b, [...immutable, ...free("latest")]), {
    name: "TagExistsError",
    message: `Cannot move tag "1.0" of oci-layout:${directory.path}: ` +
      `it is immutable and already points to ${a.manifest.descriptor.digest}, ` +
      `and this is ${b.manifest.descriptor.digest}`,
  });
  assert.deepEqual(await readTree(directory.path), before);
  assert.deepEqual(await tag(store, a, immutable), [{ tag: "1.0", from: a.manifest.descriptor.digest }]);
});

Deno.test("directoryStore() refuses to tag what is not there", async () => {
  await using directory = await tempDirectory();
  const store = open(directory.path);
  await push(store, a);
  await assert.rejects(tag(store, b, free("1.0")), {
    message: `Cannot tag in "${directory.path}": blob ${b.manifest.descriptor.digest} is no longer there`,
  });
  assert.equal(await Deno.readTextFile(join(directory.path, "index.json")), EMPTY);
});

const foreign: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
  [
    "holds other files",
    { "notes.txt": "mine" },
    "as an OCI layout: it is a directory with other files and no oci-layout file",
  ],
  [
    "is of another version",
    { "oci-layout": `{"imageLayoutVersion":"2.0.0"}` },
    'as an OCI layout: its oci-layout file says version "2.0.0", and only "1.0.0" is known',
  ],
  ["says no version", { "oci-layout": `{}` }, "as an OCI layout: its oci-layout file says no version"],
  ["has an empty oci-layout file", { "oci-layout": "" }, "as an OCI layout: its oci-layout file says no version"],
];

for (const [state, files, message] of foreign) {
  Deno.test(`directoryStore() refuses a directory when it ${state}`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, files);
    const before = await readTree(directory.path);
    const store = open(directory.path);
    const expected = { message: `Cannot use "${directory.path}" ${message}` };
    await assert.rejects(store.resolve("1.0", context), expected);
    await assert.rejects(push(store, a), expected);
    await store[Symbol.asyncDispose]();
    assert.deepEqual(await readTree(directory.path), before);
  });
}

Deno.test("directoryStore() refuses a path when it is a file, or leads through one", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "file");
  await Deno.writeTextFile(path, "mine");
  await assert.rejects(push(open(path), a), {
    message: `Cannot use "${path}" as an OCI layout: it is a file: write oci-archive:${path}`,
  });
  await assert.rejects(push(open(join(path, "layout")), a), {
    message: `Cannot read "${path}/layout": not a directory`,
  });
  assert.equal(await Deno.readTextFile(path), "mine");
});

const unreadable: readonly (readonly [string, string, string])[] = [
  ["is cut off", EMPTY.slice(0, 50), "it is not JSON"],
  ["is empty", "", "it is not JSON"],
  ["is something else", `{"manifests":"none"}`, "its schemaVersion is not 2"],
];

for (const [state, text, message] of unreadable) {
  Deno.test(`directoryStore() writes nothing and leaves an index alone when it ${state}`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, { "oci-layout": MARKER, "index.json": text });
    const store = open(directory.path);
    const expected = { name: "SyntaxError", message: `Cannot read "${directory.path}/index.json": ${message}` };
    await assert.rejects(push(store, a), expected);
    await assert.rejects(store.resolve("1.0", context), expected);
    await store[Symbol.asyncDispose]();
    assert.deepEqual(Array.from(Deno.readDirSync(directory.path), ({ name }) => name).sort(), [
      "index.json",
      "oci-layout",
    ]);
    assert.equal(await Deno.readTextFile(join(directory.path, "index.json")), text);
  });
}

Deno.test("directoryStore() takes a layout in which another tool has left other files", async () => {
  await using directory = await tempDirectory();
  const files = {
    "oci-layout": `{"imageLayoutVersion": "1.0.0"}\n`,
    "manifest.json": "[]",
    "ingest/x": "",
    ".gantry-1-x.tmp": "half",
  };
  await writeTree(directory.path, files);
  const store = open(directory.path);
  await push(store, a);
  await tag(store, a, free("1.0"));
  for (const [path, text] of Object.entries(files)) {
    assert.equal(await Deno.readTextFile(join(directory.path, path)), text);
  }
  assert.deepEqual(await store.resolve("1.0", context), LISTED);
});

Deno.test("directoryStore() takes a directory in which a killed process has left nothing but half a file", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { ".gantry-1-x.tmp": "half" });
  const store = open(directory.path);
  assert.equal(await store.resolve("1.0", context), undefined);
  await push(store, a);
  await tag(store, a, free("1.0"));
  assert.deepEqual(await store.resolve("1.0", context), LISTED);
});

Deno.test("directoryStore() when it is disposed removes a layout that was made for nothing", async () => {
  await using directory = await tempDirectory();
  const store = open(join(directory.path, "a/b"));
  await push(store, a);
  await push(store, b);
  await store[Symbol.asyncDispose]();
  assert.deepEqual(await readTree(directory.path), {});
});

Deno.test("directoryStore() when it is disposed leaves an empty directory that was there before", async () => {
  await using directory = await tempDirectory();
  const store = open(directory.path);
  await push(store, a);
  await store[Symbol.asyncDispose]();
  assert.deepEqual(await readTree(directory.path), {});
});

const kept: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
  ["something is listed in it", (path) => tag(open(path), a, free("1.0"))],
  ["another process has written to it", (path) => push(open(path), b)],
  ["another process is writing to it", (path) => writeTree(path, { "blobs/sha256/.gantry-1-x.tmp": "half" })],
  ["a user has put a file into it", (path) => writeTree(path, { "README.md": "mine" })],
];

for (const [state, work] of kept) {
  Deno.test(`directoryStore() when it is disposed leaves a new layout when ${state}`, async () => {
    await using directory = await tempDirectory();
    const store = open(directory.path);
    await push(store, a);
    await work(directory.path);
    const before = await readTree(directory.path);
    await store[Symbol.asyncDispose]();
    assert.deepEqual(await readTree(directory.path), before);
  });
}

Deno.test("directoryStore() when it is disposed leaves a layout that was there before", async () => {
  await using directory = await tempDirectory();
  await push(open(directory.path), a);
  const before = await readTree(directory.path);
  const store = open(directory.path);
  await push(store, b);
  await store[Symbol.asyncDispose]();
  const after = await readTree(directory.path);
  assert.deepEqual(after, {
    ...before,
    [`blobs/sha256/${digestHex(b.manifest.descriptor.digest)}`]: "0644 " + b.manifest.descriptor.digest,
  });
});

Deno.test("directoryStore() when it is disposed leaves what another process relies on that has written nothing yet", async () => {
  await using directory = await tempDirectory();
  const [first, second] = [open(directory.path), open(directory.path)];
  await push(first, a);
  assert.equal((await push(second, a)).existed, true);
  await first[Symbol.asyncDispose]();
  await tag(second, a, free("1.0"));
  await second[Symbol.asyncDispose]();
  assert.deepEqual(await second.resolve("1.0", context), LISTED);
  assert.deepEqual((await Array.fromAsync(Deno.readDir(directory.path))).map(({ name }) => name).sort(), [
    "blobs",
    "index.json",
    "oci-layout",
  ]);
});

mountTest("directoryStore() leaves nothing half-written when the disk is full", "1m", async (mount) => {
  const layout = join(mount.path, "layout");
  const store = open(layout);
  await push(store, a);
  await tag(store, a, free("1.0"));
  const before = await readTree(mount.path);
  const large = bytesContent("application/octet-stream", new Uint8Array(2 * 1024 * 1024));
  const expected = {
    name: "Error",
    message: `Cannot write "${layout}/blobs/sha256/${large.descriptor.digest.slice(7)}": no space left on device`,
  };
  await assert.rejects(open(layout).push(large, context), expected);
  assert.deepEqual(await readTree(mount.path), before);
  assert.deepEqual(await open(layout).resolve("1.0", context), LISTED);
});

mountTest("directoryStore() keeps the index when there is no room for a new one", "128k", async (mount) => {
  const store = open(mount.path);
  await push(store, a);
  await tag(store, a, free("1.0"));
  await Deno.writeFile(join(mount.path, "filler"), new Uint8Array(128 * 1024)).catch(() => {});
  const before = await Deno.readTextFile(join(mount.path, "index.json"));
  await assert.rejects(tag(store, a, free("2.0")), {
    message: `Cannot write "${mount.path}/index.json": no space left on device`,
  });
  assert.equal(await Deno.readTextFile(join(mount.path, "index.json")), before);
  await Deno.remove(join(mount.path, "filler"));
  await tag(store, a, free("2.0"));
  assert.deepEqual(await store.resolve("2.0", context), LISTED);
});

mountTest("directoryStore() leaves nothing when the disk is full from the start", "16k", async (mount) => {
  await Deno.writeFile(join(mount.path, "filler"), new Uint8Array(16 * 1024)).catch(() => {});
  const before = Object.keys(await readTree(mount.path));
  const store = open(join(mount.path, "a/layout"));
  await assert.rejects(push(store, a), { message: /^Cannot (create|write) ".*": no space left on device$/ });
  await store[Symbol.asyncDispose]();
  assert.deepEqual(Object.keys(await readTree(mount.path)), before);
});

mountTest("directoryStore() reads a read-only layout and says that it cannot be written", "1m", async (mount) => {
  const layout = join(mount.path, "layout");
  const store = open(layout);
  await push(store, a);
  await tag(store, a, free("1.0"));
  await mount.makeReadOnly();
  assert.deepEqual(await store.resolve("1.0", context), LISTED);
  assert.deepEqual(await collectBytes(await store.fetch(a.manifest.descriptor, context)), a.stored.bytes);
  await assert.rejects(push(store, b), { message: /^Cannot write ".*": read-only file system$/ });
  await assert.rejects(tag(store, a, free("2.0")), {
    message: `Cannot open "${layout}/oci-layout": read-only file system`,
  });
  await assert.rejects(push(open(join(mount.path, "other")), a), {
    message: `Cannot create "${mount.path}/other": read-only file system`,
  });
});

Deno.test("directoryStore() when it is disposed takes nothing from another process that begins in the same new layout at that moment", async () => {
  await using directory = await tempDirectory();
  for (let round = 0; round < 60; round++) {
    const path = join(directory.path, `${round}`);
    const [failing, working] = [open(path), open(path)];
    await push(failing, a);
    const begin = async (): Promise<void> => {
      // Each round begins a little later than the one before.
      for (let turn = 0; turn < round; turn++) await Deno.stat(directory.path);
      for (const content of [a, b]) await push(working, content);
      await tag(working, a, free("1.0"));
      await working[Symbol.asyncDispose]();
    };
    await Promise.all([failing[Symbol.asyncDispose](), begin()]);
    assert.deepEqual(await working.resolve("1.0", context), LISTED);
    const files = Object.entries(await readTree(path)).filter(([, what]) => what !== "dir").map(([name]) => name);
    const blobs = [a, b].map(({ manifest: { descriptor } }) => `blobs/sha256/${digestHex(descriptor.digest)}`);
    assert.deepEqual(files, [...blobs.sort(), "index.json", "oci-layout"]);
  }
});
