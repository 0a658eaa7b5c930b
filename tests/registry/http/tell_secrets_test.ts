import assert from "node:assert/strict";
import { tellSecrets } from "../../../src/registry/http/tell_secrets.ts";
import type { TransportRequest } from "../../../src/registry/http/transport.ts";

const REQUEST: TransportRequest = {
  method: "GET",
  url: new URL("https://registry.example/v2/app/tags/list?last=sha-9f86d081884c7d659a2feaa0c55ad015"),
  headers: {},
  trusted: true,
  signal: new AbortController().signal,
};

/** What is told of a request and of the place where its answer leads. */
async function told(request: Partial<TransportRequest>, location?: string): Promise<readonly string[]> {
  const texts = new Set<string>();
  const headers = location === undefined ? {} : { location };
  const { answered } = await tellSecrets((text) => {
    if (text !== "") texts.add(text);
  })({ ...REQUEST, ...request });
  answered?.(new Response(undefined, { status: 307, headers }));
  return [...texts];
}

Deno.test("tellSecrets() tells what the Authorization header says, and nothing of a request without one", async () => {
  assert.deepEqual(await told({ headers: { authorization: "Bearer abc.def" } }), ["abc.def"]);
  assert.deepEqual(await told({ headers: { authorization: "Basic YTpi" } }), ["YTpi"]);
  assert.deepEqual(await told({}), []);
});

Deno.test("tellSecrets() tells passwords and refresh tokens that a token server is shown", async () => {
  const form = "grant_type=refresh_token&refresh_token=r%2Ff&scope=repository%3Aapp%3Apull&password=p+w";
  const bytes = new TextEncoder().encode(form);
  const body = { size: bytes.byteLength, open: () => new Blob([bytes]).stream() };
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  assert.deepEqual(await told({ method: "POST", headers, body }), ["p w", "r/f"]);
});

const LOCATIONS: readonly (readonly [what: string, query: string, secrets: readonly string[]])[] = [
  [
    "S3",
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA%2F20260102&X-Amz-Signature=0123456789abcdef",
    ["AKIA%2F20260102", "AKIA/20260102", "0123456789abcdef"],
  ],
  ["Azure", "sv=2024-01-01&sp=r&sig=ab%2Bcd%3D12", ["ab%2Bcd%3D12", "ab+cd=12"]],
  ["Google", "X-Goog-Signature=feedbeef&Expires=1767323045", ["feedbeef"]],
  ["an upload session", "_state=abcdefgh", ["abcdefgh"]],
  ["what nobody has chosen as a name", `x=${"a1".repeat(16)}`, ["a1".repeat(16)]],
  [
    "names of content",
    `digest=sha256:${"0a".repeat(32)}&response-content-type=application/octet-stream&ns=docker.io`,
    [],
  ],
];

for (const [what, query, secrets] of LOCATIONS) {
  Deno.test(`tellSecrets() tells what is secret in the location of ${what}`, async () => {
    assert.deepEqual(await told({}, `https://storage.example/blob?${query}`), secrets);
  });
}

Deno.test("tellSecrets() tells a name and a password in a location, and takes no offence at one that is no URL", async () => {
  assert.deepEqual(await told({}, "https://ann:s%20cret@storage.example/"), ["ann", "s cret"]);
  assert.deepEqual(await told({}, "https://[/"), []);
});
