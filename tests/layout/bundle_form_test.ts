/** How a bundle says what it carries: as an entry of its own, or in the annotations where one entry is all there is. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk } from "../support/gantry.ts";
import { directoryStore } from "../../src/layout/directory/store.ts";
import { startFakeRegistry } from "../support/fake_registry.ts";
import { putSample, sampleOf } from "../support/store_samples.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { testContext } from "../registry/support.ts";

const context = testContext();
const ONE = sampleOf("one");
const TWO = sampleOf("two");
const KEY = "vnd.gantry.transfer.v1";

interface Index {
  readonly manifests: readonly { readonly digest: string; readonly artifactType?: string }[];
  readonly annotations?: Readonly<Record<string, string>>;
}

async function withBundle(
  work: (at: (name: string) => string, index: () => Promise<Index>) => Promise<void>,
): Promise<void> {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  await using store = directoryStore({ kind: "oci-layout", path: at("app") });
  await putSample(store, ONE, ["1.0"], context);
  await putSample(store, TWO, ["2.0"], context);
  await gantryOk(["export", `oci-layout:${at("app")}:1.0`, `oci-layout:${at("bundle")}`]);
  await work(at, async () => JSON.parse(await Deno.readTextFile(at("bundle/index.json"))));
}

Deno.test("an export of one artifact lists one entry, and is a bundle all the same", async () => {
  await withBundle(async (at, index) => {
    const { manifests, annotations } = await index();
    assert.deepEqual(manifests.map(({ digest }) => digest), [ONE.manifest.descriptor.digest]);
    assert.equal(JSON.parse(annotations?.[KEY] ?? "{}").artifactType, "application/vnd.gantry.transfer.v1+json");
    const url = `oci-layout:${at("bundle")}`;
    assert.match((await gantryOk(["verify", url])).stdout, /: whole, 1 artifact, /);
    await using far = startFakeRegistry();
    await gantryOk(["import", "--yes", url, `oci://${far.host}`, "--map", "app=acme/app"]);
    assert.equal(far.repositories.get("acme/app")?.tags.get("1.0"), ONE.manifest.descriptor.digest);
    // The same again, in a tar and through a copy of all.
    await gantryOk(["export", `oci-layout:${at("app")}:1.0`, url]);
    await gantryOk(["copy", "--all-tags", url, `oci-layout:${at("copy")}`]);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(at("copy/index.json"))), await index());
  });
});

Deno.test("the description becomes an entry when there is more", async () => {
  await withBundle(async (at, index) => {
    const url = `oci-layout:${at("bundle")}`;
    await gantryOk(["export", `oci-layout:${at("app")}:2.0`, url]);
    const { manifests, annotations } = await index();
    assert.equal(annotations, undefined);
    assert.equal(manifests.filter(({ artifactType }) => artifactType?.includes("transfer")).length, 1);
    assert.match((await gantryOk(["verify", url])).stdout, /: whole, 2 artifacts, /);
  });
});

Deno.test("verify misses the description that the annotations of an index name", async () => {
  await withBundle(async (at, index) => {
    const { digest } = JSON.parse((await index()).annotations?.[KEY] ?? "{}");
    await Deno.remove(at(`bundle/blobs/${digest.replace(":", "/")}`));
    const { code, stdout } = await gantry(["verify", `oci-layout:${at("bundle")}`]);
    assert.equal(code, 1);
    assert.ok(stdout.includes(`${digest} is missing, needed by index.json\n`), stdout);
  });
});

Deno.test("verify --repair takes the name of the one artifact back from the description, in whatever form it was", async () => {
  await withBundle(async (at, index) => {
    const before = await index();
    await Deno.writeTextFile(at("bundle/index.json"), "{");
    await gantryOk(["verify", "--repair", `oci-layout:${at("bundle")}`]);
    const names = (await index()).manifests.map((entry) => JSON.stringify(entry)).join("\n");
    assert.ok(names.includes("app:1.0"), names);
    const [entry] = before.manifests;
    await Deno.writeTextFile(at("bundle/index.json"), JSON.stringify({ ...before, manifests: [entry, {}] }));
    await gantryOk(["verify", "--repair", `oci-layout:${at("bundle")}`]);
    assert.deepEqual((await index()).annotations, before.annotations);
  });
});

for (const odd of ["no JSON", "[]", '{"digest":1}']) {
  Deno.test(`an annotation that is no description does no harm: ${odd}`, async () => {
    await withBundle(async (at, index) => {
      await Deno.writeTextFile(
        at("bundle/index.json"),
        JSON.stringify({ ...await index(), annotations: { [KEY]: odd } }),
      );
      await gantryOk(["inspect", `oci-layout:${at("bundle")}:1.0`]);
      await gantryOk(["verify", `oci-layout:${at("bundle")}`]);
    });
  });
}
