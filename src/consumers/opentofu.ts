import {
  OCI_MANIFEST_MEDIA_TYPE,
  OPENTOFU_MODULE_ARTIFACT_TYPE,
  OPENTOFU_MODULE_MEDIA_TYPE,
} from "../oci/media_types.ts";
import type { JudgedArtifact } from "./artifact.ts";
import { type Consumer, type Finding, listed, note, refuse } from "./consumer.ts";

/** OpenTofu, which installs modules. */
export const OPENTOFU: Consumer = {
  what: "OpenTofu: a module with source = oci://, since 1.10",
  version: "OpenTofu 1.12.6",
  source: "https://github.com/opentofu/opentofu/blob/v1.12.6/internal/getmodules/oci_getter.go",
  judge,
};

const BY_GANTRY = "Publish it with profile opentofu, or a zip of it with " +
  `oras push --artifact-type=${OPENTOFU_MODULE_ARTIFACT_TYPE} REFERENCE module.zip:${OPENTOFU_MODULE_MEDIA_TYPE}`;

function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  if (artifact.kind === "index" || artifact.descriptor.mediaType !== OCI_MANIFEST_MEDIA_TYPE) {
    yield refuse(
      `OpenTofu takes an OCI image manifest and nothing else, and it is ${artifact.descriptor.mediaType}`,
      "Publish one OCI manifest alone",
    );
    return;
  }
  const { manifest: { artifactType }, saysMediaType, layers } = artifact;
  if (!saysMediaType) {
    yield refuse(
      "OpenTofu wants the mediaType in the manifest itself, and it is left out",
      "Publish it with gantry or oras",
    );
  }
  if (artifactType !== OPENTOFU_MODULE_ARTIFACT_TYPE) {
    const found = artifactType === undefined ? "there is none" : `it is ${artifactType}`;
    yield refuse(
      `OpenTofu wants the artifact type ${OPENTOFU_MODULE_ARTIFACT_TYPE}, and ${found}`,
      BY_GANTRY,
    );
  }
  const zips = layers.filter(({ descriptor }) => descriptor.mediaType === OPENTOFU_MODULE_MEDIA_TYPE);
  const [zip] = zips;
  if (zip === undefined || zips.length > 1) {
    yield refuse(
      `OpenTofu wants exactly one layer of media type ${OPENTOFU_MODULE_MEDIA_TYPE}, and there ${
        zip === undefined ? "is none" : `are ${zips.length}`
      }`,
      BY_GANTRY,
    );
    return;
  }
  if (zip.format !== "zip" || zip.compression !== "none" || zip.problem !== undefined) {
    yield refuse(`OpenTofu cannot unpack the layer: ${zip.problem ?? "it is no zip"}`, BY_GANTRY);
    return;
  }
  if (zip.members.length === 0) {
    yield refuse("OpenTofu refuses a zip without any file", BY_GANTRY);
    return;
  }
  const upwards = zip.members.map(({ path }) => path).filter((path) => path.split(/[/\\]/).includes(".."));
  if (upwards.length > 0) {
    yield refuse(
      `OpenTofu refuses paths with ".." in them: ${listed(upwards)}`,
      "Leave them out, or write them plainly",
    );
  }
  if (!zip.members.some(({ path }) => /^[^/]+\.(?:tf|tofu)(?:\.json)?$/.test(path))) {
    yield note("There is no .tf or .tofu file at the root of the zip: the source has to name a directory in it by //");
  }
}
