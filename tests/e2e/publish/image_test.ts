/** Profile `image`: what nearly everything that takes an image or an artifact agrees on. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { createHash } from "node:crypto";
import { readTar } from "../../../src/oci/tar/read.ts";
import { gantry, gantryOk, push } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

const EPOCH = { SOURCE_DATE_EPOCH: "1767323045" };
const TIMES: readonly (readonly [args: readonly string[], env: Record<string, string>, created: string | undefined])[] =
  [
    [["--created", "2024-01-02T03:04:05Z"], EPOCH, "2024-01-02T03:04:05Z"],
    [[], EPOCH, "2026-01-02T03:04:05Z"],
    [[], {}, undefined],
  ];

for (const [args, env, created] of TIMES) {
  Deno.test(`push makes an image that says it was created at ${created ?? "no time that is known"}`, async () => {
    await using directory = await tempDirectory();
    const layout = join(directory.path, "layout");
    await writeTree(join(directory.path, "app"), { "a.yaml": "a: 1\n", "b/run.sh": "#!/bin/sh\n" });
    await gantryOk(
      ["push", join(directory.path, "app"), `oci-layout:${layout}:x`, "--profile", "image", ...args],
      { env },
    );
    const read = (digest: string): Uint8Array => Deno.readFileSync(join(layout, "blobs", digest.replace(":", "/")));
    const json = (digest: string) => JSON.parse(new TextDecoder().decode(read(digest)));
    const [described] = JSON.parse(await Deno.readTextFile(join(layout, "index.json"))).manifests;
    const manifest = json(described.digest);
    assert.equal(manifest.mediaType, "application/vnd.oci.image.manifest.v1+json");
    assert.equal(manifest.artifactType, undefined);
    assert.equal(manifest.config.mediaType, "application/vnd.oci.image.config.v1+json");
    assert.equal(manifest.annotations?.["org.opencontainers.image.created"], created);
    const layers: readonly { readonly mediaType: string; readonly digest: string }[] = manifest.layers;
    assert.deepEqual(layers.map(({ mediaType }) => mediaType), ["application/vnd.oci.image.layer.v1.tar+gzip"]);
    const tar = gunzipSync(read(layers[0]?.digest ?? ""));
    const time = created === undefined ? {} : { created };
    const labels = created === undefined ? {} : { Labels: { "org.opencontainers.image.created": created } };
    assert.deepEqual(json(manifest.config.digest), {
      ...time,
      architecture: "amd64",
      os: "linux",
      config: labels,
      rootfs: { type: "layers", diff_ids: [`sha256:${createHash("sha256").update(tar).digest("hex")}`] },
      history: [{ ...time, created_by: "gantry" }],
    });
  });
}

Deno.test("an image says in its labels what its annotations say, and more where that is given", async () => {
  await using directory = await tempDirectory();
  await writeTree(join(directory.path, "app"), { "a.yaml": "a: 1\n" });
  const config = join(directory.path, "gantry.jsonc");
  const fields = { source: "./app", profile: "image", labels: { "one": "1", "two": "2" }, platform: "linux/arm/v7" };
  await Deno.writeTextFile(config, JSON.stringify(fields));
  const args = ["-a", "org.opencontainers.image.title=app", "-a", "two=annotated", "--version", "1.2.3"];
  const given = ["--label", "two=given", "--label", "x=a=b"];
  const read = await published([...args, ...given, "--config", config]);
  assert.deepEqual([read.config.os, read.config.architecture, read.config.variant], ["linux", "arm", "v7"]);
  assert.deepEqual(Object.entries(read.config.config.Labels ?? {}), [
    ["one", "1"],
    ["org.opencontainers.image.title", "app"],
    ["org.opencontainers.image.version", "1.2.3"],
    ["two", "given"],
    ["x", "a=b"],
  ]);
  assert.equal(read.manifest.annotations["two"], "annotated");
  const other = await published([...args, ...given, "--force", "--config", config, "--platform", "windows/amd64"]);
  assert.deepEqual([other.config.os, other.config.architecture, "variant" in other.config], [
    "windows",
    "amd64",
    false,
  ]);

  async function published(args: readonly string[]): Promise<PublishedImage> {
    return await pushed([`oci-layout:${join(directory.path, "layout")}:x`, ...args], directory.path);
  }
});

const REFUSED: readonly (readonly [args: readonly string[], said: RegExp])[] = [
  [["--profile", "image", "--platform", "linux"], /Cannot parse platform "linux": write OS\/ARCHITECTURE/],
  [["--profile", "image", "--label", "one"], /KEY=VALUE/],
  [["--profile", "generic", "--label", "a=b"], /Cannot use labels with profile "generic": its consumers expect none/],
  [["--profile", "flux", "--platform", "linux/arm64"], /Cannot use a platform with profile "flux"/],
];

for (const [args, said] of REFUSED) {
  Deno.test(`push refuses ${args.slice(2).join(" ")} with profile ${args[1]}`, async () => {
    await using directory = await tempDirectory();
    await writeTree(directory.path, { "a.yaml": "a: 1\n" });
    const { code, stderr } = await gantry(["plan", directory.path, ...args]);
    assert.equal(code, 2);
    assert.match(stderr, said);
  });
}

/** What takes an image, and what takes any artifact, as `gantry consumers` lists them. */
const EVERYBODY = ["flux", "argocd", "containerd-volume", "crio-volume", "opa", "docker", "imgpkg"];

Deno.test("the universal artifact: what an image must be so that everybody takes it", async () => {
  await using directory = await tempDirectory();
  await writeTree(join(directory.path, "app"), {
    "a.yaml": "a: 1\n",
    "policy.rego": "package a\n",
    "b/run.sh": "#!/bin/sh\n",
    "b/empty/": "",
    [`${"long".repeat(25)}/${"name".repeat(30)}.yaml`]: "x\n",
  });
  const layout = join(directory.path, "layout");
  const args = ["--profile", "image", "--version", "1.0.0", "--label", "a=b", "--for", EVERYBODY.join(",")];
  const { manifest, config, blob, media } = await pushed(
    [join(directory.path, "app"), `oci-layout:${layout}:x`, ...args],
    directory.path,
  );
  // 1. One manifest that says what it is, and that it is no artifact but an image: CRI-O mounts artifacts as files.
  assert.equal(media, "application/vnd.oci.image.manifest.v1+json");
  assert.equal(manifest.mediaType, media);
  assert.equal("artifactType" in manifest, false);
  // 2. The config of an image, with a platform and the digest of each layer before it was compressed.
  assert.equal(manifest.config.mediaType, "application/vnd.oci.image.config.v1+json");
  assert.deepEqual([config.os, config.architecture, config.rootfs.type], ["linux", "amd64", "layers"]);
  // 3. One layer, with gzip: neither Flux nor Argo CD nor OPA reads zstd.
  assert.equal(manifest.layers.length, 1);
  const [layer] = manifest.layers;
  assert.equal(layer?.mediaType, "application/vnd.oci.image.layer.v1.tar+gzip");
  const tar = gunzipSync(blob(layer?.digest ?? ""));
  assert.deepEqual(config.rootfs.diff_ids, [`sha256:${createHash("sha256").update(tar).digest("hex")}`]);
  // 4. Files and directories with paths that lead nowhere else, and nothing that says where the layer belongs.
  assert.equal(layer?.annotations, undefined);
  const members = await Array.fromAsync(
    readTar(new Blob([new Uint8Array(tar)]).stream(), {
      explain: (cause) => new Error("tar", { cause }),
      onMissingEnd: () => {},
    }),
    ({ name, type }) => [type, name] as const,
  );
  assert.deepEqual(new Set(members.map(([type]) => type)), new Set(["file", "directory"]));
  assert.equal(members.some(([, name]) => name.startsWith("/") || name.split("/").includes("..")), false);
});

interface PublishedImage {
  readonly media: string;
  readonly manifest: {
    readonly mediaType: string;
    readonly annotations: Readonly<Record<string, string>>;
    readonly config: { readonly mediaType: string; readonly digest: string };
    readonly layers: readonly {
      readonly mediaType: string;
      readonly digest: string;
      readonly annotations?: Readonly<Record<string, string>>;
    }[];
  };
  readonly config: {
    readonly os: string;
    readonly architecture: string;
    readonly variant?: string;
    readonly rootfs: { readonly type: string; readonly diff_ids: readonly string[] };
    readonly config: { readonly Labels?: Readonly<Record<string, string>> };
  };
  readonly blob: (digest: string) => Uint8Array<ArrayBuffer>;
}

/** Pushes to the layout in a directory, and reads what is there. */
async function pushed(args: readonly string[], directory: string): Promise<PublishedImage> {
  const { digest } = await push(args);
  const layout = join(directory, "layout");
  const blob = (digest: string): Uint8Array<ArrayBuffer> =>
    Deno.readFileSync(join(layout, "blobs", digest.replace(":", "/")));
  const json = (digest: string) => JSON.parse(new TextDecoder().decode(blob(digest)));
  const { manifests } = JSON.parse(await Deno.readTextFile(join(layout, "index.json")));
  const { mediaType } = manifests.find((each: { readonly digest: string }) => each.digest === digest);
  const manifest = json(digest);
  return { media: mediaType, manifest, config: json(manifest.config.digest), blob };
}

Deno.test("push makes no image with a time that is none", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "a.yaml": "a: 1\n" });
  const args = ["plan", directory.path, "--profile", "image"];
  const { code, stderr } = await gantry(args, { env: { SOURCE_DATE_EPOCH: "now" } });
  assert.deepEqual([code, stderr.split(":")[0]], [2, "error"]);
});
