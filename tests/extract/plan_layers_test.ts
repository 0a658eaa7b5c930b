import assert from "node:assert/strict";
import type { Annotations, Descriptor } from "../../src/oci/descriptor.ts";
import { digestOf } from "../../src/oci/digest.ts";
import {
  DOCKER_IMAGE_CONFIG_MEDIA_TYPE,
  EMPTY_MEDIA_TYPE,
  FLUX_CONFIG_MEDIA_TYPE,
  FLUX_CONTENT_MEDIA_TYPE,
  HELM_CHART_MEDIA_TYPE,
  HELM_CONFIG_MEDIA_TYPE,
  IMAGE_CONFIG_MEDIA_TYPE,
  IMAGE_LAYER_MEDIA_TYPE,
  OCI_MANIFEST_MEDIA_TYPE,
  TIMONI_CONFIG_MEDIA_TYPE,
  TIMONI_CONTENT_MEDIA_TYPE,
} from "../../src/oci/media_types.ts";
import type { ImageManifest } from "../../src/oci/parse_manifest.ts";
import { ExtractionError } from "../../src/extract/extraction_error.ts";
import { planLayers } from "../../src/extract/plan_layers.ts";

const PROVENANCE = "application/vnd.cncf.helm.chart.provenance.v1.prov";
const DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";

function layer(mediaType: string, annotations?: Annotations): Descriptor {
  const digest = digestOf(new TextEncoder().encode(mediaType));
  return { mediaType, digest, size: 1, ...(annotations === undefined ? {} : { annotations }) };
}

function titled(title: string, mediaType = "text/plain", unpack = "false"): Descriptor {
  return layer(mediaType, { "org.opencontainers.image.title": title, "io.deis.oras.content.unpack": unpack });
}

function manifest(config: string, ...layers: readonly Descriptor[]): ImageManifest {
  return { kind: "manifest", mediaType: OCI_MANIFEST_MEDIA_TYPE, config: layer(config), layers };
}

/** What becomes of layers, short enough to compare: `archive replaces whiteouts keep`, `file a.txt`, `unknown`. */
function described(manifest: ImageManifest, types?: readonly string[]): readonly string[] {
  return planLayers(manifest, types).map((plan) => {
    if (plan.kind === "file") return `file ${plan.path}`;
    if (plan.kind === "unknown") return "unknown";
    const { replaces, whiteouts, strip, title, links } = plan;
    const flags = Object.entries({ replaces, whiteouts, strip }).filter(([, set]) => set).map(([name]) => name);
    return ["archive", ...flags, ...(title === undefined ? [] : [`in ${title}`]), links].join(" ");
  });
}

const IMAGE = "archive replaces whiteouts keep";
const CASES: readonly (readonly [name: string, manifest: ImageManifest, plans: readonly string[]])[] = [
  [
    "layers of an OCI image",
    manifest(IMAGE_CONFIG_MEDIA_TYPE, ...["", "+gzip", "+zstd"].map((how) => layer(`${IMAGE_LAYER_MEDIA_TYPE}${how}`))),
    [IMAGE, IMAGE, IMAGE],
  ],
  [
    "layers of a Docker image",
    manifest(
      DOCKER_IMAGE_CONFIG_MEDIA_TYPE,
      layer(DOCKER_LAYER),
      layer("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"),
      layer("application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"),
    ),
    [IMAGE, IMAGE, IMAGE],
  ],
  ["what is no layer in an image", manifest(IMAGE_CONFIG_MEDIA_TYPE, layer("application/vnd.in-toto+json")), [
    "unknown",
  ]],
  [
    "both layers of a Timoni module",
    manifest(
      TIMONI_CONFIG_MEDIA_TYPE,
      layer(TIMONI_CONTENT_MEDIA_TYPE),
      layer(TIMONI_CONTENT_MEDIA_TYPE),
      layer("x/y"),
    ),
    ["archive replaces error", "archive replaces error"],
  ],
  [
    "a chart without its provenance",
    manifest(HELM_CONFIG_MEDIA_TYPE, layer(PROVENANCE), layer(HELM_CHART_MEDIA_TYPE)),
    ["archive strip error"],
  ],
  ["an old chart", manifest(HELM_CONFIG_MEDIA_TYPE, layer("application/tar+gzip")), ["archive strip error"]],
  ["Flux's layer", manifest(FLUX_CONFIG_MEDIA_TYPE, layer(FLUX_CONTENT_MEDIA_TYPE)), ["unknown"]],
  ["files with titles", manifest(EMPTY_MEDIA_TYPE, titled("a"), titled("b/c", IMAGE_LAYER_MEDIA_TYPE)), [
    "file a",
    "file b/c",
  ]],
  ["a title that is empty", manifest(EMPTY_MEDIA_TYPE, titled("")), ["unknown"]],
  ["directories with titles", manifest(EMPTY_MEDIA_TYPE, titled("dir", "x/y", "true")), ["archive in dir error"]],
  ["gantry's tree", manifest(EMPTY_MEDIA_TYPE, titled(".", `${IMAGE_LAYER_MEDIA_TYPE}+gzip`, "true")), [
    "archive in . error",
  ]],
  ["gantry's tree, not compressed", manifest(EMPTY_MEDIA_TYPE, titled("content.tar", IMAGE_LAYER_MEDIA_TYPE)), [
    "archive error",
  ]],
  ["gantry's tree in zstd", manifest(EMPTY_MEDIA_TYPE, titled("content.tar.zst", `${IMAGE_LAYER_MEDIA_TYPE}+zstd`)), [
    "archive error",
  ]],
  [
    "a tar that is one file of several",
    manifest(EMPTY_MEDIA_TYPE, titled("content.tar", IMAGE_LAYER_MEDIA_TYPE), titled("a")),
    ["file content.tar", "file a"],
  ],
  ["a tar of another name", manifest(EMPTY_MEDIA_TYPE, titled("backup.tar", IMAGE_LAYER_MEDIA_TYPE)), [
    "file backup.tar",
  ]],
  ["what is empty beside what is not", manifest(EMPTY_MEDIA_TYPE, layer(EMPTY_MEDIA_TYPE), titled("a")), ["file a"]],
];

for (const [name, manifest, plans] of CASES) {
  Deno.test(`planLayers() places ${name}`, () => assert.deepEqual(described(manifest), plans));
}

Deno.test("planLayers() takes the layers of the types and digests that are wanted, and no others", () => {
  const chart = manifest(HELM_CONFIG_MEDIA_TYPE, layer(PROVENANCE), layer(HELM_CHART_MEDIA_TYPE), layer("x/y"));
  assert.deepEqual(described(chart, [PROVENANCE]), ["unknown"]);
  assert.deepEqual(described(chart, [HELM_CHART_MEDIA_TYPE, "x/y"]), ["archive strip error", "unknown"]);
  assert.deepEqual(described(chart, [layer("x/y").digest]), ["unknown"]);
});

Deno.test("planLayers() says which types there are when none is wanted", () => {
  const refused = (manifest: ImageManifest, types: readonly string[], message: string): void =>
    assert.throws(() => planLayers(manifest, types), (error) => {
      assert.ok(error instanceof ExtractionError);
      assert.deepEqual([error.rule, error.message], ["layer", message]);
      return true;
    });
  const two = manifest(EMPTY_MEDIA_TYPE, titled("a"), titled("b"), layer("x/y"));
  refused(two, ["a/b", "c/d"], 'Cannot find a layer of type a/b or c/d: there are layers of type "text/plain", "x/y"');
  refused(
    manifest(TIMONI_CONFIG_MEDIA_TYPE, layer("x/y")),
    [],
    'Cannot find a layer with content: there are layers of type "x/y"',
  );
  refused(
    manifest(EMPTY_MEDIA_TYPE, layer(EMPTY_MEDIA_TYPE)),
    [],
    "Cannot find a layer with content: there is none at all",
  );
});
