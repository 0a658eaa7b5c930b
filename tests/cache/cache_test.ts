import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Cache, type CacheOptions, openCache } from "../../src/cache/cache.ts";
import { mountTest } from "../layout/mount.ts";
import { changesOf, dyingProgram } from "../support/processes/dying_program.ts";
import { later } from "../support/later.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool } from "../support/tools.ts";

const PROGRAM = fileURLToPath(import.meta.resolve("./keep_program.ts"));
const TOP_SECRET = 0o600;

/** A cache, and what it has said. */
function opened(
  directory: string,
  options: Partial<CacheOptions> = {},
): { readonly cache: Cache; readonly said: readonly string[] } {
  const { cache, said } = tried(directory, options);
  assert.ok(cache !== undefined, said.join("\n"));
  return { cache, said };
}

function tried(
  directory: string,
  options: Partial<CacheOptions> = {},
): { readonly cache: Cache | undefined; readonly said: readonly string[] } {
  const said: string[] = [];
  const log = { debug: (message: string): void => void said.push(message) };
  return { cache: openCache(directory, { version: "1", log, ...options }), said };
}

async function keep(cache: Cache, key: string, text: string): Promise<void> {
  const write = (path: string): Promise<void> => Deno.writeTextFile(path, text, { createNew: true, mode: TOP_SECRET });
  await cache.keep(key, { record: `about ${key}`, size: text.length, write });
}

/** What is kept under a key: its record and its bytes. */
async function found(cache: Cache, key: string): Promise<readonly [record: string, text: string] | undefined> {
  const kept = await cache.find(key);
  return kept && [kept.record, await Deno.readTextFile(kept.path)];
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(directory), ({ name }) => name)).sort();
}

Deno.test("find() gives what was kept, also to others, and nothing under another key", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "deep", "cache");
  const { cache, said } = opened(path);
  assert.equal(await cache.find("a"), undefined);
  await keep(cache, "a", "bytes of a");
  await keep(cache, "b", "bytes of b");
  assert.deepEqual(await found(cache, "a"), ["about a", "bytes of a"]);
  assert.deepEqual(await found(opened(path).cache, "b"), ["about b", "bytes of b"]);
  assert.equal(await cache.find("c"), undefined);
  await cache.drop("a");
  assert.equal(await cache.find("a"), undefined);
  assert.deepEqual(await found(cache, "b"), ["about b", "bytes of b"]);
  assert.deepEqual(said, []);
});

Deno.test("find() gives nothing of another version", async () => {
  await using directory = await tempDirectory();
  await keep(opened(directory.path).cache, "a", "old");
  const { cache } = opened(directory.path, { version: "2" });
  assert.equal(await cache.find("a"), undefined);
  await keep(cache, "a", "new");
  assert.deepEqual(await found(opened(directory.path).cache, "a"), ["about a", "old"]);
});

Deno.test("keep() replaces what is there", async () => {
  await using directory = await tempDirectory();
  const { cache } = opened(directory.path);
  await keep(cache, "a", "one");
  await keep(cache, "a", "another");
  assert.deepEqual(await found(cache, "a"), ["about a", "another"]);
  assert.equal((await namesIn(directory.path)).length, 2);
});

Deno.test("keep() takes a file that has two names", async () => {
  await using directory = await tempDirectory();
  const { cache } = opened(join(directory.path, "cache"));
  const mine = join(directory.path, "mine");
  await Deno.writeTextFile(mine, "bytes");
  for (let time = 0; time < 2; time++) {
    await cache.keep("a", { record: "", size: 5, write: (path) => Deno.link(mine, path) });
    assert.deepEqual(await found(cache, "a"), ["", "bytes"]);
    assert.equal((await namesIn(join(directory.path, "cache"))).length, 2);
  }
});

Deno.test("keep() lets nobody but the owner read anything", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "cache");
  await keep(opened(path).cache, "a", "secret");
  assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o700);
  for (const name of await namesIn(path)) {
    assert.equal(((await Deno.stat(join(path, name))).mode ?? 0) & 0o777, TOP_SECRET, name);
  }
});

const DAMAGES: readonly (readonly [what: string, damage: (record: string, bytes: string) => Promise<void>])[] = [
  ["a bit of the record flips", (record) => rewrite(record, (text) => text.replace("about", "abouu"))],
  ["its size is another one", (record) => rewrite(record, (text) => text.replace('"size":7', '"size":8'))],
  ["the record is cut off", (record) => Deno.truncate(record, 80)],
  ["the record is empty", (record) => Deno.truncate(record)],
  ["the record is full of zeros", (record) => Deno.writeFile(record, new Uint8Array(200))],
  ["the record is huge", (record) => Deno.truncate(record, 1024 ** 4)],
  ["the record is a directory", async (record) => {
    await Deno.remove(record);
    await Deno.mkdir(record);
  }],
  ["the bytes are cut off", (_, bytes) => Deno.truncate(bytes, 3)],
  ["there are more bytes", (_, bytes) => Deno.writeTextFile(bytes, "more", { append: true })],
  ["the bytes are gone", (_, bytes) => Deno.remove(bytes)],
  ["the bytes are a link", async (_, bytes) => {
    await Deno.rename(bytes, `${bytes}.moved`);
    await Deno.symlink(`${bytes}.moved`, bytes);
  }],
];

async function rewrite(path: string, change: (text: string) => string): Promise<void> {
  const text = await Deno.readTextFile(path);
  assert.notEqual(change(text), text);
  await Deno.writeTextFile(path, change(text));
}

for (const [what, damage] of DAMAGES) {
  Deno.test(`find() gives nothing when ${what}, and keep() repairs it`, async () => {
    await using directory = await tempDirectory();
    const { cache } = opened(directory.path);
    await keep(cache, "a", "seven b");
    const [bytes = "", record = ""] = (await namesIn(directory.path)).map((name) => join(directory.path, name));
    await damage(record, bytes);
    assert.equal(await cache.find("a"), undefined);
    if ((await Deno.stat(record).catch(() => undefined))?.isDirectory) await Deno.remove(record);
    await keep(cache, "a", "again");
    assert.deepEqual(await found(cache, "a"), ["about a", "again"]);
  });
}

Deno.test("find() gives nothing when an entry stands under the name of another", async () => {
  await using directory = await tempDirectory();
  const { cache } = opened(directory.path);
  await keep(cache, "a", "of a");
  const names = await namesIn(directory.path);
  await keep(cache, "b", "of b");
  const others = (await namesIn(directory.path)).filter((name) => !names.includes(name));
  for (const [at, name] of names.entries()) {
    await Deno.copyFile(join(directory.path, others[at] ?? ""), join(directory.path, name));
  }
  assert.equal(await cache.find("a"), undefined);
  assert.deepEqual(await found(cache, "b"), ["about b", "of b"]);
});

Deno.test("keep() removes what was used least recently when there is too much, and nothing that is not its own", async () => {
  await using directory = await tempDirectory();
  const mine = join(directory.path, "mine.txt");
  await Deno.writeTextFile(mine, "x".repeat(10_000));
  const { cache } = opened(directory.path, { limit: 4000 });
  const text = "x".repeat(1000);
  for (const [at, key] of ["a", "b", "c"].entries()) {
    await keep(cache, key, text);
    await grow(directory.path, at);
  }
  assert.notEqual(await cache.find("a"), undefined, "there is room for three, and now a is the last one used");
  await keep(cache, "d", text);
  assert.deepEqual(
    await Promise.all(["a", "b", "c", "d"].map(async (key) => await cache.find(key) !== undefined)),
    [true, false, true, true],
  );
  assert.equal((await Deno.readTextFile(mine)).length, 10_000);
});

/** Makes the entries older, one after the other: clocks are too coarse to tell what was done within a moment. */
async function grow(directory: string, rank: number): Promise<void> {
  for (const name of await namesIn(directory)) {
    const path = join(directory, name);
    const { mtime } = await Deno.stat(path);
    if (mtime !== null && Date.now() - mtime.getTime() < 60_000) {
      const then = new Date(Date.now() - (60 - rank) * 3_600_000);
      await Deno.utime(path, then, then);
    }
  }
}

Deno.test("keep() leaves out what would take more than half of the room", async () => {
  await using directory = await tempDirectory();
  const { cache, said } = opened(directory.path, { limit: 100 });
  await keep(cache, "a", "x".repeat(51));
  assert.equal(await cache.find("a"), undefined);
  assert.deepEqual(said, ["The cache keeps nothing of 51 bytes: that is more than half of it"]);
  assert.deepEqual(await namesIn(directory.path), []);
});

Deno.test("keep() removes what dead processes left, and not what others are writing", async () => {
  await using directory = await tempDirectory();
  const left = join(directory.path, ".gantry-1-x.tmp");
  await Deno.writeTextFile(left, "half");
  const { cache } = opened(directory.path);
  await keep(cache, "a", "text");
  assert.ok((await namesIn(directory.path)).includes(".gantry-1-x.tmp"));
  const old = new Date(Date.now() - 2 * 60 * 60 * 1000);
  await Deno.utime(left, old, old);
  await keep(cache, "a", "text");
  assert.ok(!(await namesIn(directory.path)).includes(".gantry-1-x.tmp"));
});

Deno.test("keep() says so and goes on when the bytes cannot be written", async () => {
  await using directory = await tempDirectory();
  const { cache, said } = opened(directory.path);
  await cache.keep("a", {
    record: "",
    size: 4,
    async write(path): Promise<void> {
      await Deno.writeTextFile(path, "ha");
      throw new Error("No space left on device (os error 28)");
    },
  });
  assert.equal(await cache.find("a"), undefined);
  assert.deepEqual(await namesIn(directory.path), []);
  assert.deepEqual(said, [`Nothing is kept in the cache in "${directory.path}": no space left on device`]);
});

Deno.test("a process that is killed at any change leaves an entry or none, and no other process in its way", async () => {
  await using directory = await tempDirectory();
  const place = async (): Promise<string> => join(await Deno.makeTempDir({ dir: directory.path }), "cache");
  const changes = await changesOf(PROGRAM, [await place(), "a", "bytes"]);
  assert.ok(changes.length >= 5, JSON.stringify(changes));
  for (let diesAt = 1; diesAt <= changes.length; diesAt++) {
    const path = await place();
    const { signal } = await dyingProgram(PROGRAM, [path, "a", "bytes"], { diesAt }).output();
    assert.equal(signal, "SIGKILL");
    const { cache, said } = opened(path);
    const kept = await found(cache, "a");
    if (kept !== undefined) assert.deepEqual(kept, ["bytes", "bytes"]);
    await keep(cache, "a", "again");
    assert.deepEqual(await found(cache, "a"), ["about a", "again"], `${diesAt} of ${changes.length}`);
    assert.deepEqual(said, []);
    const old = (await namesIn(path)).filter((name) => name.endsWith(".tmp"));
    await later(() => later(() => keep(cache, "b", "text")));
    assert.deepEqual((await namesIn(path)).filter((name) => name.endsWith(".tmp")), [], String(old));
  }
});

Deno.test("many processes keep and find at once, and none of them sees a half entry", async () => {
  await using directory = await tempDirectory();
  const { cache } = opened(directory.path);
  // The same key stands for the same bytes, whoever made them.
  const text = "x".repeat(100_000);
  const running = Array.from({ length: 4 }, () => dyingProgram(PROGRAM, [directory.path, "a", text]).output());
  let isOver = false;
  const watching = (async (): Promise<void> => {
    while (!isOver) {
      const kept = await found(cache, "a");
      if (kept !== undefined) assert.deepEqual(kept, [text, text]);
      await new Promise((resolve) => setTimeout(resolve));
    }
  })();
  assert.deepEqual((await Promise.all(running)).map(({ success }) => success), [true, true, true, true]);
  isOver = true;
  await watching;
  assert.deepEqual(await found(cache, "a"), [text, text]);
});

Deno.test("openCache() does not use a directory to which others may write, or of which none can be made", async () => {
  await using directory = await tempDirectory();
  const shared = join(directory.path, "shared");
  await Deno.mkdir(shared);
  for (const mode of [0o777, 0o770, 0o702, 0o1777]) {
    await Deno.chmod(shared, mode);
    const { cache, said } = tried(shared);
    assert.equal(cache, undefined);
    assert.deepEqual(said, [`The cache in "${shared}" is not used: others may write to it`]);
  }
  const file = join(directory.path, "file");
  await Deno.writeTextFile(file, "");
  for (const path of [file, join(file, "below")]) {
    const { cache, said } = tried(path);
    assert.equal(cache, undefined);
    assert.match(said.join("\n"), /^The cache in ".*" is not used: /);
  }
});

Deno.test({
  name: "openCache() does not use a directory or a link that belongs to somebody else",
  ignore: Deno.build.os === "windows" || Deno.uid() !== 0,
  async fn(): Promise<void> {
    await using directory = await tempDirectory();
    const foreign = join(directory.path, "foreign");
    await Deno.mkdir(foreign);
    await Deno.chown(foreign, 1234, 1234);
    const link = join(directory.path, "link");
    await Deno.mkdir(join(directory.path, "own"), { mode: 0o700 });
    await Deno.symlink(join(directory.path, "own"), link);
    assert.notEqual(tried(link).cache, undefined);
    // The link itself, which Deno 2.6 cannot give away.
    await tool("chown", ["-h", "1234:1234", link]);
    for (const path of [foreign, link]) {
      const { cache, said } = tried(path);
      assert.equal(cache, undefined);
      assert.deepEqual(said, [
        `The cache in "${path}" is not used: it belongs to another user (uid 1234, and gantry runs as 0)`,
      ]);
    }
  },
});

mountTest(
  "a cache on a full disk keeps nothing more, and on a read-only one what it has is found",
  "64k",
  async (mount) => {
    const path = join(mount.path, "cache");
    const { cache, said } = opened(path);
    await keep(cache, "a", "text");
    await keep(cache, "b", "x".repeat(200_000));
    assert.equal(await cache.find("b"), undefined);
    assert.match(said.join("\n"), /^Nothing is kept in the cache in ".*": no space left on device$/);
    assert.equal((await namesIn(path)).length, 2);
    await mount.makeReadOnly();
    const frozen = opened(path);
    assert.deepEqual(await found(frozen.cache, "a"), ["about a", "text"]);
    await keep(frozen.cache, "c", "text");
    assert.match(frozen.said.join("\n"), /^Nothing is kept in the cache in ".*": read-only file system$/);
  },
);
