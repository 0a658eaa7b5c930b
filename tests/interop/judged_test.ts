/**
 * What gantry says of an artifact is what its consumer's own program says: each of these artifacts is given to each of
 * the programs, and both have to agree.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_INDEX_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { startFakeRegistry } from "../support/fake_registry.ts";
import { type ForeignRepository, foreignRepository, type Json } from "../support/foreign_artifact.ts";
import { gantryOk } from "../support/gantry.ts";
import { file, folder, type RawMember, rawTar, symlink } from "../support/raw_tar.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, toolTest } from "../support/tools.ts";
import { readTree } from "../support/tree.ts";

const IMAGE = "application/vnd.oci.image.config.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar";
const EMPTY = "application/vnd.oci.empty.v1+json";
const FLUX = "application/vnd.cncf.flux.content.v1.tar+gzip";
const TIMONI_CONFIG = "application/vnd.timoni.config.v1+json";
const TIMONI = "application/vnd.timoni.content.v1.tar+gzip";
const HELM_CONFIG = "application/vnd.cncf.helm.config.v1+json";
const CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const PROVENANCE = "application/vnd.cncf.helm.chart.provenance.v1.prov";
const TITLE = "org.opencontainers.image.title";
const TREE = { [TITLE]: ".", "io.deis.oras.content.unpack": "true" };
const CHART_YAML = { name: "app/Chart.yaml", content: "apiVersion: v2\nname: app\nversion: 1.0.0\n" };

type Bytes = Uint8Array<ArrayBuffer>;
type Put = (repository: ForeignRepository) => void;

const TAR = rawTar([file("package.yaml"), folder("sub/"), file("sub/b.rego", "package main\n")]);
const TWICE = rawTar([file("package.yaml"), file("a"), file("a")]);
const gzip = (bytes: Uint8Array): Bytes => new Uint8Array(gzipSync(bytes, { level: 1 }));
const tarOf = (...members: readonly RawMember[]): Bytes => rawTar([file("a.yaml"), ...members]);

/** A layer: its media type, its bytes, and its annotations. */
type LayerSpec = readonly [mediaType: string, bytes: Bytes, annotations?: Json];

function manifestOf(repository: ForeignRepository, layers: readonly LayerSpec[], more: {
  readonly config?: readonly [mediaType: string, json: unknown];
  readonly artifactType?: string;
} = {}): Json {
  const { config: [mediaType, json] = [EMPTY, {}], artifactType } = more;
  return {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST_MEDIA_TYPE,
    ...(artifactType === undefined ? {} : { artifactType }),
    config: repository.blob(JSON.stringify(json), mediaType),
    layers: layers.map(([mediaType, bytes, annotations]) =>
      repository.blob(bytes, mediaType, annotations === undefined ? {} : { annotations })
    ),
  };
}

const put = (layers: readonly LayerSpec[], more: Parameters<typeof manifestOf>[2] = {}): Put => (repository) => {
  repository.manifest(manifestOf(repository, layers, more), { tag: "1.0.0" });
};
const image = (layers: readonly LayerSpec[], diffs: readonly Bytes[], more: Json = {}): Put =>
  put(layers, { config: [IMAGE, imageConfig(diffs)], ...more });
const imageConfig = (diffs: readonly Bytes[]): Json => ({
  architecture: "amd64",
  os: "linux",
  config: {},
  rootfs: { type: "layers", diff_ids: diffs.map((bytes) => digestOf(bytes)) },
});
const helm = (
  layers: readonly LayerSpec[],
  config: unknown = { name: "app", version: "1.0.0", apiVersion: "v2" },
): Put => put(layers, { config: [HELM_CONFIG, config] });
const timoni = (...layers: readonly LayerSpec[]): Put => put(layers, { config: [TIMONI_CONFIG, {}] });
const flux = (...members: readonly RawMember[]): Put => put([[FLUX, gzip(tarOf(...members))]]);
const chart = (...members: readonly RawMember[]): LayerSpec => [CHART, gzip(rawTar([CHART_YAML, ...members]))];
const inIndex =
  (platform: Json, layers: readonly LayerSpec[], more: Parameters<typeof manifestOf>[2] = {}): Put => (repository) => {
    const child = repository.manifest(manifestOf(repository, layers, more), { tag: "child" });
    const json = { schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests: [{ ...child, ...platform }] };
    repository.manifest(json, { tag: "1.0.0", mediaType: OCI_INDEX_MEDIA_TYPE });
  };
const AMD64 = { platform: { os: "linux", architecture: "amd64" } };
const ARM64 = { platform: { os: "linux", architecture: "arm64" } };
const named = (
  title: string,
  text = title,
): LayerSpec => ["text/plain", new TextEncoder().encode(text), { [TITLE]: title }];

const ARTIFACTS: Readonly<Record<string, Put>> = {
  "image": image([[`${LAYER}+gzip`, gzip(TAR)]], [TAR]),
  "image-plain": image([[LAYER, TAR]], [TAR]),
  "image-zstd": image([[`${LAYER}+zstd`, new Uint8Array(zstdCompressSync(TAR))]], [TAR]),
  "image-typed": image([[`${LAYER}+gzip`, gzip(TAR)]], [TAR], { artifactType: "application/vnd.acme.v1" }),
  "image-two-layers": image([[`${LAYER}+gzip`, gzip(TAR)], [LAYER, tarOf(file("c"))]], [TAR, tarOf(file("c"))]),
  "image-wrong-digest": image([[`${LAYER}+gzip`, gzip(TAR)]], [tarOf()]),
  "image-without-digest": image([[`${LAYER}+gzip`, gzip(TAR)]], []),
  "image-of-no-tar": image([[`${LAYER}+gzip`, gzip(new TextEncoder().encode("a: 1\n"))]], [
    new TextEncoder().encode("a: 1\n"),
  ]),
  "image-amd64": inIndex(AMD64, [[`${LAYER}+gzip`, gzip(TAR)]], { config: [IMAGE, imageConfig([TAR])] }),
  "image-arm64": inIndex(ARM64, [[`${LAYER}+gzip`, gzip(TAR)]], { config: [IMAGE, imageConfig([TAR])] }),
  "image-same-path": image([[`${LAYER}+gzip`, gzip(TWICE)]], [TWICE]),
  "no-layers": put([]),
  "flux": flux(),
  "flux-in-index": inIndex({}, [[FLUX, gzip(TAR)]]),
  "flux-zstd": put([[FLUX, new Uint8Array(zstdCompressSync(TAR))]]),
  "flux-cut-off": put([[FLUX, gzip(TAR).slice(0, -20)]]),
  "flux-absolute": flux(file("/etc/a")),
  "flux-backslash": flux(file("a\\b")),
  "flux-up": flux(file("sub/../../a")),
  "flux-only-looks-up": flux(file("sub../b")),
  "flux-dots": flux(file("..a"), file("...")),
  "flux-link": flux(symlink("l", "a.yaml")),
  "flux-pipe": flux({ name: "p", type: "6" }),
  "chart": helm([chart()]),
  "chart-signed": helm([[PROVENANCE, new TextEncoder().encode("signed\n")], chart()]),
  "chart-legacy": helm([["application/tar+gzip", chart()[1]]]),
  "chart-in-index": inIndex(AMD64, [chart()], { config: [HELM_CONFIG, { name: "app", version: "1.0.0" }] }),
  "chart-at-root": helm([[CHART, gzip(rawTar([{ ...CHART_YAML, name: "Chart.yaml" }]))]]),
  "chart-without-metadata": helm([[CHART, gzip(rawTar([file("app/values.yaml")]))]]),
  "chart-up": helm([chart(file("app/../../a"))]),
  "chart-absolute": helm([chart(file("/app/a"))]),
  "chart-large-file": helm([chart({ name: "app/files/a", content: new Uint8Array(5 * 1024 * 1024 + 1) })]),
  "chart-large": helm([chart({ name: "app/files/a", content: new Uint8Array(100 * 1024 * 1024) })]),
  "chart-backslashes": helm([chart(file("app\\templates\\a.yaml"))]),
  "chart-drive": helm([chart(file("app/C:/a"))]),
  "chart-drive-outside": helm([chart(file("C:/a"))]),
  "chart-double-slash": helm([chart(file("app//a"))]),
  "chart-file-outside": helm([chart(file("README.md"))]),
  "chart-dots": helm([chart(file("app/a..b"), file("app/..c"))]),
  "chart-plain": helm([[CHART, rawTar([CHART_YAML])]]),
  "chart-without-config": put([chart()]),
  "chart-config-list": helm([chart()], []),
  "chart-in-other-layer": helm([[FLUX, chart()[1]]]),
  "module": timoni([TIMONI, gzip(rawTar([folder("cue.mod/")]))], [TIMONI, gzip(rawTar([file("timoni.cue")]))]),
  "module-in-index": inIndex(AMD64, [[TIMONI, gzip(rawTar([file("timoni.cue")]))]], { config: [TIMONI_CONFIG, {}] }),
  "module-without-config": put([[TIMONI, gzip(rawTar([file("timoni.cue")]))]]),
  "module-in-other-layer": timoni([FLUX, gzip(rawTar([file("timoni.cue")]))]),
  "module-plain": timoni([TIMONI, rawTar([file("timoni.cue")])]),
  "module-up": timoni([TIMONI, gzip(rawTar([file("timoni.cue"), file("sub/../../a")]))]),
  "module-large": timoni([
    TIMONI,
    gzip(rawTar([file("timoni.cue"), { name: "large", content: new Uint8Array(100 * 1024 * 1024) }])),
  ]),
  "files": put([named("a.rego"), named("sub/b.json", "{}")]),
  "files-twice": put([named("a.rego"), named("a.rego")]),
  "files-alike": put([named("a.rego"), named("a.rego", "package b\n")]),
  "files-up": put([named("a.rego"), named("../b.rego")]),
  "files-inside": put([named("sub/../b.rego")]),
  "files-absolute": put([named("/never/b.rego")]),
  "files-root": put([named(".")]),
  "files-nested": put([named("a"), named("a/b.rego")]),
  "files-and-unnamed": put([named("a.rego"), ["text/plain", new TextEncoder().encode("unnamed")]]),
  "tree": put([[`${LAYER}+gzip`, gzip(TAR), TREE]]),
  "tree-plain": put([[LAYER, TAR, TREE]]),
  "tree-with-digest": put([[`${LAYER}+gzip`, gzip(TAR), { ...TREE, "io.deis.oras.content.digest": digestOf(TAR) }]]),
  "tree-wrong-digest": put([[`${LAYER}+gzip`, gzip(TAR), {
    ...TREE,
    "io.deis.oras.content.digest": digestOf(gzip(TAR)),
  }]]),
  "tree-beside": put([[`${LAYER}+gzip`, gzip(TAR), { ...TREE, [TITLE]: "other" }]]),
  "tree-below": put([[`${LAYER}+gzip`, gzip(rawTar([folder("dir"), file("dir/a")])), { ...TREE, [TITLE]: "dir" }]]),
  "tree-up": put([[`${LAYER}+gzip`, gzip(tarOf(file("../b"))), TREE]]),
  "tree-link-up": put([[`${LAYER}+gzip`, gzip(tarOf(symlink("l", "../b"))), TREE]]),
  "tree-link": put([[`${LAYER}+gzip`, gzip(tarOf(symlink("l", "a.yaml"))), TREE]]),
};

/** Gives an artifact to a program in an empty directory; tells whether it was taken. */
type Take = (place: {
  /** `HOST/REPOSITORY`. */
  readonly repository: string;
  /** An empty directory. */
  readonly out: string;
}) => Promise<boolean>;

const PROGRAMS: readonly (readonly [consumer: string, tools: readonly string[], take: Take])[] = [
  [
    "flux",
    ["flux-pull"],
    async ({ repository, out }) => await runs("flux-pull", ["--insecure", `oci://${repository}:1.0.0`, join(out, "x")]),
  ],
  [
    "timoni",
    ["timoni"],
    async ({ repository, out }) =>
      await runs("timoni", ["mod", "pull", `oci://${repository}`, "-v", "1.0.0", "-o", join(out, "x")], {
        TIMONI_CACHE_DIR: join(out, "cache"),
      }),
  ],
  [
    "helm",
    ["helm"],
    async ({ repository, out }) =>
      // Unlike a pull, this loads the chart.
      await runs("helm", ["show", "chart", `oci://${repository}`, "--version", "1.0.0", "--plain-http"], {
        HELM_CACHE_HOME: out,
        HELM_CONFIG_HOME: out,
      }),
  ],
  [
    "oras",
    ["oras"],
    async ({ repository, out }) =>
      await runs("oras", ["pull", `${repository}:1.0.0`, "--plain-http", "-o", out]) && await hasFiles(out),
  ],
  [
    "conftest",
    ["conftest"],
    async ({ repository, out }) =>
      await runs("conftest", ["pull", `oci://${repository}:1.0.0`, "-p", "policy"], {}, out) && await hasFiles(out),
  ],
];

for (const [consumer, tools, take] of PROGRAMS) {
  toolTest(`gantry inspect --for ${consumer} says what ${tools.join(" and ")} says`, tools, async () => {
    await assertAgreement(consumer, Object.keys(ARTIFACTS), take);
  });
}

/** Those who stand for consumers whose own programs need a cluster, and see what these see of a single image. */
const STANDINS: readonly (readonly [consumer: string, tool: string, take: Take])[] = [
  ...["containerd-volume", "crio-volume", "docker"].map((consumer): readonly [string, string, Take] => [
    consumer,
    "umoci",
    async ({ repository, out }) => {
      const layout = join(out, "layout");
      await gantryOk(["copy", `oci://${repository}:1.0.0`, `oci-layout:${layout}:1.0.0`]);
      return await runs("umoci", ["raw", "unpack", "--rootless", "--image", `${layout}:1.0.0`, join(out, "x")]);
    },
  ]),
  // Crossplane validates an image by the same library before it looks for its package.yaml.
  [
    "crossplane",
    "crane",
    ({ repository }) => runs("crane", ["validate", "--insecure", "--remote", `${repository}:1.0.0`]),
  ],
];

for (const [consumer, program, take] of STANDINS) {
  toolTest(`gantry inspect --for ${consumer} says what ${program} says of images`, [program], async () => {
    // What has a type of its own is an artifact to CRI-O, and no image.
    const others = consumer === "crio-volume" ? /-(?:amd64|arm64|typed)$/ : /-(?:amd64|arm64)$/;
    const names = Object.keys(ARTIFACTS).filter((name) => name.startsWith("image") && !others.test(name));
    await assertAgreement(consumer, names, take);
  });
}

toolTest("flux pulls everything of which gantry inspect --for flux says that Flux accepts it", ["flux"], async () => {
  await using registry = startFakeRegistry();
  let count = 0;
  for (const [name, putIt] of Object.entries(ARTIFACTS)) {
    await using out = await tempDirectory();
    const repository = foreignRepository(registry, `acme/${name}`);
    putIt(repository);
    if (!await isAccepted(`${repository.url}:1.0.0`, "flux")) continue;
    count++;
    assert.ok(await runs("flux", ["pull", "artifact", `${repository.url}:1.0.0`, "--output", out.path]), name);
  }
  assert.ok(count > 5);
});

async function assertAgreement(consumer: string, names: readonly string[], take: Take): Promise<void> {
  await using registry = startFakeRegistry();
  const said: Record<string, boolean> = {};
  const done: Record<string, boolean> = {};
  for (const name of names) {
    await using out = await tempDirectory();
    const repository = foreignRepository(registry, `acme/${name}`);
    ARTIFACTS[name]?.(repository);
    said[name] = await isAccepted(`${repository.url}:1.0.0`, consumer);
    done[name] = await take({ repository: repository.url.slice("oci://".length), out: out.path });
  }
  assert.deepEqual(said, done);
  assert.ok(Object.values(done).includes(true) && Object.values(done).includes(false));
}

async function isAccepted(reference: string, consumer: string): Promise<boolean> {
  const { stdout } = await gantryOk(["inspect", reference, "--for", consumer, "-o", "json"]);
  return JSON.parse(stdout).consumers[0].accepted;
}

async function runs(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Promise<boolean> {
  return (await runTool(name, args, { env, ...(cwd === undefined ? {} : { cwd }) })).code === 0;
}

async function hasFiles(directory: string): Promise<boolean> {
  return Object.values(await readTree(directory)).some((what) => what !== "dir");
}
