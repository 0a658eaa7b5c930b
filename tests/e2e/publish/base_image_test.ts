/** Images that are built on another one: `push --profile image --base`. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type FakeRegistry, startFakeRegistry } from "../../support/fake_registry.ts";
import { foreignRepository, type Json } from "../../support/foreign_artifact.ts";
import { gantry, gantryOk, push } from "../../support/gantry.ts";
import { type TempDirectory, tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const CONFIG_TYPE = "application/vnd.docker.container.image.v1+json";
const LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip";
const DIFF_ID = `sha256:${"1".repeat(64)}`;
const BASE_CONFIG = {
  architecture: "amd64",
  os: "linux",
  config: {
    Env: ["PATH=/usr/bin", "MODE=base"],
    Entrypoint: ["/bin/base"],
    Cmd: ["--serve"],
    User: "65532",
    Labels: { "org.opencontainers.image.title": "the base", "vendor": "acme" },
  },
  rootfs: { type: "layers", diff_ids: [DIFF_ID] },
  history: [{ created_by: "somebody" }],
};

/** Puts an image as docker makes it into a registry, as `acme/base:1`. */
function putBase(fake: FakeRegistry, { config = BASE_CONFIG, configType = CONFIG_TYPE, layerType = LAYER_TYPE }: {
  readonly config?: unknown;
  readonly configType?: string;
  readonly layerType?: string;
} = {}): { readonly url: string; readonly layer: Json; readonly digest: unknown } {
  const repository = foreignRepository(fake, "acme/base");
  const layer = repository.blob("a layer", layerType);
  const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
  const described = repository.blob(JSON.stringify(config), configType);
  const { digest } = repository.manifest({ schemaVersion: 2, mediaType, config: described, layers: [layer] }, {
    mediaType,
  });
  return { url: `${repository.url}:1`, layer, digest };
}

async function source(): Promise<TempDirectory> {
  const directory = await tempDirectory();
  await writeTree(directory.path, { "app/usr/bin/app": "a program\n" });
  return directory;
}

/** The manifest and the config of what was published to a layout. */
async function published(layout: string): Promise<{ readonly manifest: Json; readonly config: Json }> {
  const read = async (path: string): Promise<Json> => JSON.parse(await Deno.readTextFile(join(layout, path)));
  const { manifests } = await read("index.json") as { readonly manifests: readonly { readonly digest: string }[] };
  const manifest = await read(`blobs/${manifests[0]?.digest.replace(":", "/")}`);
  const { digest } = manifest["config"] as { readonly digest: string };
  return { manifest, config: await read(`blobs/${digest.replace(":", "/")}`) };
}

Deno.test("push builds an image on another one, and starts it as that says", async () => {
  await using fake = startFakeRegistry();
  const base = putBase(fake);
  await using directory = await source();
  const layout = join(directory.path, "out");
  await push([join(directory.path, "app"), `oci-layout:${layout}:1`, "--profile", "image", "--base", base.url]);
  const { manifest, config } = await published(layout);
  const layers = manifest["layers"] as readonly Json[];
  assert.equal(manifest["mediaType"], "application/vnd.oci.image.manifest.v1+json");
  assert.deepEqual(layers.map(({ mediaType }) => mediaType), [
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.v1.tar+gzip",
  ]);
  assert.equal(layers[0]?.["digest"], base.layer["digest"]);
  const annotations = {
    "org.opencontainers.image.base.digest": base.digest,
    "org.opencontainers.image.base.name": `${fake.host}/acme/base:1`,
  };
  assert.deepEqual(manifest["annotations"], annotations);
  const { rootfs, history, config: runs } = config as {
    readonly rootfs: { readonly diff_ids: readonly string[] };
    readonly history: readonly Json[];
    readonly config: Json;
  };
  assert.equal(rootfs.diff_ids[0], DIFF_ID);
  assert.equal(rootfs.diff_ids.length, 2);
  assert.deepEqual(history, [{ created_by: "somebody" }, { created_by: "gantry" }]);
  // What OCI's own keys say of the base would be wrong of this image.
  assert.deepEqual(runs, { ...BASE_CONFIG.config, Labels: { ...annotations, vendor: "acme" } });
});

Deno.test("an entrypoint and variables count over those of the base", async () => {
  await using fake = startFakeRegistry();
  const base = putBase(fake);
  await using directory = await source();
  const layout = join(directory.path, "out");
  const given = ["--entrypoint", "/usr/bin/app", "--entrypoint", "--fast", "--env", "MODE=own", "--env", "A=b=c"];
  await push([join(directory.path, "app"), `oci-layout:${layout}`, "--profile", "image", "--base", base.url, ...given]);
  const { config } = await published(layout);
  const runs = config["config"] as Json;
  assert.deepEqual(runs["Entrypoint"], ["/usr/bin/app", "--fast"]);
  assert.deepEqual(runs["Env"], ["PATH=/usr/bin", "MODE=own", "A=b=c"]);
  assert.equal(runs["Cmd"], undefined);
  assert.equal(runs["User"], "65532");
});

Deno.test("the layers of a base in the same registry are mounted and not sent", async () => {
  await using fake = startFakeRegistry();
  const base = putBase(fake);
  await using directory = await source();
  fake.clearLog();
  await push([join(directory.path, "app"), `oci://${fake.host}/acme/app:1`, "--profile", "image", "--base", base.url]);
  const hex = String(base.layer["digest"]).slice("sha256:".length);
  assert.ok(
    fake.requests.some(({ method, path }) => method === "POST" && path.includes("mount=") && path.includes(hex)),
  );
  assert.ok(!fake.requests.some(({ method, path }) => method === "GET" && path.endsWith(hex)));
});

Deno.test("the same source on the same base in a layout gives the same digest wherever the layout is", async () => {
  await using directory = await source();
  const digests: string[] = [];
  for (const name of ["one", "two"]) {
    const layout = `oci-layout:${join(directory.path, name)}`;
    await gantryOk(["push", join(directory.path, "app"), layout, "--profile", "image", "--env", "A=1"]);
    const out = `oci-layout:${join(directory.path, `${name}-out`)}`;
    digests.push((await push([join(directory.path, "app"), out, "--profile", "image", "--base", layout])).digest);
  }
  assert.equal(digests[0], digests[1]);
});

const REFUSED: Readonly<
  Record<string, {
    readonly put?: Parameters<typeof putBase>[1];
    readonly args?: readonly string[];
    readonly says: RegExp;
  }>
> = {
  "is no image": {
    put: { configType: "application/vnd.oci.empty.v1+json" },
    says: /^error: Cannot build on oci:\S+: it is no image, its config is application\/vnd\.oci\.empty\.v1\+json$/m,
  },
  "has a config of something else": {
    put: { config: { os: "linux", architecture: "amd64", rootfs: {} } },
    says: /^error: Cannot build on oci:\S+: its config is not that of an image$/m,
  },
  "has other layers than its config": {
    put: { config: { ...BASE_CONFIG, rootfs: { type: "layers", diff_ids: [] } } },
    says: /^error: Cannot build on oci:\S+: it has 1 layers, and its config names 0$/m,
  },
  "has a layer that must not be passed on": {
    put: { layerType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" },
    says: /^error: Cannot build on oci:\S+: a layer is \S+foreign\S+, which is no layer that can be passed on$/m,
  },
  "is for another platform": { args: ["--platform", "linux/arm64"], says: /^error: .*for linux\/arm64.*linux\/amd64/m },
  "is not there": {
    args: ["--base", "oci-layout:nowhere"],
    says: /^error: Cannot find oci-layout:nowhere: there is no layout$/m,
  },
  "is for another profile": {
    args: ["--profile", "flux"],
    says: /^error: Cannot use a base image with profile "flux": its consumers expect none$/m,
  },
  "is no reference": { args: ["--base", "debian:12"], says: /^error: .*debian:12.*$/m },
};

for (const [what, { put, args = [], says }] of Object.entries(REFUSED)) {
  Deno.test(`push publishes nothing on a base that ${what}`, async () => {
    await using fake = startFakeRegistry();
    const base = putBase(fake, put);
    await using directory = await source();
    const out = join(directory.path, "out");
    const usual = ["push", join(directory.path, "app"), `oci-layout:${out}`, "--profile", "image", "--base", base.url];
    const { code, stderr } = await gantry([...usual, ...args]);
    assert.notEqual(code, 0);
    assert.match(stderr, says);
    await assert.rejects(Deno.stat(out), Deno.errors.NotFound);
  });
}
