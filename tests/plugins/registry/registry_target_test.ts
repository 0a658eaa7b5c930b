import assert from "node:assert/strict";
import type { RegistryReference } from "../../../src/oci/reference.ts";
import { registry } from "../../../src/plugins/registry/registry_target.ts";
import { startFakeRegistry } from "../../support/fake_registry.ts";
import { testArtifact, testClient, testContext, textContent } from "./support.ts";

const TAGS = [{ name: "1.0.0", immutable: true }, { name: "latest", immutable: false }];

function reference(host: string): RegistryReference {
  return { kind: "registry", host, repository: "acme/app" };
}

Deno.test("registry() publishes blobs, then the manifest by digest, then the tags", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const target = registry({ reference: reference(fake.host), client });
  const context = testContext();
  const artifact = testArtifact(textContent("one"), textContent("two"), textContent("one"));

  assert.equal(await target.resolve("1.0.0", context), undefined);
  const receipt = await target.upload(artifact, TAGS, context);
  assert.equal(receipt.url, `oci://${fake.host}/acme/app`);
  assert.equal(receipt.uploaded.length, 4);
  assert.deepEqual(receipt.existing, []);
  // The config is sent twice: the registry did not want it in the first request.
  assert.equal(receipt.bytesSent, 3 + 3 + 2 + 2 + artifact.manifest.descriptor.size);
  assert.equal(fake.repositories.get("acme/app")?.tags.size, 0);

  const digest = artifact.manifest.descriptor.digest;
  assert.deepEqual(await target.tag(artifact, TAGS, context), [{ tag: "1.0.0" }, { tag: "latest" }]);
  assert.deepEqual([...fake.repositories.get("acme/app")?.tags ?? []], [["1.0.0", digest], ["latest", digest]]);
  assert.equal(await target.resolve("1.0.0", context), digest);
});

Deno.test("registry() sends nothing when everything is there", async () => {
  await using fake = startFakeRegistry();
  using client = testClient(fake);
  const target = registry({ reference: reference(fake.host), client });
  const context = testContext();
  const artifact = testArtifact(textContent("one"));
  await target.upload(artifact, TAGS, context);
  await target.tag(artifact, TAGS, context);
  fake.clearLog();

  const receipt = await target.upload(artifact, TAGS, context);
  assert.deepEqual(receipt.uploaded, []);
  assert.equal(receipt.existing.length, 3);
  assert.equal(receipt.bytesSent, 0);
  assert.equal(fake.requests.length, 1);
  const { digest } = artifact.manifest.descriptor;
  assert.deepEqual(await target.tag(artifact, TAGS, context), [
    { tag: "1.0.0", from: digest },
    { tag: "latest", from: digest },
  ]);
  assert.equal(fake.requests.every(({ method }) => method === "HEAD"), true);
});
