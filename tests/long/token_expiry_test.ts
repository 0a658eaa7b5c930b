/** Uploads that take longer than the token is good for that they began with. */
import assert from "node:assert/strict";
import { createRegistryClient } from "../../src/registry/client.ts";
import { sizedContent, testContext } from "../registry/support.ts";
import { type ProxyFault, startFaultyProxy } from "../support/network/faulty_proxy.ts";
import { REGISTRIES } from "../support/registry_process.ts";
import { startTokenRegistry } from "../support/network/token_registry.ts";
import { toolTest } from "../support/tools.ts";

const USER = { username: "robot", password: "correct horse" } as const;
const SIZE = 256 * 1024;
/** How long the first token is good for, in seconds: enough for a busy machine to begin with it. */
const LIFETIME = 3;
/** In bytes a second; no timer elapses early, so the upload always outlives the token. */
const RATE = SIZE / (LIFETIME + 2);

const EXPIRIES: readonly (readonly [what: string, announced: number, fault: ProxyFault])[] = [
  ["a token whose end is known", LIFETIME, { kind: "slow", bytesPerSecond: RATE }],
  ["a token that ends sooner than announced", 300, { kind: "slow", bytesPerSecond: RATE }],
  ["a token that ends before a cut", 300, { kind: "cut-request", after: 0.9 * SIZE, bytesPerSecond: RATE }],
];

for (const { name, command } of REGISTRIES.filter(({ command }) => command !== "ociregistry")) {
  for (const [what, announced, fault] of EXPIRIES) {
    toolTest(`auth/token-expiry-mid-upload: ${name}, ${what}`, [command], async () => {
      await using started = await startTokenRegistry(command, { ...USER, lifetime: LIFETIME, announced });
      const { registry, tokens } = started;
      let faults = 0;
      await using proxy = startFaultyProxy({
        upstream: registry.host,
        fault: ({ size }) => size === SIZE && faults++ === 0 ? fault : undefined,
      });
      const credentials = (): Promise<{ readonly kind: "password" } & typeof USER> =>
        Promise.resolve({ kind: "password", ...USER });
      const client = createRegistryClient({ host: proxy.host, credentials });
      try {
        const repository = client.repository("acme/app", "push");
        const blob = sizedContent(SIZE);
        await repository.pushBlob(blob, testContext());
        assert.ok(await repository.exists(blob.descriptor, testContext()));
      } finally {
        client.close();
      }
      assert.deepEqual(tokens.requests, Array(2).fill("repository:acme/app:pull,push"));
      const refused = proxy.requests.filter(({ status }) => status === 401).length;
      // One before anything was known, and one for a token that ended unexpectedly.
      assert.equal(refused, announced === LIFETIME ? 1 : 2);
      const sent = proxy.requests.reduce((sum, { bytes }) => sum + bytes, 0);
      // Distribution 2.8 does not resume what it has not acknowledged.
      if (fault.kind === "slow" || command === "registry") assert.ok(sent < 1.2 * SIZE, `${sent / SIZE}`);
    });
  }
}
