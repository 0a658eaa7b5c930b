import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import fc from "fast-check";
import { type Cache, openCache } from "../../src/cache/cache.ts";
import type { Compression } from "../../src/pack/compression.ts";
import type { Layer } from "../../src/pack/cached_layer.ts";
import { packLayer } from "../../src/pack/layer.ts";
import { tree } from "../../src/pack/tree.ts";
import { packZip } from "../../src/pack/zip_layer.ts";
import { withBacking } from "../../src/pipeline/backing.ts";
import type { Entry } from "../../src/pipeline/entry.ts";
import { directory as directoryPlugin } from "../../src/plugins/collect/directory.ts";
import { createScratch } from "../../src/system/scratch.ts";
import { SILENT_LOG } from "../../src/work/context.ts";
import { collectContext, collected } from "../plugins/collect/collect_support.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { later } from "../support/later.ts";
import { noise, textLike } from "../support/sample_bytes.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

const GZIP: Compression = { kind: "gzip", level: 1, workers: 0 };
const MEDIA_TYPE = "application/vnd.example.content.v1.tar+gzip";

/** Large enough for the cache. */
const FILES = { "large": noise(1_100_000), "run.sh": "#!/bin/sh\n", "d/a.txt": "one\n", "d/b.txt": "two\n" };

/** A source, a cache, and what packing did with them. */
interface Place extends AsyncDisposable {
  readonly source: string;
  readonly cacheDirectory: string;
  /** Packs the source with the cache, and says whether the layer came from there. */
  pack(how?: Partial<How>): Promise<Packed>;
  /** The same without a cache. */
  packAnew(how?: Partial<How>): Promise<Packed>;
}

interface How {
  readonly compression: Compression;
  readonly entries: (entries: readonly Entry[]) => readonly Entry[];
  readonly root: boolean;
}

interface Packed extends Pick<Layer, "diffId"> {
  readonly descriptor: Layer["content"]["descriptor"];
  readonly isFromCache: boolean;
  readonly bytes: () => Promise<Uint8Array>;
  readonly said: readonly string[];
}

async function place(files: Parameters<typeof writeTree>[1] = FILES): Promise<Place> {
  const directory = await tempDirectory();
  const scratch = createScratch({ memoryLimit: 100_000 });
  const source = join(directory.path, "source");
  const cacheDirectory = join(directory.path, "cache");
  await writeTree(source, files);

  async function pack(cache: Cache | undefined, said: string[], how: Partial<How>): Promise<Packed> {
    const { compression = GZIP, entries: change = (same) => same, root = true } = how;
    const log = { debug: (text: string) => void said.push(text), info: () => {}, warn: () => {} };
    const context = { scratch, log, signal: new AbortController().signal, progress: (): void => {} };
    const found = await collected(directoryPlugin(), {}, { location: source }, collectContext());
    const { content, diffId } = await packLayer({
      entries: tree(change(found), { root, trailingSlash: false }),
      compression,
      mediaType: MEDIA_TYPE,
      cache: () => Promise.resolve(cache),
    }, context);
    const isFromCache = said.some((text) => text.startsWith("Took "));
    return { descriptor: content.descriptor, diffId, isFromCache, bytes: () => collectBytes(content.open()), said };
  }

  return {
    source,
    cacheDirectory,
    pack: (how = {}) => {
      const said: string[] = [];
      const log = { debug: (text: string): void => void said.push(text) };
      return later(() => pack(openCache(cacheDirectory, { version: "1", log }), said, how));
    },
    packAnew: (how = {}) => pack(undefined, [], how),
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await scratch.close();
      await directory[Symbol.asyncDispose]();
    },
  };
}

async function assertSame(packed: Packed, expected: Packed): Promise<void> {
  assert.deepEqual([packed.descriptor, packed.diffId], [expected.descriptor, expected.diffId]);
  assert.ok(Buffer.compare(await packed.bytes(), await expected.bytes()) === 0, "the bytes are the same");
}

/** Changes a file, until the file system gives it another time of change: its clock may be coarse. */
async function until(path: string, change: () => Promise<void>): Promise<void> {
  const before = (await Deno.lstat(path)).ctime?.getTime();
  do {
    await change();
  } while ((await Deno.lstat(path)).ctime?.getTime() === before);
}

for (
  const compression of [GZIP, { kind: "none" }, { kind: "gzip", level: 9, workers: 2 }] as const
) {
  Deno.test(`packLayer() takes the same layer from the cache the second time: ${JSON.stringify(compression)}`, async () => {
    await using at = await place();
    const first = await at.pack({ compression });
    const second = await at.pack({ compression });
    assert.deepEqual([first.isFromCache, second.isFromCache], [false, true]);
    await assertSame(second, await at.packAnew({ compression }));
    await assertSame(first, second);
    assert.ok(Buffer.compare(await second.bytes(), await second.bytes()) === 0, "it can be read again");
  });
}

Deno.test("packLayer() reads no file when the layer comes from the cache", async () => {
  await using at = await place();
  await at.pack();
  const second = await at.pack({
    entries: (entries) =>
      entries.map((entry) => {
        const { open } = entry;
        return withBacking({ ...entry, open: () => assert.fail("it is read") }, {
          stamp: () => stampOf({ ...entry, open }),
          openDirect: () => assert.fail("it is read"),
        });
      }),
  });
  assert.ok(second.isFromCache);
});

function stampOf(entry: Entry): string | undefined {
  return [...tree([entry], { root: false, trailingSlash: false })][0]?.stamp?.();
}

const CHANGES: readonly (readonly [what: string, change: (source: string) => Promise<void>])[] = [
  ["a file has other bytes", (source) => Deno.writeTextFile(join(source, "d/a.txt"), "one, two\n")],
  ["a file has as many other bytes and the same time", async (source) => {
    const path = join(source, "d/a.txt");
    const { atime, mtime } = await Deno.stat(path);
    await until(path, async () => {
      await Deno.writeTextFile(path, "ONE\n");
      await Deno.utime(path, atime ?? 0, mtime ?? 0);
    });
    assert.deepEqual((await Deno.stat(path)).mtime, mtime);
  }],
  ["another file of the same size and time stands in the place of one", async (source) => {
    const path = join(source, "d/a.txt");
    const { atime, mtime } = await Deno.stat(path);
    await Deno.writeTextFile(join(source, "../new"), "ONE\n");
    await Deno.utime(join(source, "../new"), atime ?? 0, mtime ?? 0);
    await Deno.rename(join(source, "../new"), path);
  }],
  ["a file can be executed", (source) => Deno.chmod(join(source, "d/a.txt"), 0o755)],
  ["a file has another name", (source) => Deno.rename(join(source, "d/a.txt"), join(source, "d/c.txt"))],
  ["two files have changed their names", async (source) => {
    await Deno.rename(join(source, "d/a.txt"), join(source, "x"));
    await Deno.rename(join(source, "d/b.txt"), join(source, "d/a.txt"));
    await Deno.rename(join(source, "x"), join(source, "d/b.txt"));
  }],
  ["there is another file", (source) => Deno.writeTextFile(join(source, "d/z"), "")],
  ["a file is gone", (source) => Deno.remove(join(source, "d/a.txt"))],
  ["there is another directory", (source) => Deno.mkdir(join(source, "empty"))],
  ["a file became a directory", async (source) => {
    await Deno.remove(join(source, "d/b.txt"));
    await Deno.mkdir(join(source, "d/b.txt"));
  }],
  ["a link leads to another file", async (source) => {
    await Deno.remove(join(source, "d/a.txt"));
    await Deno.symlink("b.txt", join(source, "d/a.txt"));
  }],
];
for (const [what, change] of CHANGES) {
  Deno.test(`packLayer() packs anew when ${what}`, async () => {
    await using at = await place();
    const before = await at.pack();
    await change(at.source);
    const after = await at.pack();
    assert.ok(!after.isFromCache);
    assert.notEqual(after.descriptor.digest, before.descriptor.digest);
    await assertSame(after, await at.packAnew());
    assert.ok((await at.pack()).isFromCache);
  });
}

Deno.test("packLayer() never mixes layers that are packed in other ways", async () => {
  await using at = await place();
  const ways: readonly Partial<How>[] = [
    { compression: GZIP },
    { compression: { ...GZIP, level: 2 } },
    { compression: { kind: "none" } },
    { root: false },
    { entries: (entries) => entries.toReversed() },
    { entries: (entries) => entries.filter(({ path }) => path !== "run.sh") },
    { entries: (entries) => entries.map((entry) => ({ ...entry, executable: false })) },
    { entries: (entries) => entries.map((entry) => ({ ...entry, path: `below/${entry.path}` })) },
  ];
  for (const how of ways) assert.ok(!(await at.pack(how)).isFromCache, JSON.stringify(how));
  const digests = new Set<string>();
  for (const how of ways) {
    const packed = await at.pack(how);
    assert.ok(packed.isFromCache, JSON.stringify(how));
    await assertSame(packed, await at.packAnew(how));
    digests.add(packed.descriptor.digest);
  }
  assert.equal(digests.size, ways.length);
});

Deno.test("packLayer() takes for the same what may be packed with other threads", async () => {
  await using at = await place();
  await at.pack({ compression: { ...GZIP, workers: 2 } });
  assert.ok((await at.pack({ compression: { ...GZIP, workers: 0 } })).isFromCache);
});

Deno.test("packLayer() keeps nothing of a file that was changed a moment ago", async () => {
  await using at = await place();
  const said: string[] = [];
  const log = { debug: (text: string): void => void said.push(text), info: () => {}, warn: () => {} };
  const cache = openCache(at.cacheDirectory, { version: "1", log });
  await using scratch = createScratch();
  const entries = await collected(directoryPlugin(), {}, { location: at.source }, collectContext());
  await packLayer({
    entries: tree(entries, { root: true, trailingSlash: false }),
    compression: GZIP,
    mediaType: MEDIA_TYPE,
    cache: () => Promise.resolve(cache),
  }, { scratch, log, signal: new AbortController().signal, progress: () => {} });
  assert.deepEqual(said, ['The layer is not looked up in the cache: "d/a.txt" may change without a trace']);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(at.cacheDirectory)), []);
});

Deno.test("packLayer() keeps nothing of entries of which nobody knows whether they change", async () => {
  await using at = await place();
  const unknown: Partial<How> = {
    entries: (entries) => entries.map(({ open, ...entry }) => ({ ...entry, open: () => open() })),
  };
  assert.ok(!(await at.pack(unknown)).isFromCache);
  const second = await at.pack(unknown);
  assert.ok(!second.isFromCache);
  await assertSame(second, await at.packAnew());
});

Deno.test("packLayer() does not open the cache for little", async () => {
  await using scratch = createScratch();
  await packLayer({
    entries: [],
    compression: GZIP,
    mediaType: MEDIA_TYPE,
    cache: () => assert.fail("it is opened"),
  }, { ...collectContext(), scratch });
});

const DAMAGES: readonly (readonly [what: string, damage: (bytes: string, record: string) => Promise<void>])[] = [
  ["one bit is another", async (bytes) => {
    const all = await Deno.readFile(bytes);
    all[all.byteLength >> 1] = (all[all.byteLength >> 1] ?? 0) ^ 1;
    await Deno.writeFile(bytes, all);
  }],
  ["it is full of zeros", async (bytes) => {
    const { size } = await Deno.stat(bytes);
    await Deno.truncate(bytes, 0);
    await Deno.truncate(bytes, size);
  }],
  ["it is gone", (bytes) => Deno.remove(bytes)],
  ["it is cut off", (bytes) => Deno.truncate(bytes, 1000)],
  ["the whole entry is gone", async (bytes, record) => {
    await Deno.remove(bytes);
    await Deno.remove(record);
  }],
];
for (const [what, damage] of DAMAGES) {
  Deno.test(`packLayer() gives the right bytes when the kept layer is looked at after ${what}`, async () => {
    await using at = await place();
    await at.pack();
    const names = (await Array.fromAsync(Deno.readDir(at.cacheDirectory), ({ name }) => name)).sort();
    const [bytes = "", record = ""] = names.map((name) => join(at.cacheDirectory, name));
    const packed = await at.pack();
    assert.ok(packed.isFromCache);
    // What is damaged after it was found is found out when it is read.
    await damage(bytes, record);
    const expected = await at.packAnew();
    await assertSame(packed, expected);
    await assertSame(packed, expected);
    const next = await at.pack();
    assert.ok(!next.isFromCache, "it is forgotten");
    await assertSame(next, expected);
    assert.ok((await at.pack()).isFromCache);
  });
}

Deno.test("packLayer() fails when a kept layer is damaged and its files have changed meanwhile", async () => {
  await using at = await place();
  await at.pack();
  const packed = await at.pack();
  for await (const { name } of Deno.readDir(at.cacheDirectory)) await Deno.remove(join(at.cacheDirectory, name));
  await Deno.writeTextFile(join(at.source, "d/a.txt"), "another\n");
  await assert.rejects(packed.bytes(), /"d\/a.txt": it changed after it was found/);
});

Deno.test("packLayer() does not believe a record that says nonsense", async () => {
  await using at = await place();
  const { digest } = (await at.pack()).descriptor;
  for (
    const record of ["", "null", "[]", "{", '{"digest":"x","size":1,"diffId":"y"}', `{"digest":"${digest}","size":-1}`]
  ) {
    const cache: Cache = {
      find: () => Promise.resolve({ record, path: join(at.source, "large") }),
      keep: () => Promise.resolve(),
      drop: () => Promise.resolve(),
    };
    await using scratch = createScratch();
    const entries = await later(() => collected(directoryPlugin(), {}, { location: at.source }, collectContext()));
    const packed = await packLayer({
      entries: tree(entries, { root: true, trailingSlash: false }),
      compression: GZIP,
      mediaType: MEDIA_TYPE,
      cache: () => Promise.resolve(cache),
    }, { ...collectContext(), scratch });
    assert.equal(packed.content.descriptor.digest, digest, record);
  }
});

Deno.test("whatever is edited, a layer with the cache is the layer without it", async () => {
  const name = fc.constantFrom("large", "d/a.txt", "d/b.txt", "d/c.txt", "new");
  const edit = fc.oneof(
    fc.record({ kind: fc.constant("write" as const), name, size: fc.nat(5), seed: fc.nat(3) }),
    fc.record({ kind: fc.constant("rename" as const), name, to: name }),
    fc.record({ kind: fc.constant("chmod" as const), name, mode: fc.constantFrom(0o644, 0o755) }),
    fc.record({ kind: fc.constant("remove" as const), name }),
    fc.record({ kind: fc.constant("nothing" as const) }),
  );
  let hits = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 3, maxLength: 6 }), async (edits) => {
      await using at = await place({ ...FILES, "base": noise(1_050_000) });
      for (const each of edits) {
        if (each.kind !== "nothing") await apply(each, at.source);
        const packed = await at.pack();
        if (packed.isFromCache) hits++;
        const expected = await at.packAnew();
        assert.deepEqual([packed.descriptor, packed.diffId], [expected.descriptor, expected.diffId]);
      }
    }),
    { numRuns: 12 },
  );
  assert.ok(hits > 0, "some of them come from the cache");
});

type Edit =
  | { readonly kind: "write"; readonly name: string; readonly size: number; readonly seed: number }
  | { readonly kind: "rename"; readonly name: string; readonly to: string }
  | { readonly kind: "chmod"; readonly name: string; readonly mode: number }
  | { readonly kind: "remove"; readonly name: string };

/** Does it in a way that no clock is too coarse for; what is not there stays as it is. */
async function apply(edit: Edit, source: string): Promise<void> {
  const path = join(source, edit.name);
  const isThere = await Deno.stat(path).then(() => true, () => false);
  switch (edit.kind) {
    case "write": {
      const write = (): Promise<void> => Deno.writeFile(path, textLike(edit.size, edit.seed));
      return isThere ? await until(path, write) : await write();
    }
    case "rename":
      return isThere ? await Deno.rename(path, join(source, edit.to)) : undefined;
    case "chmod":
      return isThere ? await until(path, () => Deno.chmod(path, edit.mode)) : undefined;
    case "remove":
      return isThere ? await Deno.remove(path) : undefined;
  }
}

Deno.test("packZip() takes the same zip from the cache the second time, and never a tar", async () => {
  await using at = await place();
  await using scratch = createScratch();
  const cache = openCache(at.cacheDirectory, { version: "1", log: SILENT_LOG });
  const entries = await later(() => collected(directoryPlugin(), {}, { location: at.source }, collectContext()));
  const said: string[] = [];
  const log = { ...SILENT_LOG, debug: (text: string): void => void said.push(text) };
  const context = { scratch, log, signal: new AbortController().signal, progress: (): void => {} };
  await at.pack();
  const zips = [];
  for (const given of [cache, cache, undefined]) {
    zips.push(
      await packZip({
        entries,
        compression: { kind: "gzip", level: 1, workers: 0 },
        mediaType: MEDIA_TYPE,
        cache: () => Promise.resolve(given),
      }, context),
    );
  }
  assert.equal(said.filter((text) => text.startsWith("Took ")).length, 1);
  const [first, second, anew] = await Promise.all(
    zips.map(async (zip) => [zip.descriptor, await collectBytes(zip.open())]),
  );
  assert.deepEqual(first, anew);
  assert.deepEqual(second, anew);
});
