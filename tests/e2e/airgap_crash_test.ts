/** What is left when an export or an import is killed, and that the next run completes it. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import type { Store } from "../../src/store/store.ts";
import { checkLayout } from "../../src/layout/check/check_layout.ts";
import { createRegistryClient } from "../../src/registry/client.ts";
import { registryStore } from "../../src/registry/store.ts";
import { testContext } from "../registry/support.ts";
import { CROSSING, type CrossingArtifact, discovered, putCrossing } from "../support/crossing_samples.ts";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import { startFaultyProxy } from "../support/faulty_proxy.ts";
import { gantryOk } from "../support/gantry.ts";
import { killGantry, type Moment } from "../support/killed_gantry.ts";
import { putSample, sampleOf } from "../support/store_samples.ts";
import { tempDirectory } from "../support/temp_directory.ts";

/** How often a process is killed: `GANTRY_CRASH_ROUNDS=500` for the long run. */
const ROUNDS = Math.ceil(Number(Deno.env.get("GANTRY_CRASH_ROUNDS") ?? 25) / 4);
const SEED = Number(Deno.env.get("GANTRY_CRASH_SEED") ?? 1);
const context = testContext();
const [APP] = CROSSING as readonly [CrossingArtifact];

for (const [kind, name, changes] of [["oci-layout", "bundle", 150], ["oci-archive", "bundle.tar", 12]] as const) {
  Deno.test(`export into an ${kind} that was killed ${ROUNDS} times leaves what was there, and completes`, async () => {
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
    await gantryOk(["export", ...all, `${kind}:${whole}`, "-q"]);
    const expected = await checked(kind, whole);
    const random = seeded(SEED);
    let killed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const path = join(directory.path, `round ${round}`, name);
      await gantryOk(["export", base, `${kind}:${path}`, "-q"]);
      const before = await checked(kind, path);
      const moment: Moment = round % 2 === 0
        ? { kind: "changes", below: dirname(path), count: 1 + Math.floor(random() * changes) }
        : near.request(1 + Math.floor(random() * 90));
      if (await killGantry(["export", ...all, `${kind}:${path}`], moment)) killed++;
      const after = await checked(kind, path);
      // All of the old, or all of the new.
      assert.ok([before.bundle, expected.bundle].includes(after.bundle), `round ${round}: ${after.bundle}`);
      near.request(Infinity);
      await gantryOk(["export", ...all, `${kind}:${path}`, "-q"]);
      assert.deepEqual(await checked(kind, path), expected);
      await Deno.remove(dirname(path), { recursive: true });
    }
    assert.ok(killed > ROUNDS / 3, `only ${killed} of ${ROUNDS} were killed on the way`);
  });
}

Deno.test(`import that was killed ${ROUNDS} times tags nothing that is not whole, and completes`, async () => {
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
  const random = seeded(SEED);
  let killed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    await using far = startFakeRegistry({ referrers: round % 2 === 0 });
    await withStores(far, (storeFor) => putSample(storeFor(APP.repository), sampleOf("theirs"), ["theirs"], context));
    await using proxy = startCountingProxy(far);
    const moment = proxy.request(40 + Math.floor(random() * 220));
    if (await killGantry(["import", layout, `oci://${proxy.host}`], moment)) killed++;
    const names = [...far.repositories.values()].flatMap(({ tags }) => [...tags.keys()]);
    assert.ok(names.includes("theirs"));
    // A list of referrers is a tag, and cosign's come before what people ask for.
    if (names.some((name) => name !== "theirs" && !name.startsWith("sha256-"))) {
      assert.deepEqual((await all(far)).map(withoutTags), expected.map(withoutTags));
    }
    await gantryOk(["import", layout, `oci://${far.host}`, "-q"]);
    assert.deepEqual(await all(far), expected);
    assert.ok(far.repositories.get(APP.repository)?.tags.has("theirs"));
  }
  assert.ok(killed > ROUNDS / 3, `only ${killed} of ${ROUNDS} were killed on the way`);
});

interface Checked {
  readonly bundle: string | undefined;
  readonly manifests: number;
}

/** Every byte is hashed; what nothing leads to is left of a run that was killed, and goes unseen. */
async function checked(kind: "oci-layout" | "oci-archive", path: string): Promise<Checked> {
  const { problems, manifests, transfer } = await checkLayout({ kind, path }, context);
  assert.deepEqual(problems, []);
  return { bundle: transfer?.digest, manifests };
}

interface CountingProxy extends AsyncDisposable {
  readonly host: string;
  /** The moment when so many requests have come from now on; the registry does not hear of the last of them. */
  request(count: number): Moment;
}

function startCountingProxy({ host }: FakeRegistry): CountingProxy {
  let left = Infinity;
  let reach = (): void => {};
  const proxy = startFaultyProxy({
    upstream: host,
    fault(): { readonly kind: "cut-request"; readonly after: number } | undefined {
      if (--left !== 0) return undefined;
      reach();
      return { kind: "cut-request", after: 0 };
    },
  });
  return {
    host: proxy.host,
    request(count): Moment {
      const { promise, resolve } = Promise.withResolvers<void>();
      [left, reach] = [count, resolve];
      return { kind: "when", reached: promise };
    },
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
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

/** Numbers from 0 to 1, the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
