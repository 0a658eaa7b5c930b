/** The law of `gantry copy`: whatever an artifact is, it is the same after a way through every kind of store. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { type Digest, digestAlgorithm, digestOf, isDigest } from "../../src/oci/digest.ts";
import { PLACE_KIND_NAMES } from "../../src/oci/reference.ts";
import type { Store } from "../../src/store/store.ts";
import type { RegistryClient } from "../../src/registry/client.ts";
import { testClient, testContext } from "../registry/support.ts";
import { contentsOfPlace, placeOf, storeOfPlace } from "../support/every_place.ts";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import { gantryOk } from "../support/gantry.ts";
import { artifactsArbitrary, companionTag, type RandomManifest } from "../support/random_artifacts.ts";
import { namesOf, putSample } from "../support/store_samples.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const context = testContext();

/** Every kind of store in any order, and up to two of them once more. */
const wayArbitrary = fc
  .tuple(
    fc.shuffledSubarray([...PLACE_KIND_NAMES], { minLength: PLACE_KIND_NAMES.length }),
    fc.array(fc.constantFrom(...PLACE_KIND_NAMES), { maxLength: 2 }),
  )
  .map(([every, more]) => [...every, ...more]);

for (const [hasApi, referrers] of [[true, true], [true, false], [false, true], [false, false]] as const) {
  const what = `${referrers ? "with" : "without"} --referrers, registry ${hasApi ? "with" : "without"} an API for them`;
  Deno.test(`copy there and back changes no byte and loses nothing, ${what}`, async () => {
    await fc.assert(
      fc.asyncProperty(artifactsArbitrary, fc.nat(), wayArbitrary, fc.boolean(), async (all, at, way, byDigest) => {
        await using registry = startFakeRegistry({ referrers: hasApi });
        using client = testClient(registry);
        await using directory = await tempDirectory();
        const root = all[at % all.length] ?? assert.fail();
        const { digest } = root.stored.descriptor;
        const name = byDigest ? `@${digest}` : ":1.0";
        const { manifests: expected, tags } = belongingTo(digest, all, { referrers });
        const digests = contentDigests(expected);

        const start = `oci://${registry.host}/acme/start`;
        const listed = await withStore(start, client, async (store) => {
          for (const each of all) await putSample(store, each, each.tag === undefined ? [] : [each.tag], context);
          await store.tag(root.stored, namesOf(["1.0"]), context);
          return await referrersIn(store, all, expected);
        });
        const places = way.map((kind, step) => placeOf(kind, `step${step}`, { registry, directory: directory.path }));
        let from = start;
        for (const to of [...places, `oci://${registry.host}/acme/end`]) {
          const args = ["copy", from + name, to, "-q", ...(referrers ? ["--referrers"] : [])];
          assert.equal((await gantryOk(args)).stdout, `${to.replace("oci://", "")}@${digest}\n`);
          await withStore(to, client, async (store) => {
            assert.deepEqual(await referrersIn(store, all, expected), listed);
            const found = await Array.fromAsync(store.tags(context));
            assert.deepEqual(found.filter(isNoList).sort(), [...tags, ...(byDigest ? [] : ["1.0"])].sort());
          });
          const contents = await contentsOf(to, registry);
          for (const each of digests) assert.ok(contents.has(each), `${each} is not in ${to}`);
          // In a layout, and where there is no API, the lists of referrers are manifests too.
          if (hasApi && to.startsWith("oci://")) assert.equal(contents.size, digests.size);
          from = to;
        }
      }),
      { numRuns: 12 },
    );
  });
}

/** What a copy shall bring: the artifact with what it lists, and on request what refers or belongs to any of that. */
function belongingTo(
  root: Digest,
  all: readonly RandomManifest[],
  { referrers }: { readonly referrers: boolean },
): { readonly manifests: readonly RandomManifest[]; readonly tags: readonly string[] } {
  // A tag stands for what was tagged last.
  const owners = new Map(all.flatMap(({ tag, stored }) => tag === undefined ? [] : [[tag, stored.descriptor.digest]]));
  const found = new Set([root]);
  const tags = new Set<string>();
  for (let before = 0; before < found.size;) {
    before = found.size;
    for (const { stored: { descriptor: { digest } }, subject, children } of all) {
      if (referrers && subject !== undefined && found.has(subject)) found.add(digest);
      if (!found.has(digest)) continue;
      for (const child of children) found.add(child);
      const tag = companionTag(digest);
      const owner = owners.get(tag);
      if (!referrers || owner === undefined) continue;
      found.add(owner);
      tags.add(tag);
    }
  }
  return { manifests: all.filter(({ stored }) => found.has(stored.descriptor.digest)), tags: [...tags] };
}

function contentDigests(manifests: readonly RandomManifest[]): ReadonlySet<string> {
  return new Set(
    manifests.flatMap(({ stored, blobs }) => [stored, ...blobs].map(({ descriptor }) => descriptor.digest)),
  );
}

/** Who is known to refer to whom, as far as it was to be copied. */
async function referrersIn(
  store: Store,
  all: readonly RandomManifest[],
  expected: readonly RandomManifest[],
): Promise<ReadonlyMap<Digest, readonly Descriptor[]>> {
  const digests = new Set(expected.map(({ stored }) => stored.descriptor.digest));
  const lists = new Map<Digest, readonly Descriptor[]>();
  for (const { stored, subject } of all) {
    for (const each of [stored.descriptor.digest, ...(subject === undefined ? [] : [subject])]) {
      lists.set(each, (await store.referrers(each, context)).filter(({ digest }) => digests.has(digest)));
    }
  }
  return lists;
}

async function withStore<T>(place: string, client: RegistryClient, use: (store: Store) => Promise<T>): Promise<T> {
  await using store = await storeOfPlace(place, { client });
  return await use(store);
}

function isNoList(tag: string): boolean {
  return !/^sha256-[0-9a-f]{64}$/.test(tag);
}

/** The digests of all content in a place, computed again and read without gantry. */
async function contentsOf(place: string, registry: FakeRegistry): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const [digest, bytes] of await contentsOfPlace(place, registry)) {
    if (!isDigest(digest) || digestOf(bytes, digestAlgorithm(digest)) !== digest) {
      throw new Error(`${digest} is something else`);
    }
    found.add(digest);
  }
  return found;
}
