/** What is remembered from earlier runs of how a registry wants to be asked. */
import assert from "node:assert/strict";
import type { ChallengeMemory } from "../../src/registry/login/challenge_memory.ts";
import type { Credential } from "../../src/registry/login/credentials.ts";
import { type FakeRegistryOptions, startFakeRegistry } from "../support/fake_registry.ts";
import { testClient, testContext } from "./support.ts";

const USERS = { ann: "secret" };
const TOKEN: FakeRegistryOptions = { auth: { mode: "bearer", users: USERS } };
const BASIC: FakeRegistryOptions = { auth: { mode: "basic", users: USERS } };

interface Remembered extends ChallengeMemory {
  /** What is remembered, by the origin of the registry. */
  readonly known: Map<string, string>;
}

function memory(): Remembered {
  const known = new Map<string, string>();
  return {
    known,
    recall: (registry) => Promise.resolve(known.get(registry)),
    keep: (registry, challenge) => Promise.resolve(void known.set(registry, challenge)),
    forget: (registry) => Promise.resolve(void known.delete(registry)),
  };
}

function ann(password = USERS.ann): () => Promise<Credential> {
  return () => Promise.resolve({ kind: "password", username: "ann", password, from: "here" });
}

for (const [what, options] of [["a token", TOKEN], ["a password", BASIC]] as const) {
  Deno.test(`a registry that wanted ${what} is not asked again what it wants`, async () => {
    await using fake = startFakeRegistry(options);
    const challenges = memory();
    {
      using client = testClient(fake, { credentials: ann(), challenges });
      await client.repository("acme/app", "push").resolve("1.0", testContext());
    }
    assert.deepEqual([...challenges.known.keys()], [fake.origin]);
    fake.clearLog();
    using client = testClient(fake, { credentials: ann(), challenges });
    await client.repository("acme/app", "push").resolve("1.0", testContext());
    assert.ok(fake.requests.every(({ status }) => status !== 401));
  });
}

Deno.test("nothing is remembered of a registry that has refused the credentials", async () => {
  for (const options of [TOKEN, BASIC]) {
    await using fake = startFakeRegistry(options);
    const challenges = memory();
    using client = testClient(fake, { credentials: ann("wrong"), challenges });
    await assert.rejects(client.repository("acme/app", "push").resolve("1.0", testContext()));
    assert.equal(challenges.known.size, 0);
  }
});

Deno.test("a place where no tokens are given any more is forgotten, and the registry asked for the new one", async () => {
  await using fake = startFakeRegistry(TOKEN);
  const challenges = memory();
  const old = `Bearer realm="${fake.origin}/gone",service="fake"`;
  challenges.known.set(fake.origin, old);
  using client = testClient(fake, { credentials: ann(), challenges });
  const repository = client.repository("acme/app", "push");
  await Promise.all(["1.0", "2.0", "3.0"].map((tag) => repository.resolve(tag, testContext())));
  assert.notEqual(challenges.known.get(fake.origin) ?? old, old);
});
