import assert from "node:assert/strict";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import { collectBytes } from "../support/collect_bytes.ts";

const ABC = new TextEncoder().encode("abc");
const ABC_DIGEST = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

Deno.test("bytesContent() describes the bytes", () => {
  assert.deepEqual(bytesContent("text/plain", ABC).descriptor, {
    mediaType: "text/plain",
    digest: ABC_DIGEST,
    size: 3,
  });
});

Deno.test("bytesContent() keeps further fields of the descriptor", () => {
  const more = { artifactType: "application/vnd.example.v1", annotations: { a: "b" } };
  assert.deepEqual(bytesContent("text/plain", ABC, more).descriptor, {
    mediaType: "text/plain",
    digest: ABC_DIGEST,
    size: 3,
    ...more,
  });
});

Deno.test("bytesContent() can be read again and again, also when a reader stopped early", async () => {
  const content = bytesContent("text/plain", ABC);
  await content.open().cancel();
  for (let time = 0; time < 2; time++) {
    assert.equal(await new Response(content.open()).text(), "abc");
  }
});

Deno.test("bytesContent() gives a stream that ends at once when there are no bytes", async () => {
  const content = bytesContent("text/plain", new Uint8Array());
  assert.equal(content.descriptor.size, 0);
  assert.equal(content.descriptor.digest, "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert.deepEqual(await Array.fromAsync(content.open()), []);
});

Deno.test("bytesContent() gives each reader bytes of its own", async () => {
  const content = bytesContent("text/plain", new TextEncoder().encode("as it was"));
  for await (const piece of content.open()) piece.fill(0);
  assert.equal(new TextDecoder().decode(await collectBytes(content.open())), "as it was");
});
