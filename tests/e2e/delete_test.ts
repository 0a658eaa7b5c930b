/**
 * `gantry delete`: a tag alone, or a manifest with all of its tags, and never without being sure.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Store } from "../../src/store/store.ts";
import { createRegistryClient } from "../../src/registry/client.ts";
import { testContext } from "../registry/support.ts";
import { putSample, sampleOf } from "../support/store_samples.ts";
import { errorAnswer } from "../support/fake_registry/answer.ts";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import { everyPlace, storeOfPlace } from "../support/every_place.ts";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

/** Gives each kind of place in turn, with one artifact under `1.0.0`, `1` and `latest`. */
async function inEveryPlace(
  test: (place: string, digest: string, registry: FakeRegistry) => Promise<void>,
): Promise<void> {
  await using directory = await tempDirectory();
  await using registry = startFakeRegistry();
  const source = join(directory.path, "source");
  const places = everyPlace(registry, directory.path);
  await writeTree(source, { "a.yaml": "a: 1\n" });
  const { digest } = await push([source, ...places, "--version", "1.0.0", "--latest", "-t", "1"]);
  for (const place of places) await test(place, digest, registry);
}

/** Opens one of the places as a store. */
async function storeOf<T>(place: string, { host }: FakeRegistry, use: (store: Store) => Promise<T>): Promise<T> {
  const client = createRegistryClient({ host });
  try {
    return await use(await storeOfPlace(place, { client }));
  } finally {
    client.close();
  }
}

async function tagsOf(place: string): Promise<readonly string[]> {
  const { stdout } = await gantryOk(["list", place, "--all", "-o", "json"]);
  return JSON.parse(stdout).map(({ version }: { version: string }) => version);
}

Deno.test("delete takes a tag away and leaves the manifest and its other tags", async () => {
  await inEveryPlace(async (place, digest) => {
    const { stdout, stderr } = await gantryOk(["delete", `${place}:1`, "--yes"]);
    assert.deepEqual([stdout, stderr], [`${place.replace("oci://", "")}:1\n`, ""]);
    assert.deepEqual(await tagsOf(place), ["latest", "1.0.0"]);
    assert.equal(JSON.parse((await gantryOk(["inspect", `${place}:latest`, "-o", "json"])).stdout).digest, digest);
  });
});

Deno.test("delete takes a manifest away with all of its tags", async () => {
  await inEveryPlace(async (place, digest) => {
    const { stdout, stderr } = await gantryOk(["delete", `${place}@${digest}`, "-y"]);
    assert.equal(stdout, `${place.replace("oci://", "")}@${digest}\n`);
    assert.equal(stderr, `Deleted ${place}@${digest} and its tags 1, 1.0.0, latest.\n`);
    assert.deepEqual(await tagsOf(place), []);
    assert.equal((await gantry(["inspect", `${place}@${digest}`])).code, 1);
  });
});

Deno.test("delete asks on a terminal, and does nothing unless the answer is yes", async () => {
  await inEveryPlace(async (place, digest) => {
    for (const answer of ["", "n", "no", "yess", "Y es"]) {
      const { code, stdout, stderr } = await gantry(["delete", `${place}:1`], { answer });
      assert.equal(stderr, `Delete the tag ${place}:1? The manifest ${digest} stays. [y/N] \nNothing was deleted\n`);
      assert.deepEqual([code, stdout], [1, ""]);
    }
    assert.equal((await tagsOf(place)).length, 3);
    for (const [answer, tag] of [["y", "1"], [" YES ", "1.0.0"]] as const) {
      assert.equal((await gantry(["delete", `${place}:${tag}`], { answer })).code, 0);
    }
    assert.deepEqual(await tagsOf(place), ["latest"]);
    const { stderr } = await gantry(["delete", `${place}@${digest}`], { answer: "no" });
    assert.ok(stderr.startsWith(`Delete the manifest ${place}@${digest} and its tag latest? [y/N] `), stderr);
  });
});

Deno.test("delete leaves a tag alone that has moved while it asked", async () => {
  await inEveryPlace(async (place, digest) => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, { "b.yaml": "b: 1\n" });
    const answer = async (): Promise<string> => {
      await push([directory.path, `${place}:1`]);
      return "yes";
    };
    const { code, stderr } = await gantry(["delete", `${place}:1`], { answer });
    assert.match(stderr, /error: Cannot delete .*:1: it has moved meanwhile, to sha256:/);
    assert.ok(!stderr.includes(`to ${digest}`), stderr);
    assert.equal(code, 1);
    assert.ok((await tagsOf(place)).includes("1"));
  });
});

Deno.test("delete refuses without a terminal, and contacts nobody", async () => {
  await inEveryPlace(async (place, _, registry) => {
    registry.clearLog();
    const { code, stderr } = await gantry(["delete", `${place}:1`]);
    assert.equal(stderr, "error: Cannot ask whether to delete: there is no terminal, so say it with --yes\n");
    assert.deepEqual([code, registry.requests.length], [2, 0]);
    assert.equal((await tagsOf(place)).length, 3);
  });
});

Deno.test("delete wants to know exactly what is meant", async () => {
  await inEveryPlace(async (place, digest) => {
    for (const [name, what] of [["", "everything"], [`:1@${digest}`, "both"]] as const) {
      const { code, stderr } = await gantry(["delete", `${place}${name}`, "-y"]);
      const expected = `Cannot delete ${place}${name}: name a tag, or the digest of a manifest, and not ${what}`;
      assert.equal(stderr, `error: ${expected}\n`);
      assert.equal(code, 2);
    }
  });
});

Deno.test("delete fails when there is no such thing", async () => {
  await inEveryPlace(async (place) => {
    for (const name of [":2", `@sha256:${"0".repeat(64)}`]) {
      const { code, stderr } = await gantry(["delete", `${place}${name}`, "-y"]);
      assert.match(stderr, /^error: Cannot find .*: there is no such (?:tag|manifest)(?:; there (?:is|are) .*)?\n/);
      assert.equal(code, 1);
    }
  });
});

Deno.test("delete says what goes with a manifest and what stays, also to programs", async () => {
  await inEveryPlace(async (place, digest, registry) => {
    const subject = await storeOf(place, registry, async (store) => {
      const manifest = await store.fetchManifest(digest, testContext());
      assert.ok(manifest !== undefined);
      const signature = sampleOf("signature", { subject: manifest.descriptor });
      await putSample(store, signature, [], testContext());
      await store.commit(testContext());
      return signature.manifest.descriptor.digest;
    });
    const untagged = await gantryOk(["delete", `${place}:latest`, "-y", "-o", "json"]);
    const url = `${place}@${digest}`;
    assert.deepEqual(JSON.parse(untagged.stdout), { url, digest, isManifestDeleted: false, tags: ["latest"] });
    const { stdout, stderr } = await gantryOk(["delete", url, "-y", "-o", "json"]);
    assert.equal(stderr, `Deleted ${url} and its tags 1, 1.0.0. 1 referrer of it stays.\n`);
    assert.deepEqual(JSON.parse(stdout), {
      url,
      digest,
      isManifestDeleted: true,
      tags: ["1", "1.0.0"],
      referrers: [subject],
    });
  });
});

Deno.test("delete by digest does not depend on the tags being listed", async () => {
  await inEveryPlace(async (place, digest, registry) => {
    if (!place.startsWith("oci://")) return;
    const fault = { kind: "answer", answer: () => errorAnswer(403, "DENIED") } as const;
    registry.fault({ path: /tags\/list/, times: Infinity, fault });
    const { stderr } = await gantryOk(["delete", `${place}@${digest}`, "-y"]);
    assert.equal(stderr, `Deleted ${place}@${digest} and all of its tags.\n`);
  });
});

Deno.test("delete says that a registry refuses, and not that there is no such tag", async () => {
  await inEveryPlace(async (place, _, registry) => {
    if (!place.startsWith("oci://")) return;
    registry.fault({ times: Infinity, fault: { kind: "answer", answer: () => errorAnswer(403, "DENIED") } });
    const { code, stderr } = await gantry(["delete", `${place}:1.0.0`, "-y"]);
    assert.equal(code, 1);
    assert.match(stderr, /^error: Cannot .*: DENIED \(403\)/);
    assert.match(stderr, /^advice: nobody is logged in there: log in with `gantry login /m);
  });
});

Deno.test("delete says that a registry deletes no tags, and what else can be done", async () => {
  await using directory = await tempDirectory();
  await using registry = startFakeRegistry();
  const place = `oci://${registry.host}/acme/app`;
  await writeTree(directory.path, { "a.yaml": "a: 1\n" });
  const { digest } = await push([directory.path, place, "--version", "1.0.0", "--latest"]);
  registry.fault({ method: "DELETE", fault: { kind: "answer", answer: () => errorAnswer(405, "UNSUPPORTED") } });
  const { code, stderr } = await gantry(["delete", `${place}:latest`, "-y"]);
  assert.equal(
    stderr,
    `error: Cannot delete tag "latest" of ${registry.host}/acme/app: the registry deletes whole manifests, not tags\n` +
      `advice: \`gantry delete ${place}@${digest}\` deletes the manifest with all of its tags, where the registry lets it\n`,
  );
  assert.equal(code, 1);
  assert.deepEqual(await tagsOf(place), ["latest", "1.0.0"]);
});

Deno.test("delete asks a registry for the right to delete", async () => {
  await using directory = await tempDirectory();
  const auth = { mode: "bearer", users: { ann: "secret" } } as const;
  await using registry = startFakeRegistry({ auth });
  const place = `oci://${registry.host}/acme/app`;
  await writeTree(directory.path, { "a.yaml": "a: 1\n" });
  await push([directory.path, place, "--version", "1.0.0", "--creds", "ann:secret"]);
  registry.clearLog();
  await gantryOk(["delete", `${place}:1.0.0`, "-y", "--creds", "ann:secret"]);
  const scopes = registry.requests.filter(({ path }) => path.startsWith("/token")).map(({ path }) => {
    return new URL(path, "http://x").searchParams.getAll("scope");
  });
  assert.deepEqual(scopes, [["repository:acme/app:delete,pull,push"]]);
});
