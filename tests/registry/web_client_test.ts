import assert from "node:assert/strict";
import type { TransportRequest } from "../../src/registry/http/transport.ts";
import { ConnectionError } from "../../src/registry/http/transport.ts";
import { createWebClient, type WebClientOptions } from "../../src/registry/web_client.ts";
import type { WebRequest } from "../../src/work/ask_service.ts";
import { testClock, testContext } from "./support.ts";

const REQUEST: WebRequest = {
  action: "get a certificate",
  method: "POST",
  url: new URL("https://fulcio.example/api?token=query-secret-1"),
  headers: { authorization: "Bearer header-secret-1" },
  body: new TextEncoder().encode("body-secret-1"),
  expect: [200, 201],
  secrets: ["body-secret-1"],
};

interface Asked {
  readonly requests: readonly TransportRequest[];
  readonly answer: Awaited<ReturnType<ReturnType<typeof createWebClient>["ask"]>>;
}

/** Asks, and is answered one after the other. */
async function ask(
  answers: readonly (Response | Error)[],
  { request = {}, ...options }: Partial<WebClientOptions> & { readonly request?: Partial<WebRequest> } = {},
): Promise<Asked> {
  const requests: TransportRequest[] = [];
  const client = createWebClient({
    clock: testClock(),
    random: () => 0,
    transport(request): Promise<Response> {
      const answer = answers[requests.length] ?? new Error("nobody should ask again");
      requests.push(request);
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
    ...options,
  });
  const answer = await client.ask({ ...REQUEST, ...request }, testContext());
  client.close();
  return { requests, answer };
}

Deno.test("createWebClient() gives the answer with its headers and its bytes", async () => {
  const { answer, requests } = await ask([new Response("yes", { status: 201, headers: { location: "/1" } })]);
  assert.deepEqual([answer.status, answer.headers.get("location")], [201, "/1"]);
  assert.equal(new TextDecoder().decode(answer.bytes), "yes");
  const [request] = requests;
  assert.deepEqual([request?.method, request?.url.href, request?.trusted], ["POST", REQUEST.url.href, false]);
  assert.equal(await new Response(request?.body?.open()).text(), "body-secret-1");
});

Deno.test("createWebClient() asks again, with all of the body, when what is wrong passes by itself", async () => {
  const { answer, requests } = await ask([
    new Response("busy", { status: 503 }),
    new ConnectionError("reset", "Cannot reach fulcio.example: gone"),
    new Response("yes"),
  ]);
  assert.deepEqual([answer.status, requests.length], [200, 3]);
  assert.equal(requests.at(-1)?.body?.size, 13);
});

Deno.test("createWebClient() tells every secret that it sends", async () => {
  const told: string[] = [];
  await ask([new Response("yes")], { secret: (text) => void told.push(text) });
  assert.deepEqual(told, ["header-secret-1"]);
});

const refused: readonly (readonly [what: string, answer: Response | Error, message: RegExp])[] = [
  [
    "says why in JSON",
    Response.json({ code: 7, message: "not you" }, { status: 403 }),
    /^Cannot get a certificate: HTTP 403, not you \(POST https:\/\/fulcio\.example\/api\?token=…\)$/,
  ],
  [
    "answers with a page",
    new Response("<title>Blocked</title>", { status: 403 }),
    /^Cannot get a certificate: HTTP 403, Blocked \(POST /,
  ],
  [
    "quotes what was sent",
    new Response("header-secret-1 body-secret-1 query-secret-1", { status: 400 }),
    /^Cannot get a certificate: HTTP 400, \*{3} \*{3} \*{3} \(POST /,
  ],
  [
    "sends us elsewhere",
    new Response(null, { status: 307, headers: { location: "https://elsewhere.example/" } }),
    /^Cannot get a certificate: HTTP 307 \(POST /,
  ],
  ["says nothing", new Response(null, { status: 204 }), /^Cannot get a certificate: HTTP 204 \(POST /],
  [
    "is not there",
    new ConnectionError("certificate", "Cannot reach fulcio.example: a certificate that nobody trusts"),
    /^Cannot get a certificate: cannot reach fulcio\.example: a certificate that nobody trusts$/,
  ],
];

for (const [what, answer, message] of refused) {
  Deno.test(`createWebClient() says what was tried when a service ${what}`, async () => {
    await assert.rejects(ask([answer]), (error: Error) => {
      assert.match(error.message, message);
      // Advice for registries would not help.
      assert.notEqual(error.name, "RegistryError");
      return true;
    });
  });
}

Deno.test("createWebClient() sends nothing that everybody on the way could read", async () => {
  for (const url of ["http://fulcio.example/", "http://10.0.0.1/"]) {
    await assert.rejects(ask([new Response("yes")], { request: { url: new URL(url) } }), {
      message: `Cannot get a certificate: ${url} is no HTTPS, and everybody on the way could read along`,
    });
  }
  await ask([new Response("yes")], { request: { url: new URL("http://127.0.0.1:1/") } });
});

Deno.test("createWebClient() ends with the signal", async () => {
  const controller = new AbortController();
  const client = createWebClient({
    transport: ({ signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  const asked = client.ask(REQUEST, testContext(controller.signal));
  controller.abort(new Error("enough"));
  await assert.rejects(asked, { message: "enough" });
  client.close();
});
