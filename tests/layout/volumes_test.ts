import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import type { Content } from "../../src/oci/descriptor.ts";
import { digestOf } from "../../src/oci/digest.ts";
import type { Artifact } from "../../src/pipeline/values.ts";
import { tarStore } from "../../src/layout/tar/store.ts";
import { readRange } from "../../src/layout/tar/bytes.ts";
import { openTar } from "../../src/layout/tar/open.ts";
import { parseVolumeHeader, VOLUME_HEADER_SIZE } from "../../src/layout/tar/volumes/header.ts";
import { findVolumes } from "../../src/layout/tar/volumes/set.ts";
import { planVolumes, writeVolumes } from "../../src/layout/tar/volumes/write.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { noise } from "../support/sample_bytes.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { mountTest } from "./mount.ts";
import { sampleArtifact } from "./sample_artifact.ts";
import { testContext } from "./test_context.ts";
import { namesOf } from "../support/store_samples.ts";

const MIB = 1024 * 1024;
const BUNDLE = digestOf(new TextEncoder().encode("index"));

/** Artifacts whose layers are of some megabytes. */
const LARGE = sampleArtifact("large ".repeat(500_000));
const SMALL = sampleArtifact("small");

/** Adds an artifact to the volumes at a path, as an export does. */
async function add(path: string, artifact: Artifact, tag: string, volumeSize: number | undefined): Promise<void> {
  const options = volumeSize === undefined ? {} : { volumeSize };
  await using store = tarStore({ kind: "oci-archive", path }, options);
  const context = testContext();
  for (const content of contentsOf(artifact)) await store.push(content, context);
  await store.pushManifest(artifact.manifest, context);
  const bytes = new Uint8Array(await new Response(artifact.manifest.open()).arrayBuffer());
  await store.tag({ descriptor: artifact.manifest.descriptor, bytes }, namesOf([tag]), context);
  await store.commit(context);
}

function contentsOf({ archive }: Artifact): readonly Content[] {
  return [archive.config, ...archive.layers];
}

/** Reads everything that a tag leads to. */
async function assertWhole(path: string, tag: string, artifact: Artifact): Promise<void> {
  await using store = tarStore({ kind: "oci-archive", path });
  const context = testContext();
  assert.equal((await store.resolve(tag, context))?.digest, artifact.manifest.descriptor.digest);
  for (const { descriptor } of [...contentsOf(artifact), artifact.manifest]) {
    await collectBytes(await store.fetch(descriptor, context));
  }
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
}

/** Cuts bytes into volumes without any tar in them. */
async function cut(base: string, bytes: Uint8Array, volumeSize: number): Promise<void> {
  const parts = planVolumes({ bundle: BUNDLE, size: bytes.byteLength, volumeSize });
  const unnamed = await writeVolumes(base, ReadableStream.from([bytes]), { parts, before: undefined });
  assert.ok(await unnamed.moveToNew(new AbortController().signal));
}

Deno.test("tarStore() writes volumes that together hold the bytes of one tar", async () => {
  await using directory = await tempDirectory();
  const single = join(directory.path, "single.tar");
  const base = join(directory.path, "b.tar");
  await add(single, LARGE, "1.0", undefined);
  await add(base, LARGE, "1.0", MIB);
  const tar = await Deno.readFile(single);
  const names = (await namesIn(directory.path)).filter((name) => name.startsWith("b."));
  assert.deepEqual(names, ["b.tar.001", "b.tar.002", "b.tar.003"]);
  const files = await Promise.all(names.map((name) => Deno.readFile(join(directory.path, name))));
  assert.deepEqual(files.map(({ byteLength }) => byteLength <= MIB), [true, true, true]);
  assert.equal(
    digestOf(await collectBytes(files.map((file) => file.subarray(VOLUME_HEADER_SIZE)))),
    digestOf(tar),
  );
  const headers = files.map((file) => parseVolumeHeader(file.subarray(0, VOLUME_HEADER_SIZE)));
  const room = MIB - VOLUME_HEADER_SIZE;
  assert.deepEqual(headers.map(({ number, of, offset, size }) => [number, of, offset, size]), [
    [1, 3, 0, room],
    [2, 3, room, room],
    [3, 3, 2 * room, tar.byteLength - 2 * room],
  ]);
  assert.deepEqual(
    headers.map(({ sha256 }) => `sha256:${sha256}`),
    files.map((file) => digestOf(file.subarray(VOLUME_HEADER_SIZE))),
  );
});

Deno.test("tarStore() reads volumes by the path of the tar and by that of the first one", async () => {
  await using directory = await tempDirectory();
  const base = join(directory.path, "b.tar");
  await add(base, LARGE, "1.0", MIB);
  for (const name of await namesIn(directory.path)) await Deno.chmod(join(directory.path, name), 0o444);
  await assertWhole(base, "1.0", LARGE);
  await assertWhole(`${base}.001`, "1.0", LARGE);
  await assert.rejects(assertWhole(`${base}.002`, "1.0", LARGE), {
    message: `Cannot use "${base}.002" as an OCI archive: it is volume 2 of 3: ` +
      `the first volume stands for all of them, and so does the path without number`,
  });
});

Deno.test("openTar() reads any range of volumes as that of one file", async () => {
  await using directory = await tempDirectory();
  const base = join(directory.path, "b.tar");
  const bytes = noise(3 * MIB + 17);
  await cut(base, bytes, MIB);
  using file = await openTar(base, { write: false }) ?? assert.fail();
  assert.equal(file.size, bytes.byteLength);
  const place = fc.oneof(fc.nat(bytes.byteLength), ...[1, 2, 3].map((at) => fc.constant(at * (MIB - 4096))));
  await fc.assert(
    fc.asyncProperty(place, place, async (a, b) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      assert.deepEqual(await readRange(file, from, to - from), bytes.slice(from, to));
    }),
    { numRuns: 20 },
  );
  assert.deepEqual(await collectBytes(file.read(0)), bytes);
});

const problems: readonly (readonly [state: string, damage: (base: string) => Promise<unknown>, said: string])[] = [
  ["is missing", (base) => Deno.remove(`${base}.002`), 'volume 2 of 4 is missing: get the file "BASE.002" again'],
  [
    "is the first and is missing",
    (base) => Deno.remove(`${base}.001`),
    'volume 1 of 4 is missing: get the file "BASE.001" again',
  ],
  [
    "is the last and is missing",
    (base) => Deno.remove(`${base}.004`),
    'volume 4 of 4 is missing: get the file "BASE.004" again',
  ],
  [
    "was cut off",
    (base) => Deno.truncate(`${base}.003`, 5000),
    'volume 3 of 4 has 5000 bytes instead of 1048576: get the file "BASE.003" again',
  ],
  [
    "was cut off in its header",
    (base) => Deno.truncate(`${base}.003`, 50),
    'volume 3 of 4 cannot be read, its header is damaged: get the file "BASE.003" again',
  ],
  [
    "is empty",
    (base) => Deno.truncate(`${base}.001`, 0),
    'volume 1 of 4 cannot be read, it has no header of a volume: get the file "BASE.001" again',
  ],
  [
    "is in the place of another one",
    (base) => Deno.copyFile(`${base}.002`, `${base}.003`),
    'volume 3 of 4 is in the wrong place, its file holds volume 2: get the file "BASE.003" again',
  ],
  [
    "is of another bundle",
    async (base) => {
      await add(`${base}.other`, SMALL, "1.0", MIB);
      await Deno.rename(`${base}.other.001`, `${base}.002`);
    },
    `volume 2 of 4 is of another bundle, OTHER: get the file "BASE.002" again`,
  ],
];

for (const [state, damage, said] of problems) {
  Deno.test(`openTar() names a volume when it ${state}`, async () => {
    await using directory = await tempDirectory();
    const base = join(directory.path, "b.tar");
    await cut(base, noise(4 * (MIB - VOLUME_HEADER_SIZE)), MIB);
    await damage(base);
    const before = await namesIn(directory.path);
    const other = /OTHER/.test(said)
      ? parseVolumeHeader((await Deno.readFile(`${base}.002`)).subarray(0, VOLUME_HEADER_SIZE)).bundle
      : "";
    const message = said.replace("BASE", base).replace("OTHER", other);
    for (const write of [false, true]) {
      await assert.rejects(openTar(base, { write }), {
        message: `Cannot use "${base}" as an OCI archive: ${message}`,
      });
    }
    assert.deepEqual(await namesIn(directory.path), before);
  });
}

Deno.test("openTar() names all volumes that are wrong", async () => {
  await using directory = await tempDirectory();
  const base = join(directory.path, "b.tar");
  await cut(base, noise(4 * (MIB - VOLUME_HEADER_SIZE)), MIB);
  await Deno.remove(`${base}.002`);
  await Deno.truncate(`${base}.004`, 5000);
  await assert.rejects(openTar(base, { write: false }), {
    message: `Cannot use "${base}" as an OCI archive: volume 2 of 4 is missing: get the file "${base}.002" again; ` +
      `volume 4 of 4 has 5000 bytes instead of 1048576: get the file "${base}.004" again`,
  });
});

Deno.test("openTar() takes files with three digits that are no volumes for none", async () => {
  await using directory = await tempDirectory();
  const base = join(directory.path, "b.tar");
  await Deno.writeTextFile(`${base}.001`, "a part of something else");
  assert.equal(await openTar(base, { write: false }), undefined);
});

Deno.test("tarStore() replaces volumes by fewer or more, with what was in them", async () => {
  await using directory = await tempDirectory();
  const base = join(directory.path, "b.tar");
  const more = sampleArtifact("more ".repeat(500_000));
  await add(base, LARGE, "1.0", MIB);
  await add(base, SMALL, "2.0", 2 * MIB);
  assert.deepEqual(await namesIn(directory.path), ["b.tar.001", "b.tar.002"]);
  await add(base, more, "3.0", MIB);
  assert.equal((await namesIn(directory.path)).length, 6);
  await assertWhole(base, "1.0", LARGE);
  await assertWhole(base, "2.0", SMALL);
  await assertWhole(base, "3.0", more);
});

Deno.test("tarStore() writes no volumes again when nothing is new, and others when another size is wanted", async () => {
  await using directory = await tempDirectory();
  const base = join(directory.path, "b.tar");
  await add(base, LARGE, "1.0", MIB);
  const { ino } = await Deno.stat(`${base}.001`);
  await add(base, LARGE, "1.0", MIB);
  assert.equal((await Deno.stat(`${base}.001`)).ino, ino);
  await add(base, LARGE, "1.0", 4 * MIB);
  assert.deepEqual(await namesIn(directory.path), ["b.tar.001"]);
  await assertWhole(base, "1.0", LARGE);
});

Deno.test("tarStore() makes no volumes of one file, and no file of volumes", async () => {
  await using directory = await tempDirectory();
  const base = join(directory.path, "b.tar");
  await add(base, SMALL, "1.0", MIB);
  await assert.rejects(add(base, LARGE, "2.0", undefined), {
    message: `Cannot use "${base}" as an OCI archive: it is in 1 volumes, and would become one file`,
  });
  const single = join(directory.path, "single.tar");
  await add(single, SMALL, "1.0", undefined);
  await assert.rejects(add(single, LARGE, "2.0", MIB), {
    message: `Cannot use "${single}" as an OCI archive: it is one file, and would become volumes`,
  });
  assert.deepEqual(await namesIn(directory.path), ["b.tar.001", "single.tar"]);
});

Deno.test("tarStore() ignores what a larger set has left behind, and removes it with the next change", async () => {
  await using directory = await tempDirectory();
  const base = join(directory.path, "b.tar");
  await cut(join(directory.path, "old"), noise(4 * MIB), MIB);
  await add(base, SMALL, "1.0", MIB);
  for (const number of ["002", "003"]) await Deno.copyFile(join(directory.path, `old.${number}`), `${base}.${number}`);
  await Deno.writeTextFile(`${base}.777`, "of somebody else");
  await assertWhole(base, "1.0", SMALL);
  await add(base, sampleArtifact("other"), "2.0", MIB);
  const names = (await namesIn(directory.path)).filter((name) => name.startsWith("b."));
  assert.deepEqual(names, ["b.tar.001", "b.tar.777"]);
  await assertWhole(base, "1.0", SMALL);
});

for (const named of [1, 2, 3]) {
  Deno.test(`tarStore() finishes what was killed when ${named} of 4 volumes had their names`, async () => {
    await using directory = await tempDirectory();
    const base = join(directory.path, "b.tar");
    await add(base, LARGE, "1.0", MIB);
    // What stands there when a process is killed between two renames: all of the new set, a part of it not named.
    const more = sampleArtifact("more ".repeat(100_000));
    const whole = join(directory.path, "whole", "b.tar");
    await Deno.mkdir(join(directory.path, "whole"));
    for (const number of [1, 2, 3]) await Deno.copyFile(`${base}.00${number}`, `${whole}.00${number}`);
    await add(whole, more, "2.0", MIB);
    assert.equal((await findVolumes(whole))?.volumes.length, 4);
    for (let number = 1; number <= 4; number++) {
      const to = number <= named ? `${base}.00${number}` : `${base}.00${number}.some-run.partial`;
      await Deno.rename(`${whole}.00${number}`, to);
    }
    await Deno.remove(join(directory.path, "whole"));
    const error: Error = await assertWhole(base, "1.0", LARGE).then(() => assert.fail(), (error) => error);
    assert.match(error.message, /writing to it again finishes that$/);

    await add(base, SMALL, "3.0", MIB);
    await assertWhole(base, "1.0", LARGE);
    await assertWhole(base, "2.0", more);
    await assertWhole(base, "3.0", SMALL);
    assert.deepEqual(await namesIn(directory.path), ["b.tar.001", "b.tar.002", "b.tar.003", "b.tar.004"]);
  });
}

Deno.test("tarStore() finishes nothing with a volume that is damaged", async () => {
  await using directory = await tempDirectory();
  const base = join(directory.path, "b.tar");
  await cut(base, noise(2 * MIB), MIB);
  await Deno.rename(`${base}.002`, `${base}.002.some-run.partial`);
  const bytes = await Deno.readFile(`${base}.002.some-run.partial`);
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  await Deno.writeFile(`${base}.002.some-run.partial`, bytes);
  const before = await namesIn(directory.path);
  await assert.rejects(add(base, SMALL, "1.0", MIB), /volume 2 of 3 is missing/);
  assert.deepEqual(await namesIn(directory.path), before);
});

Deno.test("tarStore() keeps what several writers put into one set of volumes at once", async () => {
  await using directory = await tempDirectory();
  const base = join(directory.path, "b.tar");
  const artifacts = [1, 2, 3, 4].map((number) => sampleArtifact(`${number} `.repeat(300_000)));
  await add(base, SMALL, "0.0", MIB);
  await Promise.allSettled(artifacts.map((artifact, at) => add(base, artifact, `${at}.0`, MIB)));
  for (const [at, artifact] of artifacts.entries()) await add(base, artifact, `${at}.0`, MIB);
  for (const [at, artifact] of artifacts.entries()) await assertWhole(base, `${at}.0`, artifact);
});

Deno.test("planVolumes() refuses volumes that are too small or too many", () => {
  assert.throws(() => planVolumes({ bundle: BUNDLE, size: 10, volumeSize: MIB - 1 }), {
    name: "RangeError",
    message: "Cannot cut 10 bytes into volumes of 1048575: a volume has at least 1048576 bytes",
  });
  const room = MIB - VOLUME_HEADER_SIZE;
  assert.equal(planVolumes({ bundle: BUNDLE, size: 999 * room, volumeSize: MIB }).length, 999);
  assert.throws(() => planVolumes({ bundle: BUNDLE, size: 999 * room + 1, volumeSize: MIB }), {
    name: "RangeError",
    message: `Cannot cut ${999 * room + 1} bytes into volumes of 1048576: they would be 1000, and 999 are the limit`,
  });
});

for (const [what, size] of [["fewer", 3 * MIB + 1], ["more", 3 * MIB - 1]] as const) {
  Deno.test(`writeVolumes() leaves nothing when ${what} bytes come than were planned`, async () => {
    await using directory = await tempDirectory();
    const base = join(directory.path, "b.tar");
    const parts = planVolumes({ bundle: BUNDLE, size, volumeSize: MIB });
    await assert.rejects(
      writeVolumes(base, ReadableStream.from([noise(3 * MIB)]), { parts, before: undefined }),
      { message: `Cannot write "${base}": it has ${what} bytes than were planned` },
    );
    assert.deepEqual(await namesIn(directory.path), []);
  });
}

mountTest("tarStore() keeps the old volumes when the disk is full", "4m", async (mount) => {
  const base = join(mount.path, "b.tar");
  await add(base, SMALL, "1.0", MIB);
  await assert.rejects(add(base, sampleArtifact("x".repeat(5 * MIB)), "2.0", MIB), /no space left on device/i);
  assert.deepEqual(await namesIn(mount.path), ["b.tar.001"]);
  await assertWhole(base, "1.0", SMALL);
});
