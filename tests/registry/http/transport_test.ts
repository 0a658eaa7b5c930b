import assert from "node:assert/strict";
import { bytesBody } from "../../../src/registry/http/transport.ts";
import { collectBytes } from "../../support/collect_bytes.ts";

for (const size of [0, 1, 1000]) {
  Deno.test(`bytesBody() gives ${size} bytes, as often as they are read`, async () => {
    const bytes = new Uint8Array(size).fill(7);
    const body = bytesBody(bytes);
    assert.equal(body.size, size);
    for (let count = 0; count < 2; count++) assert.deepEqual(await collectBytes(body.open()), bytes);
  });
}
