/** Servers that quote what they were sent: no credential is shown, in whatever way the error is. */
import assert from "node:assert/strict";
import { gantry } from "../../support/gantry.ts";

const TOKEN = "tok-abcdef-123456789";
const REFRESH = "refresh-abcdef-123456789";
const PASSWORD = "Sup3rS3cr3t";
const BASIC = btoa(`ann:${PASSWORD}`);
const SIGNATURE = "0123456789abcdef0123456789abcdef";
const SECRETS = [TOKEN, REFRESH, PASSWORD, BASIC, SIGNATURE];

/** What a server does with one request, by its path. */
type Answers = (request: Request, origin: string) => Response | Promise<Response>;

function denied(words: string): Response {
  return Response.json({ errors: [{ code: "DENIED", message: words, detail: { words } }] }, { status: 403 });
}

/** A registry that wants a token, and gives one to everybody. */
async function tokenFirst(
  request: Request,
  origin: string,
  then: () => Response | Promise<Response>,
): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (pathname === "/token") return Response.json({ token: TOKEN, refresh_token: REFRESH, expires_in: 1 });
  if (request.headers.has("authorization")) return await then();
  const challenge = `Bearer realm="${origin}/token",service="s"`;
  return new Response(undefined, { status: 401, headers: { "www-authenticate": challenge } });
}

const QUOTING: readonly (readonly [what: string, answers: Answers])[] = [
  [
    "a registry that quotes the token",
    (request, origin) => tokenFirst(request, origin, () => denied(`bad ${request.headers.get("authorization")}`)),
  ],
  [
    "a registry that quotes the token so late that it is cut",
    (request, origin) => {
      return tokenFirst(request, origin, () => denied(`${"x".repeat(278)} ${request.headers.get("authorization")}`));
    },
  ],
  [
    "a page that quotes the token",
    (request, origin) => {
      const page = `<html><body>Who is ${request.headers.get("authorization")}?</body></html>`;
      return tokenFirst(request, origin, () => new Response(page, { status: 403 }));
    },
  ],
  [
    "a token server that quotes name and password",
    (request, origin) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/token") return denied(`who is ${request.headers.get("authorization")}, ${PASSWORD}?`);
      return tokenFirst(request, origin, () => denied("no"));
    },
  ],
  [
    "a storage that quotes the signed URL",
    (request, origin) => {
      const { pathname, search } = new URL(request.url);
      if (pathname === "/storage") {
        return new Response(`<Error>${search.replaceAll("&", "&amp;")}</Error>`, { status: 403 });
      }
      const location = `${origin}/storage?X-Amz-Expires=900&X-Amz-Signature=${SIGNATURE}`;
      return tokenFirst(request, origin, () => new Response(undefined, { status: 307, headers: { location } }));
    },
  ],
];

for (const [what, answers] of QUOTING) {
  for (const format of [[], ["-o", "json"], ["-o", "yaml"], ["-v"]]) {
    Deno.test(`no secret is shown of ${what}${format.length === 0 ? "" : `, with ${format.join(" ")}`}`, async () => {
      const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
        return answers(request, new URL(request.url).origin);
      });
      const env = { GANTRY_USERNAME: "ann", GANTRY_PASSWORD: PASSWORD };
      const reference = `oci://127.0.0.1:${server.addr.port}/acme/app:x`;
      const { code, stdout, stderr } = await gantry(["inspect", reference, "--retries", "0", ...format], { env });
      await server.shutdown();
      assert.equal(code, 1);
      assert.match(stderr, /\*\*\*/);
      for (const secret of SECRETS) {
        assert.ok(!`${stdout}${stderr}`.includes(secret.slice(0, 8)), `${secret} in\n${stdout}${stderr}`);
      }
    });
  }
}
