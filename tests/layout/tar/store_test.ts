import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Content } from "../../../src/oci/descriptor.ts";
import { type Store, TagExistsError } from "../../../src/store/store.ts";
import type { Context } from "../../../src/work/context.ts";
import { tarStore } from "../../../src/layout/tar/store.ts";
import { viewTar } from "../../../src/layout/tar/view.ts";
import { collectBytes } from "../../support/collect_bytes.ts";
import {
  goneContent,
  indexOf,
  namesOf,
  putSample,
  type Sample,
  sampleOf,
  textContent,
} from "../../support/store_samples.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { filesOf, tarOf } from "../tar_variants.ts";
import { testContext } from "../test_context.ts";

const context = testContext();
const [one, two] = [sampleOf("one"), sampleOf("two")];

const open = (path: string): Store => tarStore({ kind: "oci-archive", path });

/** Gives the path of a tar that holds the samples, each under a tag, or that is not there. */
async function withArchive(
  samples: Readonly<Record<string, Sample>>,
  test: (path: string, directory: string) => Promise<void>,
): Promise<void> {
  await using directory = await tempDirectory();
  const path = join(directory.path, "app.tar");
  if (Object.keys(samples).length > 0) {
    await using store = open(path);
    for (const [tag, sample] of Object.entries(samples)) await putSample(store, sample, [tag], context);
    await store.commit(context);
  }
  await test(path, directory.path);
}

async function namesIn(path: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
}

const blobNames = (...contents: readonly Content[]): readonly string[] =>
  contents.map(({ descriptor }) => `blobs/sha256/${descriptor.digest.slice("sha256:".length)}`).sort();

async function blobsOf(path: string): Promise<readonly string[]> {
  return (await filesOf(path)).map(([name]) => name).filter((name) => /^blobs\/sha256\/./.test(name)).sort();
}

Deno.test("tarStore() writes nothing before the commit, and opens each content once for it", async () => {
  await withArchive({}, async (path, directory) => {
    let opened = 0;
    const layer = textContent("layer");
    const counted: Content = {
      descriptor: layer.descriptor,
      open(): ReturnType<Content["open"]> {
        opened++;
        return layer.open();
      },
    };
    await using store = open(path);
    await store.push(counted, context);
    await putSample(store, one, ["1.0"], context);
    assert.deepEqual([opened, await namesIn(directory)], [0, []]);
    await store.commit(context);
    assert.deepEqual([opened, await namesIn(directory)], [1, ["app.tar"]]);
    await store.commit(context);
    assert.equal(opened, 1);
  });
});

Deno.test("tarStore() takes tags that come last, and lists them at the beginning of the tar", async () => {
  await withArchive({}, async (path) => {
    await using store = open(path);
    await putSample(store, one, [], context);
    await store.tag(one.stored, namesOf(["1.0", "latest"]), context);
    await store.commit(context);
    const [layout, index] = await filesOf(path);
    assert.deepEqual([layout?.[0], index?.[0]], ["oci-layout", "index.json"]);
    assert.deepEqual((await Array.fromAsync(store.tags(context))).sort(), ["1.0", "latest"]);
  });
});

Deno.test("prepare() writes the tar beside its path, once, and commit() gives it its name", async () => {
  await withArchive({}, async (path, directory) => {
    await using store = open(path);
    await putSample(store, one, ["1.0"], context);
    await store.prepare(context);
    const [partial = "", ...more] = await namesIn(directory);
    assert.deepEqual(more, []);
    assert.match(partial, /^app\.tar\.[0-9a-f-]{36}\.partial$/);
    await store.prepare(context);
    assert.deepEqual(await namesIn(directory), [partial]);
    const { ino } = await Deno.stat(join(directory, partial));
    assert.deepEqual(await store.commit(context), [{ tag: "1.0" }]);
    assert.deepEqual(await namesIn(directory), ["app.tar"]);
    assert.equal((await Deno.stat(path)).ino, ino);
  });
});

Deno.test("commit() writes the tar again when something has changed since prepare()", async () => {
  const more = textContent("more");
  const changes: readonly (readonly [change: (store: Store) => Promise<unknown>, tags: readonly string[]])[] = [
    [(store) => putSample(store, two, ["2.0"], context), ["1.0", "2.0"]],
    [(store) => store.tag(one.stored, namesOf(["2.0"]), context), ["1.0", "2.0"]],
    [(store) => store.push(more, context), ["1.0"]],
    [(store) => store.untag("1.0", context), []],
    [(store) => store.deleteManifest(one.manifest.descriptor.digest, context), []],
  ];
  for (const [at, [change, expected]] of changes.entries()) {
    await withArchive({}, async (path, directory) => {
      await using store = open(path);
      await putSample(store, one, ["1.0"], context);
      await store.prepare(context);
      await change(store);
      await store.commit(context);
      assert.deepEqual(await namesIn(directory), ["app.tar"]);
      assert.deepEqual((await Array.fromAsync(open(path).tags(context))).sort(), expected);
      assert.equal(await open(path).exists(more.descriptor, context), at === 2);
    });
  }
});

Deno.test("commit() says what tags pointed to when they became visible", async () => {
  await withArchive({}, async (path) => {
    await using store = open(path);
    await putSample(store, two, [], context);
    assert.deepEqual(await store.tag(two.stored, namesOf(["latest"]), context), [{ tag: "latest" }]);
    await store.prepare(context);
    {
      await using other = open(path);
      await putSample(other, one, ["latest"], context);
      await other.commit(context);
    }
    assert.deepEqual(await store.commit(context), [{ tag: "latest", from: one.manifest.descriptor.digest }]);
  });
});

Deno.test("tarStore() gives up what was not committed", async () => {
  await withArchive({ "1.0": one }, async (path, directory) => {
    const before = await Deno.readFile(path);
    {
      await using store = open(path);
      await putSample(store, two, ["2.0"], context);
      await store.untag("1.0", context);
      await store.prepare(context);
    }
    assert.deepEqual(await Deno.readFile(path), before);
    assert.deepEqual(await namesIn(directory), ["app.tar"]);
  });
});

Deno.test("tarStore() leaves the tar as it was when a content fails", async () => {
  await withArchive({ "1.0": one }, async (path, directory) => {
    const before = await Deno.readFile(path);
    await using store = open(path);
    await store.push(goneContent(), context);
    await assert.rejects(store.commit(context), /the source is gone/);
    assert.deepEqual(await Deno.readFile(path), before);
    assert.deepEqual(await namesIn(directory), ["app.tar"]);
  });
});

Deno.test("tarStore() keeps what another process has written in the meantime", async () => {
  await withArchive({ "1.0": one }, async (path) => {
    await using store = open(path);
    await putSample(store, two, ["2.0"], context);
    await store.untag("1.0", context);
    {
      await using other = open(path);
      await putSample(other, sampleOf("three"), ["3.0"], context);
      await other.commit(context);
    }
    assert.deepEqual((await Array.fromAsync(store.tags(context))).sort(), ["2.0", "3.0"]);
    await store.commit(context);
    assert.deepEqual((await Array.fromAsync(store.tags(context))).sort(), ["2.0", "3.0"]);
  });
});

Deno.test("tarStore() does not list what another process has taken away in the meantime", async () => {
  await withArchive({ "1.0": one, "2.0": two }, async (path) => {
    await using store = open(path);
    await store.tag(one.stored, namesOf(["stable"]), context);
    {
      await using other = open(path);
      await other.deleteManifest(one.manifest.descriptor.digest, context);
      await other.commit(context);
    }
    await assert.rejects(store.commit(context), {
      message: new RegExp(`^Cannot tag in "${path}": blob sha256:[0-9a-f]+ is no longer there$`),
    });
  });
});

Deno.test("tarStore() moves no tag that may not, whoever has set it in the meantime", async () => {
  await withArchive({ "1.0": one }, async (path) => {
    await using store = open(path);
    await putSample(store, two, [], context);
    await store.tag(two.stored, [{ name: "2.0", immutable: true }], context);
    {
      await using other = open(path);
      await other.tag(one.stored, namesOf(["2.0"]), context);
      await other.commit(context);
    }
    await assert.rejects(store.commit(context), TagExistsError);
    await using later = open(path);
    assert.equal((await later.resolve("2.0", context))?.digest, one.manifest.descriptor.digest);
  });
});

Deno.test("tarStore() reads no tar in which the index or the oci-layout file is there twice", async () => {
  await withArchive({ "1.0": one }, async (path) => {
    const files = await filesOf(path);
    const bytes = await tarOf(files);
    for (const name of ["index.json", "oci-layout"]) {
      const second = files.find(([each]) => each === name);
      assert.ok(second !== undefined);
      const doubled = await tarOf([...files, [`./${name}`, second[1]]]);
      for (const packed of [doubled, new Uint8Array(gzipSync(doubled))]) {
        await Deno.writeFile(path, packed);
        await using store = open(path);
        await assert.rejects(Array.fromAsync(store.tags(context)), {
          message: `Cannot use ${JSON.stringify(path)} as an OCI archive: it holds "${name}" twice`,
        });
      }
    }
    await Deno.writeFile(path, bytes);
    await using store = open(path);
    assert.deepEqual(await Array.fromAsync(store.tags(context)), ["1.0"]);
  });
});

Deno.test("deleteManifest() takes away what only that manifest needed", async () => {
  const shared = one.blobs[0] ?? assert.fail();
  await withArchive({ "1.0": one, "2.0": two }, async (path) => {
    assert.deepEqual(await blobsOf(path), blobNames(one.manifest, ...one.blobs, two.manifest, ...two.blobs.slice(1)));
    await using store = open(path);
    await store.deleteManifest(one.manifest.descriptor.digest, context);
    await store.commit(context);
    assert.deepEqual(await blobsOf(path), blobNames(shared, two.manifest, ...two.blobs.slice(1)));
  });
});

Deno.test("deleteManifest() leaves all content where something is listed that cannot be read", async () => {
  await withArchive({ "1.0": one, "2.0": two }, async (path) => {
    const files = (await filesOf(path)).filter(([name]) => !blobNames(two.manifest).includes(name));
    await Deno.writeFile(path, await tarOf(files));
    const before = await blobsOf(path);
    await using store = open(path);
    await store.deleteManifest(one.manifest.descriptor.digest, context);
    await store.commit(context);
    assert.deepEqual(await blobsOf(path), before);
    assert.equal(await store.resolve("1.0", context), undefined);
  });
});

Deno.test("deleteManifest() refuses a manifest that is a part of an index, and takes the index with its parts", async () => {
  await withArchive({}, async (path) => {
    const index = indexOf([one]);
    {
      await using store = open(path);
      for (const blob of one.blobs) await store.push(blob, context);
      await store.pushManifest(one.manifest, context);
      await putSample(store, index, ["1.0"], context);
      await store.commit(context);
      await assert.rejects(store.deleteManifest(one.manifest.descriptor.digest, context), {
        name: "UnsupportedError",
        message: `Cannot delete oci-archive:${path}@${one.manifest.descriptor.digest}: it is a part of an index`,
      });
      await store.deleteManifest(index.manifest.descriptor.digest, context);
      await store.commit(context);
    }
    assert.deepEqual(await blobsOf(path), []);
  });
});

const compressions = ["gzip"] as const;
for (const compression of compressions) {
  Deno.test(`tarStore() reads a tar that is compressed with ${compression}`, async () => {
    await withArchive({ "1.0": one, "2.0": two }, async (path) => {
      const stream = new Blob([await Deno.readFile(path)]).stream().pipeThrough(new CompressionStream(compression));
      await Deno.writeFile(path, await collectBytes(stream));
      await using store = open(path);
      assert.deepEqual((await store.fetchManifest("2.0", context))?.bytes, two.stored.bytes);
      for (const { descriptor, open } of two.blobs) {
        assert.deepEqual(await collectBytes(await store.fetch(descriptor, context)), await collectBytes(open()));
      }
    });
  });
}

Deno.test("tarStore() copies a compressed tar straight into the next one, unless its files are out of order", async () => {
  for (const isSorted of [true, false]) {
    await withArchive({ "1.0": one }, async (path) => {
      const files = await filesOf(path);
      await Deno.writeFile(path, gzipSync(await tarOf(isSorted ? files : files.toReversed())));
      let kept = 0;
      const keep: Context["scratch"]["keep"] = (...given) => (kept++, context.scratch.keep(...given));
      await using store = open(path);
      await putSample(store, two, ["2.0"], context);
      await store.commit({ ...context, scratch: { keep } });
      assert.equal(kept > 0, !isSorted);
      assert.deepEqual((await store.fetchManifest("1.0", context))?.bytes, one.stored.bytes);
    });
  }
});

Deno.test("tarStore() reads names with ./ before them, in any order", async () => {
  await withArchive({ "1.0": one }, async (path) => {
    const files = (await filesOf(path)).map(([name, content]) => [`./${name}`, content] as const).toReversed();
    await Deno.writeFile(path, await tarOf(files));
    await using store = open(path);
    assert.deepEqual((await store.fetchManifest("1.0", context))?.bytes, one.stored.bytes);
  });
});

Deno.test("tarStore() refuses a tar that holds a blob twice", async () => {
  await withArchive({ "1.0": one }, async (path) => {
    const files = await filesOf(path);
    const [blob] = blobNames(...one.blobs);
    await Deno.writeFile(path, await tarOf([...files, [blob ?? "", "other"]]));
    await using store = open(path);
    await assert.rejects(store.resolve("1.0", context), {
      message: `Cannot use "${path}" as an OCI archive: it holds "${blob}" twice`,
    });
  });
});

Deno.test("viewTar() reads nothing from a tar that has taken the place of the one it has looked into", async () => {
  await withArchive({ "1.0": one }, async (path) => {
    const view = await viewTar(path) ?? assert.fail();
    const { descriptor } = one.blobs[1] ?? assert.fail();
    assert.equal(new TextDecoder().decode(await collectBytes(view.read(descriptor))), "one");
    assert.equal(await view.isCurrent(), true);
    await Deno.copyFile(path, `${path}.new`);
    await Deno.rename(`${path}.new`, path);
    assert.equal(await view.isCurrent(), false);
    await assert.rejects(collectBytes(view.read(descriptor)), {
      message: `Cannot read "${path}": it was replaced meanwhile`,
    });
  });
});

Deno.test("deleteManifest() takes away nothing that another process has come to need in the same moment", async () => {
  const cousin = sampleOf("one", { annotations: { "org.example.of": "the same layer" } });
  await withArchive({ "1.0": one }, async (path, directory) => {
    const theirs = join(directory, "theirs.tar");
    await Deno.copyFile(path, theirs);
    {
      await using other = open(theirs);
      await putSample(other, cousin, ["2.0"], context);
      await other.commit(context);
    }
    await using store = open(path);
    await store.deleteManifest(one.manifest.descriptor.digest, context);
    let looks = 0;
    await store.commit({
      ...context,
      // It is asked for when the store begins to find out what is needed: the other process is done just then.
      get signal(): AbortSignal {
        if (looks++ === 0) Deno.renameSync(theirs, path);
        return context.signal;
      },
    });
    assert.ok(looks > 0);
    assert.equal(await store.resolve("1.0", context), undefined);
    assert.deepEqual(await blobsOf(path), blobNames(cousin.manifest, ...cousin.blobs));
  });
});
