/** What every store must do, whatever it is made of. */
import assert from "node:assert/strict";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { digestOf } from "../../src/oci/digest.ts";
import { MANIFEST_SIZE_LIMIT } from "../../src/oci/manifest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { NotFoundError, type Store, TagExistsError, UnsupportedError } from "../../src/store/store.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { indexOf, namesOf, putSample, sampleOf, textContent } from "../support/store_samples.ts";
import { testContext } from "../registry/support.ts";

/** A place that can be opened as a store again and again. */
export interface StorePlace extends AsyncDisposable {
  open(): Store | Promise<Store>;
  /** Whether a tag can be taken away; `true` when left out. */
  readonly untags?: boolean;
}

/** Declares the tests, each in a place of its own. */
export function storeConformance(
  name: string,
  makePlace: () => Promise<StorePlace>,
  declare: (name: string, body: () => Promise<void>) => void = (name, body) => Deno.test(name, body),
): void {
  for (const [what, body] of CASES) {
    declare(`${name} ${what}`, async () => {
      await using place = await makePlace();
      await body(place);
    });
  }
}

type Case = (place: StorePlace) => Promise<void>;

const context = testContext();

const CASES: readonly (readonly [what: string, body: Case])[] = [
  ["finds nothing in a new place", async (place) => {
    await using store = await place.open();
    const { manifest, blobs } = sampleOf("one");
    assert.equal(await store.resolve("1.0", context), undefined);
    assert.equal(await store.resolve(manifest.descriptor.digest, context), undefined);
    assert.equal(await store.fetchManifest("1.0", context), undefined);
    for (const { descriptor } of [manifest, ...blobs]) assert.equal(await store.exists(descriptor, context), false);
    assert.deepEqual(await store.referrers(manifest.descriptor.digest, context), []);
    await assert.rejects(Array.fromAsync(store.tags(context)));
    await assert.rejects(store.untag("1.0", context), NotFoundError);
    await assert.rejects(store.deleteManifest(manifest.descriptor.digest, context), NotFoundError);
  }],

  ["gives back what was pushed, at once and later", async (place) => {
    const sample = sampleOf("one");
    const { descriptor, bytes } = sample.stored;
    await written(place, async (store) => {
      await putSample(store, sample, ["1.0", "latest"], context);
    }, async (store) => {
      for (const name of ["1.0", "latest", descriptor.digest]) {
        const { mediaType, digest, size } = await store.resolve(name, context) ?? assert.fail(`no ${name}`);
        assert.deepEqual({ mediaType, digest, size }, descriptor);
        assert.deepEqual((await store.fetchManifest(name, context))?.bytes, bytes);
      }
      for (const content of [sample.manifest, ...sample.blobs]) {
        assert.equal(await store.exists(content.descriptor, context), true);
        const read = await collectBytes(await store.fetch(content.descriptor, context));
        assert.deepEqual(read, await collectBytes(content.open()));
      }
      assert.deepEqual(await tagsOf(store), ["1.0", "latest"]);
      assert.equal(await store.resolve("2.0", context), undefined);
    });
  }],

  ["knows what is there already", async (place) => {
    const [blob] = sampleOf("one").blobs;
    assert.ok(blob !== undefined);
    await written(place, async (store) => {
      const { existed, bytesSent } = await store.push(blob, context);
      assert.equal(existed, false);
      assert.ok(bytesSent >= blob.descriptor.size, `${bytesSent} bytes`);
      assert.deepEqual(await store.push(blob, context), { existed: true, bytesSent: 0 });
      await putSample(store, sampleOf("one"), ["1.0"], context);
    });
    await using again = await place.open();
    assert.deepEqual(await again.push(blob, context), { existed: true, bytesSent: 0 });
  }],

  ["takes the same things from many sides at once", async (place) => {
    const samples = Array.from({ length: 4 }, (_, at) => sampleOf(`layer ${at % 2}`));
    await written(place, async (store) => {
      await Promise.all(samples.map((sample, at) => putSample(store, sample, [`t${at}`, `u${at}`], context)));
    }, async (store) => {
      assert.deepEqual(await tagsOf(store), ["t0", "t1", "t2", "t3", "u0", "u1", "u2", "u3"]);
      assert.equal((await store.resolve("t0", context))?.digest, (await store.resolve("u2", context))?.digest);
    });
  }],

  ["takes an empty blob", async (place) => {
    const empty = textContent("");
    await written(place, async (store) => {
      await store.push(empty, context);
      await putSample(store, sampleOf("one"), ["1.0"], context);
    }, async (store) => {
      assert.equal(await store.exists(empty.descriptor, context), true);
      assert.equal((await collectBytes(await store.fetch(empty.descriptor, context))).byteLength, 0);
    });
  }],

  ["moves a tag, and keeps what it pointed to", async (place) => {
    const [one, two] = [sampleOf("one"), sampleOf("two")];
    await written(place, async (store) => {
      await putSample(store, one, ["edge"], context);
      await putSample(store, two, ["edge"], context);
    }, async (store) => {
      assert.equal((await store.resolve("edge", context))?.digest, two.manifest.descriptor.digest);
      assert.deepEqual((await store.fetchManifest(one.manifest.descriptor.digest, context))?.bytes, one.stored.bytes);
      assert.deepEqual(await tagsOf(store), ["edge"]);
    });
  }],

  ["says what tags pointed to before", async (place) => {
    const [one, two] = [sampleOf("one"), sampleOf("two")];
    const from = one.manifest.descriptor.digest;
    await written(place, (store) => putSample(store, one, ["edge"], context));
    await using store = await place.open();
    await putSample(store, two, [], context);
    const moved = [{ tag: "2.0" }, { tag: "edge", from }];
    assert.deepEqual(await store.tag(two.stored, namesOf(["2.0", "edge"]), context), moved);
    await store.prepare(context);
    assert.deepEqual(await store.commit(context), store.shownBy === "commit" ? moved : []);
    assert.deepEqual(await store.tag(two.stored, namesOf(["2.0"]), context), [
      { tag: "2.0", from: two.manifest.descriptor.digest },
    ]);
    assert.deepEqual(await store.tag(two.stored, [], context), []);
  }],

  ["moves no tag that may not, and sets no other one with it", async (place) => {
    const [one, two] = [sampleOf("one"), sampleOf("two")];
    const immutable = [{ name: "1.0", immutable: true }];
    await written(place, (store) => putSample(store, one, ["1.0"], context));
    await written(place, async (store) => {
      await putSample(store, two, [], context);
      await assert.rejects(store.tag(two.stored, [...namesOf(["latest"]), ...immutable], context), TagExistsError);
      assert.deepEqual(await store.tag(one.stored, immutable, context), [
        { tag: "1.0", from: one.manifest.descriptor.digest },
      ]);
    }, async (store) => {
      assert.deepEqual(await tagsOf(store), ["1.0"]);
      assert.equal((await store.resolve("1.0", context))?.digest, one.manifest.descriptor.digest);
    });
  }],

  ["shows tags when it says that it does", async (place) => {
    const sample = sampleOf("one");
    await using store = await place.open();
    await putSample(store, sample, [], context);
    const isShown = async (): Promise<boolean> => {
      await using other = await place.open();
      return await other.resolve("1.0", context) !== undefined;
    };
    await store.tag(sample.stored, namesOf(["1.0"]), context);
    assert.equal(await isShown(), store.shownBy === "tag");
    await store.prepare(context);
    assert.equal(await isShown(), store.shownBy === "tag");
    await store.commit(context);
    assert.equal(await isShown(), true);
  }],

  ["says of nothing that it is whole before it is there", async (place) => {
    const { blobs, manifest } = sampleOf("one");
    await using store = await place.open();
    for (const blob of blobs) await store.push(blob, context);
    assert.equal(await store.isWhole(manifest.descriptor, context), false);
  }],

  ["finds a manifest without a tag", async (place) => {
    const sample = sampleOf("one");
    await written(place, async (store) => {
      await putSample(store, sample, [], context);
    }, async (store) => {
      assert.deepEqual(
        (await store.fetchManifest(sample.manifest.descriptor.digest, context))?.bytes,
        sample.stored.bytes,
      );
    });
  }],

  ["lists many tags, each once", async (place) => {
    const tags = Array.from({ length: 250 }, (_, at) => `v${String(at).padStart(3, "0")}`);
    await written(place, async (store) => {
      await putSample(store, sampleOf("one"), tags, context);
    }, async (store) => {
      assert.deepEqual(await tagsOf(store), tags);
    });
  }],

  ["refuses content that is not what it is called, and does not keep it", async (place) => {
    const blob = textContent("right");
    const wrong = { descriptor: blob.descriptor, open: textContent("wrong").open };
    const short = { descriptor: blob.descriptor, open: textContent("r").open };
    for (const content of [wrong, short]) {
      await assert.rejects(written(place, async (store) => {
        await store.push(content, context);
      }));
      await using store = await place.open();
      assert.equal(await store.exists(blob.descriptor, context), false);
    }
  }],

  ["fails to read what is not there, or is not that", async (place) => {
    const sample = sampleOf("one");
    const { descriptor } = sample.blobs[1] ?? assert.fail();
    await written(place, async (store) => {
      await putSample(store, sample, ["1.0"], context);
    }, async (store) => {
      const missing = textContent("missing").descriptor;
      for (const wrong of [missing, { ...descriptor, size: descriptor.size - 1 }, { ...descriptor, size: 2 ** 40 }]) {
        await assert.rejects(async () => await collectBytes(await store.fetch(wrong, context)), JSON.stringify(wrong));
      }
      const manifest = { ...sample.manifest.descriptor, size: 1 };
      await assert.rejects(async () => await collectBytes(await store.fetch(manifest, context)));
    });
  }],

  ["finds the manifests of an index, and lists the index alone", async (place) => {
    const children = [sampleOf("arm"), sampleOf("intel")];
    const index = indexOf(children);
    await written(place, async (store) => {
      for (const { blobs, manifest } of children) {
        for (const blob of blobs) await store.push(blob, context);
        await store.pushManifest(manifest, context);
      }
      await putSample(store, index, ["1.0"], context);
    }, async (store) => {
      assert.deepEqual((await store.fetchManifest("1.0", context))?.bytes, index.stored.bytes);
      for (const { manifest, stored } of children) {
        assert.deepEqual((await store.fetchManifest(manifest.descriptor.digest, context))?.bytes, stored.bytes);
      }
      assert.deepEqual(await tagsOf(store), ["1.0"]);
    });
  }],

  ["finds a manifest of an index although the same bytes are a layer of another one", async (place) => {
    const child = sampleOf("child");
    const keeper = sampleOf(new TextDecoder().decode(child.stored.bytes));
    const index = indexOf([keeper, child]);
    await written(place, async (store) => {
      for (const { blobs, manifest } of [child, keeper]) {
        for (const blob of blobs) await store.push(blob, context);
        await store.pushManifest(manifest, context);
      }
      await putSample(store, index, ["1.0"], context);
    }, async (store) => {
      const { digest } = child.manifest.descriptor;
      assert.deepEqual((await store.fetchManifest(digest, context))?.bytes, child.stored.bytes);
    });
  }],

  ["lists referrers with their types and annotations, sorted by digest", async (place) => {
    const subject = sampleOf("subject");
    const { descriptor } = subject.manifest;
    const annotations = { "org.example.signer": "me" };
    const signature = sampleOf("signature", { subject: descriptor, artifactType: "application/sig", annotations });
    const sbom = indexOf([], { subject: descriptor, artifactType: "application/sbom" });
    const nested = sampleOf("nested", { subject: signature.manifest.descriptor });
    const other = sampleOf("other", { subject: textContent("somewhere else", OCI_MANIFEST_MEDIA_TYPE).descriptor });
    await written(place, async (store) => {
      await putSample(store, subject, ["1.0"], context);
      for (const { blobs, manifest } of [signature, sbom, nested, other]) {
        for (const blob of blobs) await store.push(blob, context);
        await store.pushManifest(manifest, context);
        await store.pushManifest(manifest, context);
      }
    }, async (store) => {
      const expected: readonly Descriptor[] = [
        { ...signature.manifest.descriptor, artifactType: "application/sig", annotations },
        { ...sbom.manifest.descriptor, artifactType: "application/sbom" },
      ];
      assert.deepEqual(
        await store.referrers(descriptor.digest, context),
        expected.toSorted((a, b) => a.digest < b.digest ? -1 : 1),
      );
      const [inner, ...more] = await store.referrers(signature.manifest.descriptor.digest, context);
      assert.deepEqual([inner?.digest, more], [nested.manifest.descriptor.digest, []]);
      assert.deepEqual(await store.referrers(nested.manifest.descriptor.digest, context), []);
    });
  }],

  ["takes a tag away, and no other", async (place) => {
    const sample = sampleOf("one");
    await written(place, async (store) => {
      await putSample(store, sample, ["1.0", "1", "latest"], context);
    });
    if (place.untags === false) {
      await using store = await place.open();
      await assert.rejects(store.untag("1", context), UnsupportedError);
      assert.deepEqual(await tagsOf(store), ["1", "1.0", "latest"]);
      return;
    }
    await written(place, async (store) => {
      await store.untag("1", context);
      await assert.rejects(store.untag("1", context), NotFoundError);
      await assert.rejects(store.untag("2", context), NotFoundError);
    }, async (store) => {
      assert.deepEqual(await tagsOf(store), ["1.0", "latest"]);
      assert.equal(await store.resolve("1", context), undefined);
      assert.deepEqual((await store.fetchManifest("latest", context))?.bytes, sample.stored.bytes);
    });
  }],

  ["takes no tag away that has moved", async (place) => {
    const [one, two] = [sampleOf("one"), sampleOf("two")];
    await written(place, async (store) => {
      await putSample(store, one, ["edge"], context);
      await putSample(store, two, ["edge"], context);
    });
    await assert.rejects(
      written(place, async (store) => {
        await store.untag("edge", context, { from: one.manifest.descriptor.digest });
      }),
      /^Error: Cannot delete .*:edge: it has moved meanwhile, to sha256:/,
    );
    await using store = await place.open();
    assert.deepEqual(await tagsOf(store), ["edge"]);
    if (place.untags === false) return;
    await store.untag("edge", context, { from: two.manifest.descriptor.digest });
    await store.commit(context);
    assert.deepEqual(await tagsOf(store), []);
  }],

  ["takes a manifest away with all of its tags, and leaves the others whole", async (place) => {
    const [one, two] = [sampleOf("one"), sampleOf("two")];
    await written(place, async (store) => {
      await putSample(store, one, ["1.0", "old"], context);
      await putSample(store, two, ["2.0"], context);
    });
    const { digest } = one.manifest.descriptor;
    await written(place, async (store) => {
      await store.deleteManifest(digest, context);
      await assert.rejects(store.deleteManifest(digest, context), NotFoundError);
    }, async (store) => {
      assert.equal(await store.resolve(digest, context), undefined);
      assert.equal(await store.resolve("old", context), undefined);
      assert.deepEqual(await tagsOf(store), ["2.0"]);
      assert.deepEqual((await store.fetchManifest("2.0", context))?.bytes, two.stored.bytes);
      for (const { descriptor } of two.blobs) await collectBytes(await store.fetch(descriptor, context));
    });
  }],

  ["forgets a referrer that was deleted", async (place) => {
    const subject = sampleOf("subject");
    const options = { subject: subject.manifest.descriptor };
    const [bad, good] = [sampleOf("bad", options), sampleOf("good", options)];
    await written(place, async (store) => {
      await putSample(store, subject, ["1.0"], context);
      for (const sample of [bad, good]) await putSample(store, sample, [], context);
    });
    await written(place, async (store) => {
      await store.deleteManifest(bad.manifest.descriptor.digest, context);
    }, async (store) => {
      const referrers = await store.referrers(subject.manifest.descriptor.digest, context);
      assert.deepEqual(referrers.map(({ digest }) => digest), [good.manifest.descriptor.digest]);
    });
  }],

  ["refuses what is no manifest, and what is too large for one", async (place) => {
    await using store = await place.open();
    await assert.rejects(store.pushManifest(textContent("{}", OCI_MANIFEST_MEDIA_TYPE), context), SyntaxError);
    const bytes = new TextEncoder().encode(`{"schemaVersion":2,"x":"${"x".repeat(MANIFEST_SIZE_LIMIT)}"}`);
    const descriptor = { mediaType: OCI_MANIFEST_MEDIA_TYPE, digest: digestOf(bytes), size: bytes.byteLength };
    await assert.rejects(
      store.pushManifest({ descriptor, open: () => new Blob([bytes]).stream() }, context),
      RangeError,
    );
  }],
];

/** Changes a place, and looks at it in the same store before the commit and after it, and in another one. */
async function written(
  place: StorePlace,
  write: (store: Store) => Promise<void>,
  check: (store: Store) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  {
    await using store = await place.open();
    await write(store);
    await check(store);
    await store.commit(context);
    await check(store);
  }
  await using later = await place.open();
  await check(later);
}

async function tagsOf(store: Store): Promise<readonly string[]> {
  return (await Array.fromAsync(store.tags(context))).sort();
}
