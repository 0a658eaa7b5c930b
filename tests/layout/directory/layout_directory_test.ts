import assert from "node:assert/strict";
import { join } from "node:path";
import { bytesContent } from "../../../src/oci/bytes_content.ts";
import { digestHex } from "../../../src/oci/digest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../../../src/oci/media_types.ts";
import { layoutDirectoryStore } from "../../../src/layout/directory/store.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { readTree, writeTree } from "../../support/tree.ts";
import { mountTest } from "../mount.ts";

const manifest = (text: string): ReturnType<typeof bytesContent> =>
  bytesContent(OCI_MANIFEST_MEDIA_TYPE, new TextEncoder().encode(text));
const [a, b] = [manifest("a"), manifest("b")];
const MARKER = `{"imageLayoutVersion":"1.0.0"}`;
const EMPTY = `{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}`;
const free = (...names: readonly string[]): { name: string; immutable: boolean }[] =>
  names.map((name) => ({ name, immutable: false }));

Deno.test("layoutDirectoryStore() gives back what was pushed and tagged", async () => {
  await using directory = await tempDirectory();
  const store = layoutDirectoryStore(join(directory.path, "new/layout"));
  assert.equal(await store.resolve("1.0"), undefined);
  assert.equal(await store.exists(a.descriptor), false);
  assert.equal(await store.push(a), true);
  assert.equal(await store.push(a), false);
  assert.equal(await store.resolve("1.0"), undefined);
  assert.deepEqual(await store.tag(a.descriptor, free("1.0", "latest")), [{ tag: "1.0" }, { tag: "latest" }]);
  assert.deepEqual(await store.resolve("latest"), a.descriptor);
  assert.equal(await store.exists(a.descriptor), true);
  assert.deepEqual(await collectBytes(store.fetch(a.descriptor)), new TextEncoder().encode("a"));
});

Deno.test("layoutDirectoryStore() makes a layout that is whole before anything is tagged", async () => {
  await using directory = await tempDirectory();
  await layoutDirectoryStore(directory.path).push(a);
  assert.equal(await Deno.readTextFile(join(directory.path, "oci-layout")), MARKER);
  assert.equal(await Deno.readTextFile(join(directory.path, "index.json")), EMPTY);
  assert.deepEqual(Object.keys(await readTree(directory.path)), [
    "blobs",
    "blobs/sha256",
    `blobs/sha256/${a.descriptor.digest.slice(7)}`,
    "index.json",
    "oci-layout",
  ]);
});

Deno.test("layoutDirectoryStore() writes the same layout when the same tags come in any order", async () => {
  await using one = await tempDirectory();
  await using other = await tempDirectory();
  const steps = [[a, ["1.0", "x"]], [b, ["2.0"]], [manifest("c"), []], [a, ["latest"]]] as const;
  for (const [directory, order] of [[one, steps], [other, steps.toReversed()]] as const) {
    const store = layoutDirectoryStore(directory.path);
    for (const [content, tags] of order) {
      await store.push(content);
      await store.tag(content.descriptor, free(...tags));
    }
  }
  assert.deepEqual(await readTree(one.path), await readTree(other.path));
});

Deno.test("layoutDirectoryStore() does not write the index when nothing changes in it", async () => {
  await using directory = await tempDirectory();
  const store = layoutDirectoryStore(directory.path);
  await store.push(a);
  await store.tag(a.descriptor, free("1.0"));
  const before = await Deno.stat(join(directory.path, "index.json"));
  assert.deepEqual(await store.tag(a.descriptor, free("1.0")), [{ tag: "1.0", from: a.descriptor.digest }]);
  assert.equal((await Deno.stat(join(directory.path, "index.json"))).ino, before.ino);
});

Deno.test("layoutDirectoryStore() refuses to move an immutable tag that another process has set", async () => {
  await using directory = await tempDirectory();
  const store = layoutDirectoryStore(directory.path);
  await store.push(a);
  await store.push(b);
  await layoutDirectoryStore(directory.path).tag(a.descriptor, free("1.0"));
  const before = await readTree(directory.path);
  const immutable = [{ name: "1.0", immutable: true }];
  await assert.rejects(store.tag(b.descriptor, [...immutable, ...free("latest")]), {
    name: "TagExistsError",
    message: `Cannot move tag "1.0" of oci-layout:${directory.path}: ` +
      `it is immutable and already points to ${a.descriptor.digest}`,
  });
  assert.deepEqual(await readTree(directory.path), before);
  assert.deepEqual(await store.tag(a.descriptor, immutable), [{ tag: "1.0", from: a.descriptor.digest }]);
});

Deno.test("layoutDirectoryStore() refuses to tag what is not there", async () => {
  await using directory = await tempDirectory();
  const store = layoutDirectoryStore(directory.path);
  await store.push(a);
  await assert.rejects(store.tag(b.descriptor, free("1.0")), {
    message: `Cannot tag in "${directory.path}": blob ${b.descriptor.digest} is no longer there`,
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
  Deno.test(`layoutDirectoryStore() refuses a directory when it ${state}`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, files);
    const before = await readTree(directory.path);
    const store = layoutDirectoryStore(directory.path);
    const expected = { message: `Cannot use "${directory.path}" ${message}` };
    await assert.rejects(store.resolve("1.0"), expected);
    await assert.rejects(store.push(a), expected);
    await store.discard();
    assert.deepEqual(await readTree(directory.path), before);
  });
}

Deno.test("layoutDirectoryStore() refuses a path when it is a file, or leads through one", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "file");
  await Deno.writeTextFile(path, "mine");
  await assert.rejects(layoutDirectoryStore(path).push(a), {
    message: `Cannot use "${path}" as an OCI layout: it is a file: write oci-archive:${path}`,
  });
  await assert.rejects(layoutDirectoryStore(join(path, "layout")).push(a), {
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
  Deno.test(`layoutDirectoryStore() writes nothing and leaves an index alone when it ${state}`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, { "oci-layout": MARKER, "index.json": text });
    const store = layoutDirectoryStore(directory.path);
    const expected = { name: "SyntaxError", message: `Cannot read "${directory.path}/index.json": ${message}` };
    await assert.rejects(store.push(a), expected);
    await assert.rejects(store.resolve("1.0"), expected);
    await store.discard();
    assert.deepEqual(Array.from(Deno.readDirSync(directory.path), ({ name }) => name).sort(), [
      "index.json",
      "oci-layout",
    ]);
    assert.equal(await Deno.readTextFile(join(directory.path, "index.json")), text);
  });
}

Deno.test("layoutDirectoryStore() takes a layout in which another tool has left other files", async () => {
  await using directory = await tempDirectory();
  const files = {
    "oci-layout": `{"imageLayoutVersion": "1.0.0"}\n`,
    "manifest.json": "[]",
    "ingest/x": "",
    ".gantry-1-x.tmp": "half",
  };
  await writeTree(directory.path, files);
  const store = layoutDirectoryStore(directory.path);
  await store.push(a);
  await store.tag(a.descriptor, free("1.0"));
  for (const [path, text] of Object.entries(files)) {
    assert.equal(await Deno.readTextFile(join(directory.path, path)), text);
  }
  assert.deepEqual(await store.resolve("1.0"), a.descriptor);
});

Deno.test("layoutDirectoryStore() takes a directory in which a killed process has left nothing but half a file", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { ".gantry-1-x.tmp": "half" });
  const store = layoutDirectoryStore(directory.path);
  assert.equal(await store.resolve("1.0"), undefined);
  await store.push(a);
  await store.tag(a.descriptor, free("1.0"));
  assert.deepEqual(await store.resolve("1.0"), a.descriptor);
});

Deno.test("discard() removes a layout that was made for nothing", async () => {
  await using directory = await tempDirectory();
  const store = layoutDirectoryStore(join(directory.path, "a/b"));
  await store.push(a);
  await store.push(b);
  await store.discard();
  assert.deepEqual(await readTree(directory.path), {});
});

Deno.test("discard() leaves an empty directory that was there before", async () => {
  await using directory = await tempDirectory();
  const store = layoutDirectoryStore(directory.path);
  await store.push(a);
  await store.discard();
  assert.deepEqual(await readTree(directory.path), {});
});

const kept: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
  ["something is listed in it", (path) => layoutDirectoryStore(path).tag(a.descriptor, free("1.0"))],
  ["another process has written to it", (path) => layoutDirectoryStore(path).push(b)],
  ["another process is writing to it", (path) => writeTree(path, { "blobs/sha256/.gantry-1-x.tmp": "half" })],
  ["a user has put a file into it", (path) => writeTree(path, { "README.md": "mine" })],
];

for (const [state, work] of kept) {
  Deno.test(`discard() leaves a new layout when ${state}`, async () => {
    await using directory = await tempDirectory();
    const store = layoutDirectoryStore(directory.path);
    await store.push(a);
    await work(directory.path);
    const before = await readTree(directory.path);
    await store.discard();
    assert.deepEqual(await readTree(directory.path), before);
  });
}

Deno.test("discard() leaves a layout that was there before", async () => {
  await using directory = await tempDirectory();
  await layoutDirectoryStore(directory.path).push(a);
  const before = await readTree(directory.path);
  const store = layoutDirectoryStore(directory.path);
  await store.push(b);
  await store.discard();
  const after = await readTree(directory.path);
  assert.deepEqual(after, {
    ...before,
    [`blobs/sha256/${digestHex(b.descriptor.digest)}`]: "0644 " + b.descriptor.digest,
  });
});

Deno.test("discard() leaves what another process relies on that has written nothing yet", async () => {
  await using directory = await tempDirectory();
  const [first, second] = [layoutDirectoryStore(directory.path), layoutDirectoryStore(directory.path)];
  await first.push(a);
  assert.equal(await second.push(a), false);
  await first.discard();
  await second.tag(a.descriptor, free("1.0"));
  await second.discard();
  assert.deepEqual(await second.resolve("1.0"), a.descriptor);
  assert.deepEqual((await Array.fromAsync(Deno.readDir(directory.path))).map(({ name }) => name).sort(), [
    "blobs",
    "index.json",
    "oci-layout",
  ]);
});

mountTest("layoutDirectoryStore() leaves nothing half-written when the disk is full", "1m", async (mount) => {
  const layout = join(mount.path, "layout");
  const store = layoutDirectoryStore(layout);
  await store.push(a);
  await store.tag(a.descriptor, free("1.0"));
  const before = await readTree(mount.path);
  const large = bytesContent("application/octet-stream", new Uint8Array(2 * 1024 * 1024));
  const expected = {
    name: "Error",
    message: `Cannot write "${layout}/blobs/sha256/${large.descriptor.digest.slice(7)}": no space left on device`,
  };
  await assert.rejects(layoutDirectoryStore(layout).push(large), expected);
  assert.deepEqual(await readTree(mount.path), before);
  assert.deepEqual(await layoutDirectoryStore(layout).resolve("1.0"), a.descriptor);
});

mountTest("layoutDirectoryStore() keeps the index when there is no room for a new one", "128k", async (mount) => {
  const store = layoutDirectoryStore(mount.path);
  await store.push(a);
  await store.tag(a.descriptor, free("1.0"));
  await Deno.writeFile(join(mount.path, "filler"), new Uint8Array(128 * 1024)).catch(() => {});
  const before = await Deno.readTextFile(join(mount.path, "index.json"));
  await assert.rejects(store.tag(a.descriptor, free("2.0")), {
    message: `Cannot write "${mount.path}/index.json": no space left on device`,
  });
  assert.equal(await Deno.readTextFile(join(mount.path, "index.json")), before);
  await Deno.remove(join(mount.path, "filler"));
  await store.tag(a.descriptor, free("2.0"));
  assert.deepEqual(await store.resolve("2.0"), a.descriptor);
});

mountTest("layoutDirectoryStore() leaves nothing when the disk is full from the start", "16k", async (mount) => {
  await Deno.writeFile(join(mount.path, "filler"), new Uint8Array(16 * 1024)).catch(() => {});
  const before = Object.keys(await readTree(mount.path));
  const store = layoutDirectoryStore(join(mount.path, "a/layout"));
  await assert.rejects(store.push(a), { message: /^Cannot (create|write) ".*": no space left on device$/ });
  await store.discard();
  assert.deepEqual(Object.keys(await readTree(mount.path)), before);
});

mountTest("layoutDirectoryStore() reads a read-only layout and says that it cannot be written", "1m", async (mount) => {
  const layout = join(mount.path, "layout");
  const store = layoutDirectoryStore(layout);
  await store.push(a);
  await store.tag(a.descriptor, free("1.0"));
  await mount.makeReadOnly();
  assert.deepEqual(await store.resolve("1.0"), a.descriptor);
  assert.deepEqual(await collectBytes(store.fetch(a.descriptor)), new TextEncoder().encode("a"));
  await assert.rejects(store.push(b), { message: /^Cannot write ".*": read-only file system$/ });
  await assert.rejects(store.tag(a.descriptor, free("2.0")), {
    message: `Cannot open "${layout}/oci-layout": read-only file system`,
  });
  await assert.rejects(layoutDirectoryStore(join(mount.path, "other")).push(a), {
    message: `Cannot create "${mount.path}/other": read-only file system`,
  });
});

Deno.test("discard() takes nothing from another process that begins in the same new layout at that moment", async () => {
  await using directory = await tempDirectory();
  for (let round = 0; round < 60; round++) {
    const path = join(directory.path, `${round}`);
    const [failing, working] = [layoutDirectoryStore(path), layoutDirectoryStore(path)];
    await failing.push(a);
    const begin = async (): Promise<void> => {
      // Each round begins a little later than the one before.
      for (let turn = 0; turn < round; turn++) await Deno.stat(directory.path);
      for (const content of [a, b]) await working.push(content);
      await working.tag(a.descriptor, free("1.0"), { needs: [a.descriptor, b.descriptor] });
      await working.discard();
    };
    await Promise.all([failing.discard(), begin()]);
    assert.deepEqual(await working.resolve("1.0"), a.descriptor);
    const files = Object.entries(await readTree(path)).filter(([, what]) => what !== "dir").map(([name]) => name);
    const blobs = [a, b].map(({ descriptor }) => `blobs/sha256/${digestHex(descriptor.digest)}`);
    assert.deepEqual(files, [...blobs.sort(), "index.json", "oci-layout"]);
  }
});
