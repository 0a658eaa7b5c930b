/** What is left when an export or an import is killed, and that the next run completes it. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { Store } from "../../src/store/store.ts";
import { checkLayout } from "../../src/layout/check/check_layout.ts";
import { openLayout } from "../../src/places/open_store.ts";
import { createRegistryClient } from "../../src/registry/client.ts";
import { registryStore } from "../../src/registry/store.ts";
import { testContext } from "../registry/support.ts";
import { CROSSING, type CrossingArtifact, discovered, putCrossing } from "../support/crossing_samples.ts";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import { startCountingProxy } from "../support/network/counting_proxy.ts";
import { gantryOk } from "../support/gantry.ts";
import { changesOfGantry, killGantry, type Moment, spread } from "../support/processes/dying_program.ts";
import { putSample, sampleOf } from "../support/store_samples.ts";
import { tempDirectory } from "../support/temp_directory.ts";

/** How often a process dies in each test: `GANTRY_CRASH_ROUNDS=500` for the long run. */
const ROUNDS = Math.ceil(Number(Deno.env.get("GANTRY_CRASH_ROUNDS") ?? 50) / 8);
const timeout = 60_000 + ROUNDS * 20_000;
const context = testContext();
const [APP] = CROSSING as readonly [CrossingArtifact];

for (const [kind, name] of [["oci-layout", "bundle"], ["oci-archive", "bundle.tar"]] as const) {
  const what = `export into an ${kind} that died ${ROUNDS} times leaves what was there, and completes`;
  Deno.test(what, { timeout }, async () => {
    await using registry = startFakeRegistry();
    await using near = startCountingProxy(registry);
    await using directory = await tempDirectory();
    await withStores(near, (storeFor) => putCrossing(CROSSING, storeFor, context));
    const base = `oci://${near.host}/${APP.repository}:1.0.0`;
    const all = CROSSING.map(({ repository, root }) =>
      `oci://${near.host}/${repository}@${root.manifest.descriptor.digest}`
    );
    const whole = join(directory.path, "whole", name);
    await gantryOk(["export", base, `${kind}:${whole}`, "-q"]);
    const asked = near.asked();
    const changes = await changesOfGantry(["export", ...all, `${kind}:${whole}`, "-q"]);
    const moments: readonly (() => Moment)[] = [
      ...spread(changes.length, Math.ceil(ROUNDS / 2)).map((number) => (): Moment => ({ kind: "change", number })),
      ...spread(near.asked() - asked, Math.floor(ROUNDS / 2)).map((count) => () => near.request(count)),
    ];
    const expected = await checked(kind, whole);
    for (const [round, moment] of moments.entries()) {
      const path = join(directory.path, `round ${round}`, name);
      await gantryOk(["export", base, `${kind}:${path}`, "-q"]);
      const before = await checked(kind, path);
      assert.ok(await killGantry(["export", ...all, `${kind}:${path}`, "-q"], moment()), `round ${round}`);
      const after = await checked(kind, path);
      // All of the old, or all of the new.
      assert.ok([before.bundle, expected.bundle].includes(after.bundle), `round ${round}: ${after.bundle}`);
      near.request(Infinity);
      await gantryOk(["export", ...all, `${kind}:${path}`, "-q"]);
      assert.deepEqual(await checked(kind, path), expected);
      await Deno.remove(dirname(path), { recursive: true });
    }
  });
}

for (const referrers of [true, false]) {
  const rounds = Math.ceil(ROUNDS / 2);
  const where = `a registry ${referrers ? "with" : "without"} an API for referrers`;
  const what = `import into ${where} that died ${rounds} times tags nothing that is not whole, and completes`;
  Deno.test(what, { timeout }, async () => {
    await using near = startFakeRegistry();
    await using directory = await tempDirectory();
    await withStores(near, (storeFor) => putCrossing(CROSSING, storeFor, context));
    const layout = `oci-layout:${join(directory.path, "bundle")}`;
    const tagged = CROSSING.flatMap(({ repository, root, tags }) =>
      (tags.length === 0 ? [`@${root.manifest.descriptor.digest}`] : tags.map((tag) => `:${tag}`))
        .map((name) => `oci://${near.host}/${repository}${name}`)
    );
    await gantryOk(["export", ...tagged, layout, "-q"]);
    const expected = await all(near);
    const begin = async (): Promise<FakeRegistry> => {
      const far = startFakeRegistry({ referrers });
      await withStores(far, (storeFor) => putSample(storeFor(APP.repository), sampleOf("theirs"), ["theirs"], context));
      return far;
    };
    for (const count of spread(await requestsOf(begin, layout), rounds)) {
      await using far = await begin();
      await using proxy = startCountingProxy(far);
      const moment = proxy.request(count);
      assert.ok(await killGantry(["import", "--yes", layout, `oci://${proxy.host}`, "-q"], moment), `request ${count}`);
      const names = [...far.repositories.values()].flatMap(({ tags }) => [...tags.keys()]);
      assert.ok(names.includes("theirs"));
      // A list of referrers is a tag, and cosign's come before what people ask for.
      if (names.some((name) => name !== "theirs" && !name.startsWith("sha256-"))) {
        assert.deepEqual((await all(far)).map(withoutTags), expected.map(withoutTags));
      }
      await gantryOk(["import", "--yes", layout, `oci://${far.host}`, "-q"]);
      assert.deepEqual(await all(far), expected);
      assert.ok(far.repositories.get(APP.repository)?.tags.has("theirs"));
    }
  });
}

/** How many requests an import has that nothing disturbs. */
async function requestsOf(begin: () => Promise<FakeRegistry>, layout: string): Promise<number> {
  await using far = await begin();
  await using proxy = startCountingProxy(far);
  await gantryOk(["import", "--yes", layout, `oci://${proxy.host}`, "-q"]);
  return proxy.asked();
}

interface Checked {
  readonly bundle: string | undefined;
  readonly manifests: number;
}

/** Every byte is hashed; what nothing leads to is left of a run that was killed, and goes unseen. */
async function checked(kind: "oci-layout" | "oci-archive", path: string): Promise<Checked> {
  const { problems, manifests, description } = await checkLayout(await openLayout({ kind, path }), context);
  assert.deepEqual(problems, []);
  return { bundle: description?.digest, manifests };
}

async function all(registry: FakeRegistry): Promise<readonly (readonly string[])[]> {
  return await withStores(
    registry,
    (storeFor) => Promise.all(CROSSING.map((each) => discovered(storeFor(each.repository), each, context))),
  );
}

function withoutTags(lines: readonly string[]): readonly string[] {
  return lines.filter((line) => /^(?:manifest|sha256[:-])/.test(line));
}

async function withStores<T>(
  { host }: Pick<FakeRegistry, "host">,
  use: (storeFor: (repository: string) => Store) => Promise<T>,
): Promise<T> {
  const client = createRegistryClient({ host });
  try {
    return await use((repository) =>
      registryStore({ reference: { kind: "registry", host, repository }, client, access: "push" })
    );
  } finally {
    client.close();
  }
}
