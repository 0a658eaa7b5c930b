/**
 * Who takes images: containerd, CRI-O and Docker want the same shape. umoci and skopeo stand for them in
 * tests/interop/judged_test.ts.
 */
import { CONTAINERD_VOLUME } from "../../src/consumers/containerd_volume.ts";
import { CRIO_VOLUME } from "../../src/consumers/crio_volume.ts";
import { DOCKER } from "../../src/consumers/docker.ts";
import {
  DOCKER_IMAGE_CONFIG_MEDIA_TYPE,
  DOCKER_MANIFEST_MEDIA_TYPE,
  EMPTY_MEDIA_TYPE,
  FLUX_CONTENT_MEDIA_TYPE,
} from "../../src/oci/media_types.ts";
import { AMD64, ARM64, index, raw, single, tar, TAR_GZIP, testRule } from "../support/judged.ts";

const UNKNOWN = { os: "unknown", architecture: "unknown" };
const DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip";
const good = single([tar()]);

for (
  const [name, consumer] of [["CONTAINERD_VOLUME", CONTAINERD_VOLUME], ["CRIO_VOLUME", CRIO_VOLUME], [
    "DOCKER",
    DOCKER,
  ]] as const
) {
  testRule(name, consumer, {
    accepts: {
      "an image": single([tar(), tar("application/vnd.oci.image.layer.v1.tar+zstd", { compression: "zstd" })]),
      "an image of Docker": single([tar(DOCKER_LAYER)], {
        configType: DOCKER_IMAGE_CONFIG_MEDIA_TYPE,
        mediaType: DOCKER_MANIFEST_MEDIA_TYPE,
      }),
      "an image in an index with an attestation": index([single([raw("x/y")]), UNKNOWN], [good, AMD64]),
    },
    refuses: {
      "a config without digests": [single([tar()], { config: {} }), /there are 1 layers, and none of those/],
      "a config with too few digests": [
        single([tar(), tar()], { config: { rootfs: { diff_ids: [tar().diffId] } } }),
        /there are 2 layers, and 1 of those/,
      ],
      "a config with another digest": [
        single([tar()], { config: { rootfs: { diff_ids: [`sha256:${"0".repeat(64)}`] } } }),
        /another digest in a layer/,
      ],
      "a layer of another type": [single([tar(FLUX_CONTENT_MEDIA_TYPE)]), /does not know the layer media type .*flux/],
      "a layer that is no tar": [single([raw(TAR_GZIP)]), /cannot unpack layer/],
      "an index of nothing but attestations": [index([good, UNKNOWN]), /no image in the index/],
    },
    notes: { "an image for one other platform": [index([good, ARM64]), /on linux\/arm64 only/] },
  });
}

for (const [name, consumer] of [["CONTAINERD_VOLUME", CONTAINERD_VOLUME], ["DOCKER", DOCKER]] as const) {
  testRule(name, consumer, {
    accepts: { "an image with an artifact type": single([tar()], { artifactType: "x/y" }) },
    refuses: {
      "an artifact": [single([tar()], { configType: EMPTY_MEDIA_TYPE, config: {} }), /wants the config of an image/],
    },
  });
}

const TITLE = "org.opencontainers.image.title";
const ARTIFACT = { configType: EMPTY_MEDIA_TYPE, artifactType: "x/y" };

testRule("CRIO_VOLUME", CRIO_VOLUME, {
  accepts: {
    "files by their titles": single([raw("text/plain", { [TITLE]: "sub/a.txt" })], ARTIFACT),
    "files of a model": single([raw("x/y", { "org.cncf.model.filepath": "model.bin" })], ARTIFACT),
  },
  refuses: {
    "layers without titles": [single([tar()], ARTIFACT), /and none has one/],
    "a tree at the place of the volume": [
      single([tar(undefined, { annotations: { [TITLE]: "." } })], ARTIFACT),
      /as one file, and cannot at "\."/,
    ],
    "a title that leads out": [single([raw("x/y", { [TITLE]: "../a" })], ARTIFACT), /cannot at "\.\.\/a"/],
    "an image with an artifact type": [single([tar()], { artifactType: "x/y" }), /and none has one/],
  },
  notes: {
    "an archive as a file": [single([tar(undefined, { annotations: { [TITLE]: "a.tgz" } })], ARTIFACT), /"a\.tgz"/],
    "an image with an artifact type and titles": [
      single([tar(undefined, { annotations: { [TITLE]: "a.tgz" } })], { artifactType: "x/y" }),
      /for an artifact, and does not unpack it/,
    ],
    "a layer without a title beside others": [
      single([raw("x/y", { [TITLE]: "a" }), raw("x/y")], ARTIFACT),
      /leaves out a layer/,
    ],
  },
});
