/**
 * A push that signs and dies at any moment: no tag points to an artifact that is not signed, in no place, ever; and the
 * next run completes it.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parsePublicKey } from "../../src/sign/public_key.ts";
import { findSignatures } from "../../src/sign/find_signatures.ts";
import { tarStore } from "../../src/layout/tar/store.ts";
import { directoryStore } from "../../src/layout/directory/store.ts";
import { createRegistryClient } from "../../src/registry/client.ts";
import { registryStore } from "../../src/registry/store.ts";
import type { StoreReader } from "../../src/store/store.ts";
import { testContext } from "../registry/support.ts";
import { changesOfGantry, killGantry, type Moment, spread } from "../support/processes/dying_program.ts";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import { startCountingProxy } from "../support/network/counting_proxy.ts";
import { gantryOk } from "../support/gantry.ts";
import { sampleKey, sampleKeyPath } from "../support/sample_keys.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

/** How often a process dies: `GANTRY_CRASH_ROUNDS=400` for 200 of each kind of registry. */
const ROUNDS = Math.ceil(Number(Deno.env.get("GANTRY_CRASH_ROUNDS") ?? 40) / 2);
const timeout = 60_000 + ROUNDS * 20_000;
const context = testContext();
const KEY = { ...parsePublicKey(sampleKey("p256.pub")), name: "p256" };

for (const referrers of [true, false]) {
  const where = `a registry ${referrers ? "with" : "without"} an API for referrers, a layout and a tar`;
  Deno.test(`push --sign-key to ${where} that died ${ROUNDS} times shows nothing that is not signed`, {
    timeout,
  }, async () => {
    await using directory = await tempDirectory();
    const source = join(directory.path, "source");
    await writeTree(source, { "app.yaml": "kind: ConfigMap\n" });
    const argsFor = (host: string, path: string): readonly string[] => [
      ...["push", source, `oci://${host}/acme/app`, `oci-layout:${join(path, "layout")}`],
      ...[`oci-archive:${join(path, "app.tar")}`, "--version", "1.0.0", "--latest", "-q"],
      ...["--provenance", "--sign-key", fileURLToPath(sampleKeyPath("p256.pem"))],
    ];
    const [changes, requests] = await undisturbed(referrers, (host) => argsFor(host, join(directory.path, "whole")));
    const moments = [
      ...spread(changes, Math.ceil(ROUNDS / 2)).map((number) => ({ kind: "change", number }) as const),
      ...spread(requests, Math.floor(ROUNDS / 2)).map((number) => ({ kind: "request", number }) as const),
    ];
    for (const { kind, number } of moments) {
      await using registry = startFakeRegistry({ referrers });
      await using proxy = startCountingProxy(registry);
      const path = join(directory.path, `${kind} ${number}`);
      const moment: Moment = kind === "change" ? { kind, number } : proxy.request(number);
      assert.ok(await killGantry(argsFor(proxy.host, path), moment), `${kind} ${number}`);
      await assertSigned(registry, path, { mayBeMissing: true });
      proxy.request(Infinity);
      await gantryOk(argsFor(proxy.host, path));
      await assertSigned(registry, path, { mayBeMissing: false });
      await Deno.remove(path, { recursive: true });
    }
  });
}

/** How many changes to the file system, and how many requests, a push has that nothing disturbs. */
async function undisturbed(
  referrers: boolean,
  argsFor: (host: string) => readonly string[],
): Promise<readonly [changes: number, requests: number]> {
  await using registry = startFakeRegistry({ referrers });
  await using proxy = startCountingProxy(registry);
  const changes = await changesOfGantry(argsFor(proxy.host));
  return [changes.length, proxy.asked()];
}

/** Whoever looks at a tag in any place finds both forms of a signature. */
async function assertSigned(
  registry: FakeRegistry,
  path: string,
  { mayBeMissing }: { readonly mayBeMissing: boolean },
): Promise<void> {
  const client = createRegistryClient({ host: registry.host });
  try {
    const stores: readonly StoreReader[] = [
      registryStore({ reference: { kind: "registry", host: registry.host, repository: "acme/app" }, client }),
      directoryStore({ kind: "oci-layout", path: join(path, "layout") }),
      tarStore({ kind: "oci-archive", path: join(path, "app.tar") }),
    ];
    for (const store of stores) {
      for (const tag of ["1.0.0", "latest"]) {
        const found = await store.resolve(tag, context);
        if (found === undefined && mayBeMissing) continue;
        assert.ok(found !== undefined, `${store.url}:${tag}`);
        const search = { keys: [KEY], concurrency: 1 };
        const signatures = await findSignatures(store, found.digest, search, context);
        assert.deepEqual(
          signatures.found.map(({ format }) => format).toSorted(),
          ["bundle", "legacy"],
          `${store.url}:${tag}`,
        );
      }
      await store[Symbol.asyncDispose]();
    }
  } finally {
    client.close();
  }
}
