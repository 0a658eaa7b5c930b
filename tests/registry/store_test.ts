import assert from "node:assert/strict";
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { NotFoundError, type Store, UnsupportedError } from "../../src/store/store.ts";
import { RegistryError } from "../../src/registry/http/registry_error.ts";
import { registryStore } from "../../src/registry/store.ts";
import { errorAnswer } from "../support/fake_registry_answer.ts";
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
  const mounted = await target.push(blob, testContext(), { from: `oci://${fake.host}/acme/source` });
  assert.deepEqual(mounted, { existed: true, bytesSent: 0 });
  fake.clearLog();
  const sent = await target.push(other, testContext(), { from: "oci://elsewhere.example/acme/source" });
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
