import assert from "node:assert/strict";
import { outgoing } from "../../../src/registry/http/outgoing.ts";

Deno.test("outgoing() blames no source for a connection that broke while it was read", async () => {
  const asked = Promise.withResolvers<void>();
  const part = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
  const source = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller): Promise<void> {
      asked.resolve();
      controller.enqueue(await part.promise);
    },
    // A source may have to end what it has begun.
    cancel: () => part.promise.then(() => {}),
  }, { highWaterMark: 0 });
  const sending = await outgoing({ size: 100_000, open: () => source });
  assert.ok(sending.body instanceof Blob);
  const reader = sending.body.stream().getReader();
  const reading = reader.read();
  await asked.promise;
  const broken = reader.cancel();
  part.resolve(new Uint8Array(100_000));
  await Promise.all([reading, broken]);
  await sending.close();
  assert.equal(sending.failure, undefined);
});
