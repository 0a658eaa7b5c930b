import assert from "node:assert/strict";
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { NotFoundError, type Store, TagExistsError, UnsupportedError } from "../../src/store/store.ts";
import { RegistryError } from "../../src/registry/http/registry_error.ts";
import { registryStore } from "../../src/registry/store.ts";
import { errorAnswer } from "../support/fake_registry/answer.ts";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import { namesOf, putSample, sampleOf, textContent } from "../support/store_samples.ts";
import { testClient, testContext } from "./support.ts";

const sample = sampleOf("one");
const { digest } = sample.manifest.descriptor;

/** Gives a store in which a sample is tagged `1.0` and `1`. */
async function withStore(test: (store: Store, fake: FakeRegistry) => Promise<void>): Promise<void> {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const reference = { kind: "registry", host: fake.host, repository: "acme/app" } as const;
  await using store = registryStore({ reference, client, access: "delete" });
  await putSample(store, sample, ["1.0", "1"], testContext());
  fake.clearLog();
  await test(store, fake);
}

function deletionAnswers(fake: FakeRegistry, answer: () => Response): void {
  fake.fault({ method: "DELETE", times: Infinity, fault: { kind: "answer", answer } });
}

Deno.test("untag() says that the registry deletes no tags, in whatever words the registry does", async () => {
  for (
    const answer of [
      () => new Response("", { status: 405 }),
      () => errorAnswer(405, "UNSUPPORTED"),
      () => errorAnswer(400, "UNSUPPORTED"),
      () => errorAnswer(400, "DIGEST_INVALID"),
      () => errorAnswer(404, "MANIFEST_UNKNOWN"),
    ]
  ) {
    await withStore(async (store, fake) => {
      deletionAnswers(fake, answer);
      await assert.rejects(store.untag("1", testContext()), (error) => {
        assert.ok(error instanceof UnsupportedError);
        assert.match(
          error.message,
          /^Cannot delete .*1"?.*: the registry (?:deletes whole manifests, not tags|has it)/,
        );
        return true;
      });
      assert.deepEqual(await Array.fromAsync(store.tags(testContext())), ["1", "1.0"]);
    });
  }
});

Deno.test("untag() passes on what else the registry says", async () => {
  await withStore(async (store, fake) => {
    deletionAnswers(fake, () => errorAnswer(403, "DENIED"));
    await assert.rejects(store.untag("1", testContext()), RegistryError);
  });
});

Deno.test("untag() sends no deletion for a tag that is not there", async () => {
  await withStore(async (store, fake) => {
    await assert.rejects(store.untag("2", testContext()), NotFoundError);
    assert.ok(fake.requests.every(({ method }) => method !== "DELETE"));
  });
});

Deno.test("untag() takes away the tag and nothing else, and has nothing to say", async () => {
  await withStore(async (store) => {
    const context = testContext();
    await store.untag("1", context);
    assert.deepEqual(await Array.fromAsync(store.tags(context)), ["1.0"]);
    assert.deepEqual(context.log.lines.filter((line) => !line.startsWith("debug")), []);
  });
});

Deno.test("untag() warns when the registry has deleted the manifest with the tag", async () => {
  await withStore(async (store, fake) => {
    const repository = fake.repositories.get("acme/app") ?? assert.fail();
    deletionAnswers(fake, () => {
      repository.manifests.delete(digest);
      repository.tags.clear();
      return new Response(undefined, { status: 202 });
    });
    const context = testContext();
    await store.untag("1", context);
    assert.deepEqual(context.log.lines.filter((line) => line.startsWith("warn")), [
      `warn The registry has deleted ${store.url}@${digest} together with its tag 1: other tags of it are gone as well`,
    ]);
  });
});

Deno.test("deleteManifest() says that the registry deletes nothing", async () => {
  await withStore(async (store, fake) => {
    deletionAnswers(fake, () => errorAnswer(405, "UNSUPPORTED"));
    await assert.rejects(store.deleteManifest(digest, testContext()), {
      name: "UnsupportedError",
      message: `Cannot delete ${fake.host}/acme/app@${digest}: the registry deletes nothing`,
    });
  });
});

Deno.test("deleteManifest() loses no referrer when the registry deletes nothing", async () => {
  await using fake = startFakeRegistry({ referrers: false });
  using client = testClient(fake);
  const reference = { kind: "registry", host: fake.host, repository: "acme/app" } as const;
  await using store = registryStore({ reference, client, access: "delete" });
  const referrer = sampleOf("referrer", { subject: sample.manifest.descriptor });
  await putSample(store, sample, ["1.0"], testContext());
  await putSample(store, referrer, [], testContext());
  deletionAnswers(fake, () => errorAnswer(405, "UNSUPPORTED"));
  await assert.rejects(store.deleteManifest(referrer.manifest.descriptor.digest, testContext()), UnsupportedError);
  assert.equal((await store.referrers(digest, testContext())).length, 1);
});

Deno.test("deleteManifest() takes away a manifest that nobody can read", async () => {
  await withStore(async (store, fake) => {
    const repository = fake.repositories.get("acme/app") ?? assert.fail();
    const bytes = new TextEncoder().encode('{"schemaVersion":2,"config":"broken"}');
    const broken = digestOf(bytes);
    repository.manifests.set(broken, { digest: broken, mediaType: OCI_MANIFEST_MEDIA_TYPE, bytes });
    await store.deleteManifest(broken, testContext());
    assert.ok(!repository.manifests.has(broken));
  });
});

Deno.test("push() mounts a blob from another repository of the same registry, and from no other one", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const open = (repository: string): Store => {
    return registryStore({ reference: { kind: "registry", host: fake.host, repository }, client, access: "push" });
  };
  const [blob, other] = [textContent("mounted"), textContent("sent")];
  await open("acme/source").push(blob, testContext());
  await open("acme/source").push(other, testContext());
  // A client that has not seen the source.
  using second = testClient(fake);
  const target = registryStore({
    reference: { kind: "registry", host: fake.host, repository: "acme/target" },
    client: second,
    access: "push",
  });
  const mounted = await target.push({ ...blob, from: `oci://${fake.host}/acme/source` }, testContext());
  assert.deepEqual(mounted, { existed: true, bytesSent: 0 });
  fake.clearLog();
  const sent = await target.push({ ...other, from: "oci://elsewhere.example/acme/source" }, testContext());
  assert.equal(sent.existed, false);
  assert.deepEqual(fake.requests.filter(({ path }) => path.includes("mount=")), []);
});

Deno.test("tag() takes a manifest that is known by a sha512 digest", async () => {
  await withStore(async (store, fake) => {
    const long = digestOf(sample.stored.bytes, "sha512");
    const { mediaType, size } = sample.manifest.descriptor;
    await store.tag(
      { descriptor: { mediaType, digest: long, size }, bytes: sample.stored.bytes },
      namesOf(["2"]),
      testContext(),
    );
    assert.ok(fake.repositories.get("acme/app")?.tags.has("2"));
  });
});

Deno.test("tag() asks for each tag once and sets only what is not right", async () => {
  await withStore(async (store, fake) => {
    assert.deepEqual(await store.tag(sample.stored, namesOf(["1.0", "2.0"]), testContext()), [
      { tag: "1.0", from: digest },
      { tag: "2.0" },
    ]);
    const requests = fake.requests.map(({ method, path }) => `${method} ${path.split("/").at(-1)}`);
    assert.deepEqual(requests.filter((request) => request.startsWith("PUT")), ["PUT 2.0"]);
    assert.equal(requests.filter((request) => request === "HEAD 1.0").length, 1);
  });
});

Deno.test("tag() does not ask again for a tag that was found to be right", async () => {
  await withStore(async (store, fake) => {
    await store.resolve("1.0", testContext());
    fake.clearLog();
    const tags = [{ name: "1.0", immutable: true }];
    assert.deepEqual(await store.tag(sample.stored, tags, testContext()), [{ tag: "1.0", from: digest }]);
    assert.deepEqual(fake.requests, []);
    // What was known is old by now.
    await store.tag(sample.stored, tags, testContext());
    assert.equal(fake.requests.length, 1);
  });
});

Deno.test("tag() sees a tag that another run has set since it was looked for", async () => {
  await withStore(async (store, fake) => {
    const tags = [{ name: "2.0", immutable: true }];
    const other = sampleOf("two");
    await putSample(store, other, [], testContext());
    assert.equal(await store.resolve("2.0", testContext()), undefined);
    fake.repositories.get("acme/app")?.tags.set("2.0", digest);
    await assert.rejects(store.tag(other.stored, [...namesOf(["latest"]), ...tags], testContext()), TagExistsError);
    assert.equal(fake.repositories.get("acme/app")?.tags.has("latest"), false);
  });
});

Deno.test("tag() sets a tag again that was taken away meanwhile by the same store", async () => {
  await withStore(async (store, fake) => {
    await store.resolve("1", testContext());
    await store.untag("1", testContext());
    assert.deepEqual(await store.tag(sample.stored, namesOf(["1"]), testContext()), [{ tag: "1" }]);
    assert.equal(fake.repositories.get("acme/app")?.tags.get("1"), digest);
  });
});

Deno.test("isWhole() asks for the manifest alone, and for nothing when a tag was found to point to it", async () => {
  await withStore(async (store, fake) => {
    assert.equal(await store.isWhole(sample.manifest.descriptor, testContext()), true);
    assert.equal(fake.requests.length, 1);
    await store.resolve("1.0", testContext());
    fake.clearLog();
    assert.equal(await store.isWhole(sample.manifest.descriptor, testContext()), true);
    assert.deepEqual(fake.requests, []);
    assert.equal(await store.isWhole(sampleOf("two").manifest.descriptor, testContext()), false);
  });
});
