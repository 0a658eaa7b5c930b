import assert from "node:assert/strict";
import { checkCredentials } from "../../src/registry/check_credentials.ts";
import { CredentialsRefusedError, RegistryError } from "../../src/registry/http/registry_error.ts";
import type { Credential } from "../../src/registry/login/credentials.ts";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import type { FakeAuth } from "../support/fake_registry/auth.ts";
import { testClock, testContext } from "./support.ts";

const ANN = { kind: "password", username: "ann", password: "s:ecret" } as const;
const USERS = { ann: "s:ecret" };

async function check({ host }: FakeRegistry, credential: Credential = ANN): Promise<boolean> {
  return await checkCredentials({ host, plainHttp: true, credential, clock: testClock() }, testContext());
}

const ASKING: readonly (readonly [string, FakeAuth, Credential])[] = [
  ["basic", { mode: "basic", users: USERS }, ANN],
  ["bearer", { mode: "bearer", users: USERS }, ANN],
  ["bearer with a refresh token", { mode: "bearer", refreshTokens: ["r"] }, { kind: "identity-token", token: "r" }],
];

for (const [name, auth, credential] of ASKING) {
  Deno.test(`checkCredentials() takes right credentials when the registry wants ${name}`, async () => {
    await using registry = startFakeRegistry({ auth });
    assert.equal(await check(registry, credential), true);
  });

  Deno.test(`checkCredentials() refuses wrong credentials when the registry wants ${name}`, async () => {
    await using registry = startFakeRegistry({ auth });
    const wrong: Credential = { ...ANN, password: "wrong" };
    await assert.rejects(check(registry, wrong), (error) => {
      assert.ok(error instanceof CredentialsRefusedError);
      assert.match(error.message, new RegExp(`^Cannot log in to ${registry.host}: UNAUTHORIZED \\(401\\), `));
      assert.doesNotMatch(error.message, /wrong/);
      return true;
    });
  });
}

Deno.test("checkCredentials() says when a registry lets everybody in, and shows it nothing then", async () => {
  await using registry = startFakeRegistry();
  assert.equal(await check(registry), false);
  assert.deepEqual(registry.requests.map(({ path, headers }) => [path, headers.get("authorization")]), [
    ["/v2/", null],
  ]);
});

Deno.test("checkCredentials() takes a 403 of the token server for a no", async () => {
  await using registry = startFakeRegistry({ auth: { mode: "bearer", users: USERS } });
  registry.fault({
    path: /^\/token/,
    fault: { kind: "answer", answer: () => Response.json({ errors: [{ code: "DENIED" }] }, { status: 403 }) },
  });
  await assert.rejects(check(registry), CredentialsRefusedError);
});

Deno.test("checkCredentials() does not blame credentials for what has nothing to do with them", async () => {
  await using registry = startFakeRegistry();
  for (const status of [403, 404]) {
    registry.fault({ fault: { kind: "answer", answer: () => new Response("<title>no</title>", { status }) } });
    await assert.rejects(check(registry), (error) => {
      return error instanceof RegistryError &&
        error.message.startsWith(`Cannot log in to ${registry.host}: HTTP ${status}`);
    });
  }
});

Deno.test("checkCredentials() tries again when the registry is busy", async () => {
  await using registry = startFakeRegistry({ auth: { mode: "basic", users: USERS } });
  registry.fault({ fault: { kind: "answer", answer: () => new Response("", { status: 503 }) } });
  assert.equal(await check(registry), true);
});
