import assert from "node:assert/strict";
import { readContent } from "../../src/oci/bytes_content.ts";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { EMPTY_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { type Digest, digestHex } from "../../src/oci/digest.ts";
import { readGraph } from "../../src/store/graph.ts";
import type { Context } from "../../src/work/context.ts";
import { copyGraph, tagGraph } from "../../src/store/copy.ts";
import { NotFoundError, type Store, type StoredManifest } from "../../src/store/store.ts";
import { createScratch } from "../../src/system/scratch.ts";
import { testContext } from "../registry/support.ts";
import { type MemoryPlace, memoryPlace, memoryStore } from "../support/memory_store.ts";
import { indexOf, putSample, type Sample, sampleOf, textContent } from "../support/store_samples.ts";

Deno.test("copyGraph() copies indexes with everything in them, and what refers to any of it (ref/recursive-copy)", async () => {
  await withScratch(async (context) => {
    const { place, all } = await nested(context);
    for (const concurrency of [1, 3, 100]) {
      const to = memoryPlace();
      await copy(place, to, { referrers: true, concurrency }, context);
      assert.deepEqual([...to.manifests.keys()].sort(), digests(all));
      assert.deepEqual([...to.blobs.keys()].sort(), [...place.blobs.keys()].sort());
      assert.deepEqual(Object.fromEntries(to.tags), Object.fromEntries(place.tags));
    }
  });
});

Deno.test("copyGraph() copies what a descriptor carries, and its source lacks", async () => {
  await withScratch(async (context) => {
    const { descriptor } = textContent("{}", EMPTY_MEDIA_TYPE);
    const part = { ...descriptor, data: btoa("{}") };
    const manifest = textContent(
      JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST_MEDIA_TYPE, config: part, layers: [part] }),
      OCI_MANIFEST_MEDIA_TYPE,
    );
    const [place, to] = [memoryPlace(), memoryPlace()];
    const stored = { descriptor: manifest.descriptor, bytes: await readContent(manifest) };
    place.manifests.set(manifest.descriptor.digest, stored);
    place.tags.set("1.0", manifest.descriptor.digest);
    await copy(place, to, { referrers: false }, context);
    assert.deepEqual([...to.blobs.keys()], [descriptor.digest]);
  });
});

Deno.test("copyGraph() leaves out what refers to it unless asked", async () => {
  await withScratch(async (context) => {
    const { place, own } = await nested(context);
    const to = memoryPlace();
    await copy(place, to, { referrers: false }, context);
    assert.deepEqual([...to.manifests.keys()].sort(), digests(own));
    assert.deepEqual([...to.tags.keys()], ["1.0"]);
  });
});

Deno.test("copyGraph() pushes everything before what needs it, each digest once (conc/dedupe-inflight)", async () => {
  await withScratch(async (context) => {
    const shared = Array.from({ length: 10 }, (_, at) => {
      return sampleOf("the same layer", { annotations: { number: String(at) } });
    });
    const inner = indexOf(shared.slice(0, 5));
    const outer = indexOf([inner, ...shared]);
    const place = memoryPlace();
    for (const each of [...shared, inner]) await putSample(memoryStore(place), each, [], context);
    await putSample(memoryStore(place), outer, ["1.0"], context);
    const log: string[] = [];
    const read: string[] = [];
    const destination = spied(memoryStore(), log);
    const source = {
      ...memoryStore(place),
      fetchManifest: (name: string, context: Context) => {
        read.push(name);
        return memoryStore(place).fetchManifest(name, context);
      },
    };
    const graph = await readGraph(source, ["1.0"], { referrers: false, concurrency: 8 }, context);
    await copyGraph(graph, { source, destination, concurrency: 8 }, context);
    await tagGraph(
      graph,
      new Map([[outer.manifest.descriptor.digest, ["1.0"]]]),
      { destination, concurrency: 8 },
      context,
    );
    const names = new Map([[digestOf(inner), "inner"], [digestOf(outer), "outer"]]);
    const order = log.map((line) => {
      const [verb = "", digest = ""] = line.split(" ");
      return `${verb} ${names.get(digest as Digest) ?? "part"}`;
    });
    assert.deepEqual(order, [
      ...Array.from({ length: 2 }, () => "push part"),
      ...Array.from({ length: 10 }, () => "manifest part"),
      "manifest inner",
      "manifest outer",
      "tag outer",
    ]);
    assert.equal(read.length, 12, "each manifest is read once");
  });
});

Deno.test("copyGraph() sends nothing that is there", async () => {
  await withScratch(async (context) => {
    const { place } = await nested(context);
    const to = memoryPlace();
    const first = await copy(place, to, { referrers: false }, context);
    assert.deepEqual([first.existing, first.uploaded], [0, 7]);
    assert.deepEqual(await copy(place, to, { referrers: false }, context), { uploaded: 0, existing: 7, bytesSent: 0 });
  });
});

Deno.test("copyGraph() stops with the first error, and tags nothing (conc/first-error-cancels)", async () => {
  await withScratch(async (context) => {
    const { place } = await nested(context);
    const root = new Error("disk full");
    let pushes = 0;
    const destination: Store = {
      ...memoryStore(),
      push: () => {
        pushes++;
        return Promise.reject(root);
      },
      pushManifest: () => assert.fail("a manifest was pushed"),
    };
    const source = memoryStore(place);
    const graph = await readGraph(source, ["1.0"], { referrers: true, concurrency: 1 }, context);
    await assert.rejects(copyGraph(graph, { source, destination, concurrency: 1 }, context), (error) => error === root);
    assert.equal(pushes, 1);
  });
});

Deno.test("readGraph() names the manifest that an index has lost", async () => {
  await withScratch(async (context) => {
    const { place, own: [, child] } = await nested(context);
    assert.ok(child !== undefined);
    place.manifests.delete(digestOf(child));
    await assert.rejects(
      readGraph(memoryStore(place), ["1.0"], { referrers: false, concurrency: 2 }, context),
      new RegExp(`@${digestOf(child)} is a part of the index sha256:[0-9a-f]+, and is not there$`),
    );
  });
});

Deno.test("readGraph() says that there is no such tag", async () => {
  await withScratch(async (context) => {
    const reading = readGraph(memoryStore(), ["2.0"], { referrers: false, concurrency: 1 }, context);
    await assert.rejects(reading, NotFoundError);
  });
});

Deno.test("readGraph() refuses a manifest of another size than its index says", async () => {
  await withScratch(async (context) => {
    const child = sampleOf("child");
    const { descriptor } = child.manifest;
    const lying = {
      ...child,
      manifest: { ...child.manifest, descriptor: { ...descriptor, size: descriptor.size + 1 } },
    };
    const place = memoryPlace();
    await putSample(memoryStore(place), child, [], context);
    await putSample(memoryStore(place), indexOf([lying]), ["1.0"], context);
    await assert.rejects(
      readGraph(memoryStore(place), ["1.0"], { referrers: false, concurrency: 1 }, context),
      /bytes, it should have/,
    );
  });
});

Deno.test("readGraph() says that it does not read an old kind of manifest in an index", async () => {
  await withScratch(async (context) => {
    const { manifest, ...rest } = sampleOf("child");
    const descriptor = { ...manifest.descriptor, mediaType: "application/vnd.oci.artifact.manifest.v1+json" };
    const place = memoryPlace();
    await putSample(memoryStore(place), sampleOf("child"), [], context);
    await putSample(
      memoryStore(place),
      indexOf([{ ...rest, manifest: { ...manifest, descriptor } }]),
      ["1.0"],
      context,
    );
    await assert.rejects(
      readGraph(memoryStore(place), ["1.0"], { referrers: false, concurrency: 1 }, context),
      /^TypeError: Cannot read manifest sha256:\w+: "application\/vnd\.oci\.artifact\.manifest\.v1\+json" is not a kind/,
    );
  });
});

Deno.test("readGraph() lists roots in the order in which they are asked for, whatever comes first", async () => {
  await withScratch(async (context) => {
    const place = memoryPlace();
    await putSample(memoryStore(place), sampleOf("slow"), ["2.0"], context);
    await putSample(memoryStore(place), sampleOf("fast"), ["1.0"], context);
    const isFast = Promise.withResolvers<void>();
    const source = {
      ...memoryStore(place),
      async fetchManifest(name: string, context: Context): ReturnType<Store["fetchManifest"]> {
        if (name === "2.0") await isFast.promise;
        else queueMicrotask(isFast.resolve);
        return await memoryStore(place).fetchManifest(name, context);
      },
    };
    const { roots } = await readGraph(source, ["2.0", "1.0"], { referrers: false, concurrency: 2 }, context);
    assert.deepEqual([...roots.keys()], ["2.0", "1.0"]);
  });
});

Deno.test("readGraph() names what is listed as a referrer and is none, or is gone", async () => {
  await withScratch(async (context) => {
    const [subject, other, gone] = [sampleOf("subject"), sampleOf("other"), sampleOf("gone")];
    const place = memoryPlace();
    for (const each of [subject, other]) await putSample(memoryStore(place), each, ["1.0"], context);
    const source = {
      ...memoryStore(place),
      referrers: () => Promise.resolve([other, gone].map(({ manifest }) => manifest.descriptor)),
    };
    const options = { referrers: true, concurrency: 1 };
    await assert.rejects(readGraph(source, [digestOf(subject)], options, context), /^Error: Cannot read everything: /);
    const gaps: string[] = [];
    const onMissing = (gap: string): void => void gaps.push(gap);
    const graph = await readGraph(source, [digestOf(subject)], { ...options, onMissing }, context);
    assert.deepEqual(graph.manifests.flat().map(({ content }) => content.descriptor.digest), [digestOf(subject)]);
    const listed = `is listed as a referrer of ${digestOf(subject)}`;
    assert.deepEqual(gaps, [
      `${source.url}@${digestOf(other)} ${listed}, and is none`,
      `${source.url}@${digestOf(gone)} ${listed}, and is not there`,
    ]);
  });
});

/** An index in an index, a referrer of each level and of a referrer, and cosign's tags that go round in a circle. */
async function nested(
  context: Context,
): Promise<{ readonly place: MemoryPlace; readonly own: readonly Sample[]; readonly all: readonly Sample[] }> {
  const place = memoryPlace();
  const store = memoryStore(place);
  const [one, two] = [sampleOf("one"), sampleOf("two")];
  const inner = indexOf([two]);
  const outer = indexOf([one, inner]);
  const signature = sampleOf("signature", { subject: one.manifest.descriptor });
  const bundle = indexOf([sampleOf("in the bundle")], { subject: inner.manifest.descriptor });
  const onSignature = sampleOf("signature of a signature", { subject: signature.manifest.descriptor });
  const cosign = sampleOf("cosign");
  const own = [outer, one, inner, two];
  const all = [...own, signature, bundle, sampleOf("in the bundle"), onSignature, cosign];
  for (const each of all) await putSample(store, each, [], context);
  await putSample(store, outer, ["1.0"], context);
  await putSample(store, cosign, [`sha256-${digestHex(digestOf(two))}.sig`], context);
  await putSample(store, outer, [`sha256-${digestHex(digestOf(cosign))}.att`], context);
  return { place, own, all };
}

async function copy(
  from: MemoryPlace,
  to: MemoryPlace,
  { referrers, concurrency = 4 }: { readonly referrers: boolean; readonly concurrency?: number },
  context: Context,
): ReturnType<typeof copyGraph> {
  const [source, destination] = [memoryStore(from), memoryStore(to)];
  const graph = await readGraph(source, ["1.0"], { referrers, concurrency }, context);
  const copied = await copyGraph(graph, { source, destination, concurrency }, context);
  const tags = new Map([...graph.roots].map(([name, { digest }]) => [digest, [name]]));
  await tagGraph(graph, tags, { destination, concurrency }, context);
  return copied;
}

function spied(store: Store, log: string[]): Store {
  return {
    ...store,
    push: (blob, ...more) => {
      log.push(`push ${blob.descriptor.digest}`);
      return store.push(blob, ...more);
    },
    pushManifest: (manifest, context) => {
      log.push(`manifest ${manifest.descriptor.digest}`);
      return store.pushManifest(manifest, context);
    },
    tag: (manifest, tags, context) => {
      log.push(`tag ${manifest.descriptor.digest}`);
      return store.tag(manifest, tags, context);
    },
  };
}

async function withScratch(body: (context: ReturnType<typeof testContext>) => Promise<void>): Promise<void> {
  await using scratch = createScratch();
  await body({ ...testContext(), scratch });
}

function digestOf({ manifest }: Sample): Digest {
  return manifest.descriptor.digest;
}

function digests(samples: readonly Sample[]): readonly Digest[] {
  return samples.map(digestOf).sort();
}

Deno.test("readGraph() ends at manifests that are too much together, and not at one that is large", async () => {
  await withScratch(async (context) => {
    const large = 200 * 1024 * 1024;
    const parts = ["a", "b", "c"].map((name) => sampleOf(name));
    const root = indexOf(parts);
    const place = memoryPlace();
    for (const each of [...parts, root]) await putSample(memoryStore(place), each, ["x"], context);
    // The store and the index agree on sizes that nobody has room for.
    const claimed = (descriptor: Descriptor): Descriptor => ({ ...descriptor, size: large });
    const source = {
      ...memoryStore(place),
      async fetchManifest(name: string, inner: Context): Promise<StoredManifest | undefined> {
        const stored = await memoryStore(place).fetchManifest(name, inner);
        if (stored === undefined || stored.descriptor.digest !== digestOf(root)) {
          return stored && { ...stored, descriptor: claimed(stored.descriptor) };
        }
        const index = JSON.parse(new TextDecoder().decode(stored.bytes));
        index.manifests = index.manifests.map(claimed);
        const bytes = new TextEncoder().encode(JSON.stringify(index));
        return { bytes, descriptor: { ...stored.descriptor, size: bytes.byteLength } };
      },
    };
    const options = { referrers: false, concurrency: 1 };
    assert.equal((await readGraph(source, [digestOf(parts[0] ?? root)], options, context)).roots.size, 1);
    await assert.rejects(readGraph(source, ["x"], options, context), {
      name: "RangeError",
      message: "Cannot read oci://memory.test/app: what is asked for leads to more than 536870912 bytes of manifests",
    });
  });
});
