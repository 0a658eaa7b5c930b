/**
 * How many round trips a push needs, one after the other: what a distant registry's delay is multiplied by.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "../../support/fake_registry.ts";
import { gantryOk } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";
import { startWaveProxy, type Wave, type WaveProxy } from "../../support/network/wave_proxy.ts";

interface Place {
  readonly proxy: WaveProxy;
  readonly registry: FakeRegistry;
  /** Pushes the source, which must succeed in these waves and with no request besides. */
  readonly push: (flags: readonly string[], ...waves: readonly Wave[]) => Promise<void>;
  /** Changes the source. */
  readonly change: () => Promise<void>;
}

async function withProxy(options: FakeRegistryOptions, test: (place: Place) => Promise<void>): Promise<void> {
  await using directory = await tempDirectory();
  const source = join(directory.path, "source");
  await writeTree(source, { "a.yaml": "a: 1\n", "b/c.yaml": "c: 2\n" });
  await using registry = startFakeRegistry(options);
  await using proxy = startWaveProxy(() => registry.origin);
  const env = { GANTRY_USERNAME: "ann", GANTRY_PASSWORD: USERS.ann, GANTRY_CACHE: join(directory.path, "cache") };
  await test({
    proxy,
    registry,
    async push(flags, ...waves): Promise<void> {
      proxy.expect(...waves);
      await gantryOk(["push", source, `oci://${proxy.host}/acme/app`, ...flags], { env });
      assert.deepEqual(proxy.unexpected, []);
      assert.equal(proxy.waves.length, waves.length);
    },
    change: () => Deno.writeTextFile(join(source, "a.yaml"), "a: 2\n"),
  });
}

const USERS = { ann: "s:ecret" };
const TOKEN: FakeRegistryOptions = { auth: { mode: "bearer", users: USERS } };

/** What is asked before anything is sent: the tags, the manifest, config and layer. */
function questions(...tags: readonly string[]): Wave {
  return [...tags.map((tag) => `HEAD manifests/${tag}`), "HEAD manifests/DIGEST", ...twice("HEAD blobs/DIGEST")];
}

function twice(...requests: readonly string[]): Wave {
  return [...requests, ...requests];
}

const BEGIN = twice("POST blobs/uploads/");
const CONTENT = twice("PUT blobs/uploads/SESSION");

Deno.test("push with two tags to a registry that wants a token takes five round trips, the token's included", async () => {
  await withProxy(TOKEN, async ({ push, registry }) => {
    const asked = questions("1.0.0", "latest");
    const tags = ["--version", "1.0.0", "--latest"];
    await push(
      tags,
      asked,
      ["GET /token"],
      [...asked, ...BEGIN],
      [...CONTENT, "HEAD manifests/1.0.0"],
      ["PUT manifests/1.0.0", "PUT manifests/latest"],
    );
    const found = registry.repositories.get("acme/app") ?? assert.fail();
    assert.deepEqual([...found.tags.keys()].sort(), ["1.0.0", "latest"]);
    assert.deepEqual([...new Set(found.tags.values())], [...found.manifests.keys()]);

    // Where tokens are given is known now.
    await push(tags, ["GET /token"], asked);
    assert.equal(found.uploads.size, 0);
  });
});

Deno.test("push takes three round trips where all is there and nobody knows where tokens are given", async () => {
  await withProxy(TOKEN, async ({ push, registry }) => {
    const asked = questions("1.0.0");
    const flags = ["--version", "1.0.0", "--no-cache"];
    const sent: readonly Wave[] = [[...CONTENT, "HEAD manifests/1.0.0"], ["PUT manifests/1.0.0"]];
    await push(flags, asked, ["GET /token"], [...asked, ...BEGIN], ...sent);
    await push(flags, asked, ["GET /token"], [...asked, ...BEGIN]);
    assert.equal(registry.repositories.get("acme/app")?.uploads.size, 0);
  });
});

Deno.test("push of something new takes five round trips as well where it is known where tokens are given", async () => {
  await withProxy(TOKEN, async ({ push, change }) => {
    const asked = questions("edge");
    await push(["-t", "edge"], asked, ["GET /token"], [...asked, ...BEGIN], CONTENT, ["PUT manifests/edge"]);
    await change();
    await push(
      ["-t", "edge"],
      ["GET /token"],
      asked,
      ["POST blobs/uploads/"],
      ["PUT blobs/uploads/SESSION"],
      ["PUT manifests/edge"],
    );
  });
});

Deno.test("push with two tags to a registry without tokens takes four round trips, and one when it is there", async () => {
  await withProxy({}, async ({ push }) => {
    const asked = questions("1.0.0", "latest");
    const tags = ["--version", "1.0.0", "--latest"];
    // The registry does not take a blob in the first request, which is tried with the smallest one.
    await push(
      tags,
      asked,
      [...BEGIN, "HEAD manifests/1.0.0"],
      CONTENT,
      ["PUT manifests/1.0.0", "PUT manifests/latest"],
    );
    await push(tags, asked);
  });
});

Deno.test("push of something new under a tag that moves sends no blob that is there, and asks for nothing twice", async () => {
  await withProxy({}, async ({ push, change }) => {
    await push(["-t", "edge"], questions("edge"), BEGIN, CONTENT, ["PUT manifests/edge"]);
    await change();
    await push(
      ["-t", "edge"],
      questions("edge"),
      ["POST blobs/uploads/"],
      ["PUT blobs/uploads/SESSION"],
      ["PUT manifests/edge"],
    );
  });
});
