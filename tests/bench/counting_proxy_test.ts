import assert from "node:assert/strict";
import { startCountingProxy } from "../../bench/counting_proxy.ts";

Deno.test("startCountingProxy() passes requests on and counts them and their content, until they are taken", async () => {
  const seen: string[] = [];
  await using upstream = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => undefined }, async (request) => {
    const { byteLength } = await request.bytes();
    const { pathname, search } = new URL(request.url);
    seen.push(`${request.method} ${pathname}${search} ${byteLength} ${request.headers.get("x-forwarded-host")}`);
    return new Response(null, { status: 202, headers: { location: "/next", "content-length": "0" } });
  });
  await using proxy = startCountingProxy(`127.0.0.1:${upstream.addr.port}`);
  const send = async (path: string, init: RequestInit): Promise<void> => {
    const answer = await fetch(`http://${proxy.host}${path}`, init);
    await answer.body?.cancel();
    assert.deepEqual([answer.status, answer.headers.get("location")], [202, "/next"]);
  };

  await send("/v2/a/blobs/uploads/?mount=b", { method: "POST" });
  await send("/small", { method: "PUT", body: new Uint8Array(10) });
  await send("/streamed", { method: "PATCH", body: new Blob([new Uint8Array(3_000_000)]).stream() });
  assert.deepEqual(proxy.take(), { requests: 3, bytes: 3_000_010 });
  await send("/", { method: "HEAD" });
  assert.deepEqual(proxy.take(), { requests: 1, bytes: 0 });
  assert.deepEqual(seen, [
    `POST /v2/a/blobs/uploads/?mount=b 0 ${proxy.host}`,
    `PUT /small 10 ${proxy.host}`,
    `PATCH /streamed 3000000 ${proxy.host}`,
    `HEAD / 0 ${proxy.host}`,
  ]);
});
