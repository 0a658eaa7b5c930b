import assert from "node:assert/strict";
import { createHost } from "../../src/host/create_host.ts";
import { testContext } from "../layout/test_context.ts";
import { fileEntry } from "../pipeline/fakes.ts";

const HOST = createHost({ version: "1.2.3", mode: "run", env: () => undefined });

Deno.test("createHost() packs the same layer whenever it is asked, and describes it as it is told", async () => {
  const entries = [fileEntry("a"), fileEntry("b", "text")];
  const one = await HOST.layer(entries, {}, testContext());
  const two = await HOST.layer(entries, { mediaType: "application/vnd.x", annotations: { a: "b" } }, testContext());
  assert.equal(one.descriptor.mediaType, "application/vnd.oci.image.layer.v1.tar+gzip");
  assert.deepEqual(two.descriptor, { ...one.descriptor, mediaType: "application/vnd.x", annotations: { a: "b" } });
});

Deno.test("createHost() has timers that elapse, and that can be stopped", async () => {
  const elapsed = Promise.withResolvers<void>();
  const alive = setInterval(() => {}, 1);
  const stop = HOST.timer(1, () => assert.fail("it was stopped"));
  stop();
  const never = HOST.timer(Infinity, () => assert.fail("that was no time at all"));
  HOST.timer(2, () => elapsed.resolve());
  await elapsed.promise;
  clearInterval(alive);
  never();
});
