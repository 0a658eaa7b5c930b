import assert from "node:assert/strict";
import { basename, join } from "node:path";
import { packTar } from "modern-tar";
import type { Content } from "../../../src/oci/descriptor.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import type { Target } from "../../../src/pipeline/target.ts";
import type { Artifact, Receipt } from "../../../src/pipeline/values.ts";
import { tarStore } from "../../../src/layout/tar/store.ts";
import { storeTarget } from "../../../src/pipeline/store_target.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool, toolTest } from "../../support/tools.ts";
import { mountTest } from "../mount.ts";
import { sampleArtifact } from "../sample_artifact.ts";
import { filesOf, type TarFiles, tarOf } from "../tar_variants.ts";
import { type TestContext, testContext } from "../test_context.ts";
import type { Moved } from "../../../src/store/store.ts";

const [one, two] = [sampleArtifact("one"), sampleArtifact("two")];

function target(path: string): Target {
  return storeTarget(tarStore({ kind: "oci-archive", path }), { name: "oci-archive" });
}

const free = (...names: readonly string[]): { name: string; immutable: boolean }[] =>
  names.map((name) => ({ name, immutable: false }));

/** Publishes, as the pipeline does. */
async function publish(
  path: string,
  artifact: Artifact,
  tags: readonly string[],
  context: TestContext = testContext(),
): Promise<{ readonly receipt: Receipt; readonly moved: readonly Moved[] }> {
  const archive = target(path);
  try {
    const receipt = await archive.upload(artifact, free(...tags), context);
    return { receipt, moved: await archive.tag(artifact, free(...tags), context) };
  } finally {
    await archive.discard(testContext());
  }
}

/** What changes when a file is written again or replaced. */
async function stateOf(path: string): Promise<Readonly<Record<string, unknown>>> {
  const { ino, mtime } = await Deno.stat(path);
  return { ino, mtime, digest: digestOf(await Deno.readFile(path)) };
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
}

const digests = (artifact: Artifact): readonly string[] =>
  [artifact.archive.config, ...artifact.archive.layers, artifact.manifest].map(({ descriptor }) => descriptor.digest);

Deno.test("storeTarget(tarStore()) writes the bytes of a golden archive", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app.tar");
  await publish(path, one, ["1.0", "latest"]);
  assert.equal(
    digestOf(await Deno.readFile(path)),
    "sha256:7c2fbfb225dac19253de6142896b8579d68f455e6d3cb116b8501a86d4ff38de",
  );
  const hex = [...digests(one)].map((digest) => digest.slice(7)).sort();
  assert.deepEqual((await filesOf(path)).map(([name]) => name), [
    "oci-layout",
    "index.json",
    "blobs/",
    "blobs/sha256/",
    ...hex.map((hex) => `blobs/sha256/${hex}`),
  ]);
  assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o644 & ~Deno.umask());
  assert.deepEqual(await namesIn(directory.path), ["app.tar"]);
});

Deno.test("storeTarget(tarStore()) writes the same archive when the same artifacts come in any order", async () => {
  await using directory = await tempDirectory();
  const [a, b] = [join(directory.path, "a.tar"), join(directory.path, "b.tar")];
  await publish(a, one, ["1.0"]);
  await publish(a, two, ["2.0", "latest"]);
  await publish(b, two, ["latest"]);
  await publish(b, one, ["1.0"]);
  await publish(b, two, ["2.0"]);
  assert.equal(digestOf(await Deno.readFile(a)), digestOf(await Deno.readFile(b)));
});

Deno.test("storeTarget(tarStore()) shows nothing under the path before tag()", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "dist/app.tar");
  const archive = target(path);
  await archive.upload(one, free("1.0"), testContext());
  assert.equal(await target(path).resolve("1.0", testContext()), undefined);
  const [partial, ...more] = await namesIn(join(directory.path, "dist"));
  assert.deepEqual(more, []);
  assert.match(partial ?? "", /^app\.tar\.[0-9a-f-]{36}\.partial$/);
  await archive.discard(testContext());
  assert.deepEqual(await namesIn(directory.path), []);
});

Deno.test("storeTarget(tarStore()) leaves the archive alone when it is discarded", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app.tar");
  await publish(path, one, ["1.0"]);
  const before = await stateOf(path);
  const archive = target(path);
  await archive.upload(two, free("1.0"), testContext());
  await archive.discard(testContext());
  assert.deepEqual(await stateOf(path), before);
  assert.deepEqual(await namesIn(directory.path), ["app.tar"]);
});

Deno.test("storeTarget(tarStore()) tells what is new and what was there", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app.tar");
  const first = await publish(path, one, ["1.0", "latest"]);
  assert.deepEqual(first.moved, [{ tag: "1.0" }, { tag: "latest" }]);
  assert.deepEqual(first.receipt.uploaded.map(({ digest }) => digest), digests(one));
  assert.deepEqual(first.receipt.existing, []);
  assert.equal(first.receipt.bytesSent, first.receipt.uploaded.reduce((sum, { size }) => sum + size, 0));
  const second = await publish(path, two, ["latest"]);
  assert.deepEqual(second.moved, [{ tag: "latest", from: one.manifest.descriptor.digest }]);
  assert.deepEqual(second.receipt.uploaded.map(({ digest }) => digest), digests(two).slice(1));
  assert.deepEqual(second.receipt.existing.map(({ digest }) => digest), digests(two).slice(0, 1));
  assert.equal(second.receipt.url, `oci-archive:${path}`);
});

Deno.test("storeTarget(tarStore()) does not write the archive again when nothing is new", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app.tar");
  await publish(path, one, ["1.0"]);
  const before = await stateOf(path);
  const { receipt } = await publish(path, one, ["1.0"]);
  assert.deepEqual(receipt.uploaded, []);
  assert.deepEqual(await stateOf(path), before);
});

Deno.test("storeTarget(tarStore()) tells how far it is", async () => {
  await using directory = await tempDirectory();
  const context = testContext();
  const path = join(directory.path, "app.tar");
  await publish(path, one, [], context);
  const { digest, size } = one.manifest.descriptor;
  assert.ok(
    context.updates.some((update) =>
      update.item === `oci-archive:${path}@${digest}` && update.done === size && update.total === size
    ),
  );
});

/** An archive with an image layout in which `one` is tagged `1.0`, as other tools write it. */
async function foreignFiles(prefix = ""): Promise<TarFiles> {
  await using directory = await tempDirectory();
  const path = join(directory.path, "x.tar");
  await publish(path, one, ["1.0"]);
  return (await filesOf(path)).map(([name, content]) => [`${prefix}${name}`, content] as const);
}

const alongside: TarFiles = [["manifest.json", "[]"], ["notes/readme.txt", "hello"]];

const variants: readonly (readonly [string, () => Promise<TarFiles>, TarFiles])[] = [
  ["has ./ before its names", async () => [["./", ""], ...await foreignFiles("./")], []],
  ["comes in another order", async () => (await foreignFiles()).toReversed(), []],
  ["holds other files too", async () => [...await foreignFiles(), ...alongside], alongside],
  ["holds other files in another order", async () => [...alongside, ...(await foreignFiles()).toReversed()], alongside],
  ["has no directories", async () => (await foreignFiles()).filter(([name]) => !name.endsWith("/")), []],
];

for (const [state, files, more] of variants) {
  Deno.test(`storeTarget(tarStore()) adds to an archive when it ${state}`, async () => {
    await using directory = await tempDirectory();
    const [path, expected] = [join(directory.path, "app.tar"), join(directory.path, "expected.tar")];
    await Deno.writeFile(path, await tarOf(await files()));
    assert.equal(await target(path).resolve("1.0", testContext()), one.manifest.descriptor.digest);
    await publish(path, two, ["2.0"]);
    await publish(expected, one, ["1.0"]);
    await publish(expected, two, ["2.0"]);
    const found = await filesOf(path);
    const known = new Set(more.map(([name]) => name));
    assert.deepEqual(
      found.filter(([name]) => !known.has(name) && name !== "notes/"),
      await filesOf(expected),
    );
    const text = (content: string | Uint8Array): string => new TextDecoder().decode(content as Uint8Array);
    assert.deepEqual(found.filter(([name]) => known.has(name)).map(([name, bytes]) => [name, text(bytes)]), more);
    if (more.length === 0) assert.deepEqual(await Deno.readFile(path), await Deno.readFile(expected));
  });
}

const compressors: readonly (readonly [string, readonly string[]])[] = [
  ["gzip", ["gzip"]],
  ["zstd", ["zstd", "-q", "--rm"]],
];
const hasZstd = (await import("node:zlib")).constants.ZSTD_d_windowLogMax !== undefined;

for (const [name, [program = "", ...args]] of compressors) {
  toolTest(`storeTarget(tarStore()) adds to an archive when it is compressed with ${name}`, [program], async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "app.tar");
    await publish(path, one, ["1.0"]);
    await tool(program, [...args, path]);
    await Deno.rename(`${path}.${name === "gzip" ? "gz" : "zst"}`, path);
    if (name === "zstd" && !hasZstd) {
      await assert.rejects(publish(path, two, ["2.0"]), {
        message: `Cannot read "${path}" as a tar: it is compressed with zstd, which this version of Deno cannot undo`,
      });
      return;
    }
    const context = testContext();
    assert.equal(await target(path).resolve("1.0", context), one.manifest.descriptor.digest);
    await publish(path, one, ["1.0"], context);
    assert.deepEqual(context.warnings, []); // nothing has changed, so nothing is written
    await publish(path, two, ["2.0"], context);
    assert.deepEqual(context.warnings, [
      `"${path}" is compressed with ${name}, and is not when it is written again`,
    ]);
    const expected = join(directory.path, "expected.tar");
    await publish(expected, one, ["1.0"]);
    await publish(expected, two, ["2.0"]);
    assert.deepEqual(await Deno.readFile(path), await Deno.readFile(expected));
  });
}

const layer = one.archive.layers[0]?.descriptor.digest.slice(7) ?? "";
const damaged: readonly (readonly [string, () => Promise<Uint8Array>, RegExp])[] = [
  ["is empty", () => Promise.resolve(new Uint8Array()), /^Cannot read ".*" as a tar: it is empty$/],
  ["is a text", () => Promise.resolve(new TextEncoder().encode("hello".repeat(500))), /^Cannot read ".*" as a tar: /],
  [
    "is cut off",
    async () => (await tarOf(await foreignFiles())).slice(0, -1024),
    /^Cannot read ".*" as a tar: it ends too early$/,
  ],
  [
    "is a tar of something else",
    () => tarOf([["x", "y"]]),
    /^Cannot use ".*" as an OCI archive: it is a tar without oci-layout$/,
  ],
  [
    "has no index",
    async () => await tarOf((await foreignFiles()).filter(([name]) => name !== "index.json")),
    /^Cannot use ".*" as an OCI archive: it is a tar without index.json$/,
  ],
  [
    "has an index that is cut off",
    async () =>
      await tarOf((await foreignFiles()).map(([name, content]) => [name, name === "index.json" ? "{" : content])),
    /^Cannot use ".*" as an OCI archive: its index.json: it is not JSON$/,
  ],
  [
    "is of another version",
    async () =>
      await tarOf((await foreignFiles()).map(([name, content]) => [
        name,
        name === "oci-layout" ? `{"imageLayoutVersion":"1.1.0"}` : content,
      ])),
    /^Cannot use ".*" as an OCI archive: its oci-layout file says version "1.1.0", and only "1.0.0" is known$/,
  ],
  [
    "holds a damaged blob",
    async () =>
      await tarOf((await foreignFiles()).map(([name, content]) => [name, name.endsWith(layer) ? "onE" : content])),
    new RegExp(`^Cannot read sha256:${layer} in ".*": its digest is sha256:`),
  ],
  [
    "holds a name twice",
    async () => await tarOf([...await foreignFiles(), ["x", "1"], ["./x", "2"]]),
    /^Cannot use ".*" as an OCI archive: it holds "x" twice$/,
  ],
  [
    "holds a name that leads out of it",
    async () => await tarOf([...await foreignFiles(), ["../x", "1"]]),
    /^Cannot use ".*" as an OCI archive: the name "\.\.\/x" in it cannot be carried over$/,
  ],
];

for (const [state, bytes, message] of damaged) {
  Deno.test(`storeTarget(tarStore()) leaves a file alone when it ${state}`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "app.tar");
    await Deno.writeFile(path, await bytes());
    const before = await stateOf(path);
    await assert.rejects(publish(path, two, ["2.0"]), { message });
    assert.deepEqual(await stateOf(path), before);
    assert.deepEqual(await namesIn(directory.path), ["app.tar"]);
  });
}

toolTest("storeTarget(tarStore()) leaves a file alone when it holds a link", ["tar"], async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app.tar");
  await publish(path, one, ["1.0"]);
  await Deno.symlink("/etc/passwd", join(directory.path, "link"));
  await tool("tar", ["-rf", path, "-C", directory.path, "link"]);
  await assert.rejects(publish(path, two, ["2.0"]), {
    message: `Cannot use "${path}" as an OCI archive: "link" in it is a link or a device`,
  });
});

Deno.test("storeTarget(tarStore()) leaves a file alone when it holds a sparse file", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app.tar");
  await publish(path, one, ["1.0"]);
  const header = { name: "sparse", size: 1, pax: { "GNU.sparse.major": "1" } };
  const before = await Deno.readFile(path);
  const added = await collectBytes([before.subarray(0, -1024), await packTar([{ header, body: "x" }])]);
  await Deno.writeFile(path, added);
  await assert.rejects(publish(path, two, ["2.0"]), {
    message: `Cannot use "${path}" as an OCI archive: "sparse" in it is a sparse file`,
  });
  assert.deepEqual(await Deno.readFile(path), added);
});

Deno.test("storeTarget(tarStore()) refuses a path when it is a directory, or a link to nothing", async () => {
  await using directory = await tempDirectory();
  await assert.rejects(publish(directory.path, one, []), {
    message: `Cannot use "${directory.path}" as an OCI archive: it is a directory: write oci-layout:${directory.path}`,
  });
  const path = join(directory.path, "app.tar");
  await Deno.symlink("nowhere", path);
  await assert.rejects(publish(path, one, []), {
    message: `Cannot use "${path}" as an OCI archive: it is a link that leads nowhere`,
  });
});

Deno.test("storeTarget(tarStore()) replaces what a link leads to, and not the link", async () => {
  await using directory = await tempDirectory();
  const [path, link] = [join(directory.path, "app.tar"), join(directory.path, "link.tar")];
  await publish(path, one, ["1.0"]);
  await Deno.symlink(path, link);
  await publish(link, two, ["2.0"]);
  assert.equal((await Deno.lstat(link)).isSymlink, true);
  assert.equal(await target(path).resolve("2.0", testContext()), two.manifest.descriptor.digest);
});

const races: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
  ["made the archive", () => Promise.resolve()],
  ["replaced the archive", (path) => publish(path, sampleArtifact("zero"), ["0.0"])],
];

for (const [state, before] of races) {
  Deno.test(`storeTarget(tarStore()) keeps the tags of both when another process has ${state} in the meantime`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "app.tar");
    await before(path);
    const [first, second] = [target(path), target(path)];
    await first.upload(one, free("1.0", "latest"), testContext());
    await second.upload(two, free("2.0", "latest"), testContext());
    assert.deepEqual(await first.tag(one, free("1.0", "latest"), testContext()), [{ tag: "1.0" }, { tag: "latest" }]);
    assert.deepEqual(await second.tag(two, free("2.0", "latest"), testContext()), [
      { tag: "2.0" },
      { tag: "latest", from: one.manifest.descriptor.digest },
    ]);
    await Promise.all([first.discard(testContext()), second.discard(testContext())]);
    assert.equal(await second.resolve("1.0", testContext()), one.manifest.descriptor.digest);
    assert.equal(await second.resolve("latest", testContext()), two.manifest.descriptor.digest);
    assert.deepEqual(await namesIn(directory.path), ["app.tar"]);
  });
}

Deno.test("storeTarget(tarStore()) refuses to move an immutable tag that another process has set in the meantime", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app.tar");
  const tags = [{ name: "1.0", immutable: true }];
  const archive = target(path);
  await archive.upload(two, tags, testContext());
  await publish(path, one, ["1.0"]);
  await assert.rejects(archive.tag(two, tags, testContext()), { name: "TagExistsError" });
  await archive.discard(testContext());
  assert.equal(await archive.resolve("1.0", testContext()), one.manifest.descriptor.digest);
  assert.deepEqual(await namesIn(directory.path), ["app.tar"]);
});

Deno.test("storeTarget(tarStore()) leaves nothing behind when it is aborted", async () => {
  await using directory = await tempDirectory();
  const abort = new AbortController();
  const reason = new Error("interrupted");
  const [layer, ...layers] = one.archive.layers;
  assert.ok(layer);
  const interrupting: Content = {
    descriptor: layer.descriptor,
    open(): ReturnType<Content["open"]> {
      abort.abort(reason);
      return layer.open();
    },
  };
  const artifact = { ...one, archive: { ...one.archive, layers: [interrupting, ...layers] } };
  const archive = target(join(directory.path, "dist/app.tar"));
  await assert.rejects(archive.upload(artifact, [], testContext(abort.signal)), (error) => error === reason);
  await archive.discard(testContext());
  assert.deepEqual(await namesIn(directory.path), []);
});

mountTest("storeTarget(tarStore()) keeps the old archive when the disk is full", "256k", async (mount) => {
  const path = join(mount.path, "app.tar");
  await publish(path, one, ["1.0"]);
  const before = await stateOf(path);
  await assert.rejects(publish(path, sampleArtifact("x".repeat(500_000)), ["2.0"]), {
    message: `Cannot write "${path}": no space left on device`,
  });
  assert.deepEqual(await stateOf(path), before);
  assert.deepEqual(await namesIn(mount.path), [basename(path)]);
});

mountTest(
  "storeTarget(tarStore()) reads a read-only archive and says that it cannot be written",
  "256k",
  async (mount) => {
    const path = join(mount.path, "app.tar");
    await publish(path, one, ["1.0"]);
    await mount.makeReadOnly();
    assert.equal(await target(path).resolve("1.0", testContext()), one.manifest.descriptor.digest);
    await assert.rejects(publish(path, two, ["2.0"]), {
      message: `Cannot write "${path}": read-only file system`,
    });
    await assert.rejects(publish(join(mount.path, "new.tar"), two, ["2.0"]), {
      message: `Cannot write "${mount.path}/new.tar": read-only file system`,
    });
  },
);
