/** A bundle in volumes: exported, carried in part, carried whole, imported. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { VOLUME_HEADER_SIZE } from "../../../src/layout/tar/volumes/header.ts";
import { createRegistryClient } from "../../../src/registry/client.ts";
import { registryStore } from "../../../src/registry/store.ts";
import { testContext } from "../../registry/support.ts";
import { type FakeRegistry, startFakeRegistry } from "../../support/fake_registry.ts";
import { gantry, gantryOk } from "../../support/gantry.ts";
import { putSample, type Sample, sampleOf } from "../../support/store_samples.ts";
import { tempDirectory } from "../../support/temp_directory.ts";

const APP = sampleOf("app ".repeat(600_000));
const SIGNATURE = sampleOf("signature", { subject: APP.manifest.descriptor });
const NEWER = sampleOf("newer ".repeat(600_000));

/** Publishes an artifact and a signature of it, and another artifact. */
async function publish({ host }: FakeRegistry): Promise<void> {
  const client = createRegistryClient({ host });
  try {
    const reference = { kind: "registry", host, repository: "acme/app" } as const;
    await using store = registryStore({ reference, client, access: "push" });
    const put = (sample: Sample, tags: readonly string[]): Promise<void> =>
      putSample(store, sample, tags, testContext());
    await put(APP, ["1.0.0"]);
    await put(SIGNATURE, []);
    await put(NEWER, ["2.0.0"]);
  } finally {
    client.close();
  }
}

async function filesIn(directory: string): Promise<readonly (readonly [name: string, time: number | undefined])[]> {
  const names = (await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name).sort();
  return await Promise.all(names.map(async (name) => {
    return [name, (await Deno.stat(join(directory, name))).mtime?.getTime()] as const;
  }));
}

Deno.test("a bundle crosses in volumes, and one that is damaged or missing is named before anything is contacted", async () => {
  await using directory = await tempDirectory();
  await using near = startFakeRegistry();
  await using far = startFakeRegistry();
  await publish(near);
  const bundle = `oci-archive:${join(directory.path, "b.tar")}`;
  const references = ["1.0.0", "2.0.0"].map((tag) => `oci://${near.host}/acme/app:${tag}`);
  await gantryOk(["export", ...references, bundle, "--volume-size", "2MiB", "-q"]);
  const files = await filesIn(directory.path);
  assert.deepEqual(files.map(([name]) => name), ["b.tar.001", "b.tar.002", "b.tar.003"]);
  const second = join(directory.path, "b.tar.002");
  const whole = await Deno.readFile(second);

  const assertRefused = async (message: RegExp): Promise<void> => {
    const { code, stdout, stderr } = await gantry(["import", bundle, `oci://${far.host}`, "--yes", "-q"]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, message);
    assert.deepEqual(far.summary(), []);
  };
  await Deno.remove(second);
  await assertRefused(/volume 2 of 3 is missing: get the file ".*b\.tar\.002" again/);
  const damaged = whole.slice();
  damaged.fill(0, VOLUME_HEADER_SIZE + 1_000_000, VOLUME_HEADER_SIZE + 1_000_010);
  await Deno.writeFile(second, damaged);
  await assertRefused(/"[^"]*b\.tar\.002": volume 2 of 3 is damaged: get this file again/);
  await Deno.writeFile(second, whole);

  const before = await filesIn(directory.path);
  await gantryOk(["verify", bundle]);
  await gantryOk(["import", bundle, `oci://${far.host}/mirror`, "--yes", "-q"]);
  assert.deepEqual(await filesIn(directory.path), before);
  for (const [tag, sample] of [["1.0.0", APP], ["2.0.0", NEWER]] as const) {
    const report = JSON.parse(
      (await gantryOk(["inspect", `oci://${far.host}/mirror/acme/app:${tag}`, "--referrers", "-o", "json"])).stdout,
    );
    assert.equal(report.digest, sample.manifest.descriptor.digest);
    assert.equal(report.referrers.length, sample === APP ? 1 : 0);
  }
});

Deno.test("an export adds to volumes that are there, and a copy reads them", async () => {
  await using directory = await tempDirectory();
  await using near = startFakeRegistry();
  await publish(near);
  const path = join(directory.path, "b.tar");
  for (const tag of ["1.0.0", "2.0.0"]) {
    const source = `oci://${near.host}/acme/app:${tag}`;
    await gantryOk(["export", source, `oci-archive:${path}`, "--volume-size", "1MiB", "-q"]);
  }
  for (const [tag, sample] of [["1.0.0", APP], ["2.0.0", NEWER]] as const) {
    for (const file of [path, `${path}.001`]) {
      const to = `oci-layout:${join(directory.path, "copied")}`;
      const { stdout } = await gantryOk(["copy", `oci-archive:${file}:${tag}`, to, "-q"]);
      assert.equal(stdout, `${to}@${sample.manifest.descriptor.digest}\n`);
    }
  }
});

Deno.test("an export in volumes that are too small contacts nobody", async () => {
  await using near = startFakeRegistry();
  const args = ["export", `oci://${near.host}/acme/app:1.0.0`, "oci-archive:./b.tar", "--volume-size", "500kB"];
  const { code, stderr } = await gantry(args);
  assert.equal(code, 2);
  assert.match(stderr, /into volumes of 500000 bytes: a volume has at least 1\.0 MiB/);
  assert.deepEqual(near.summary(), []);
});
