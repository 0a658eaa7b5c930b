import { IMAGE_LAYER_MEDIA_TYPE } from "../oci/media_types.ts";
import type { JudgedArtifact, JudgedLayer } from "./artifact.ts";
import { type Consumer, type Finding, listed, note, refuse } from "./consumer.ts";

/** Open Policy Agent, which downloads bundles. */
export const OPA: Consumer = {
  what: "OPA: a bundle from a service of type oci",
  version: "OPA 1.21.1",
  source: "https://github.com/open-policy-agent/opa/blob/v1.21.1/v1/download/oci_download.go",
  judge,
};

const LAYER_MEDIA_TYPE = `${IMAGE_LAYER_MEDIA_TYPE}+gzip`;
/** What one file of a bundle may have when nobody sets a limit, in bytes. */
const FILE_LIMIT = 1024 ** 3;
/** How deep indexes may stand in each other. */
const DEPTH_LIMIT = 4;

function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  const layer = bundleIn(artifact);
  if (layer === undefined) {
    yield refuse(
      `OPA takes the first layer of media type ${LAYER_MEDIA_TYPE}, and there is none`,
      "Publish it with the profile opa, or with image or generic, compressed with gzip",
    );
    return;
  }
  const { compression, format, problem, members, descriptor: { digest } } = layer;
  if (compression !== "gzip" || format !== "tar" || problem !== undefined) {
    yield refuse(`OPA cannot read layer ${digest}: it is no gzip-compressed tar`, "Publish a gzip-compressed tar");
    return;
  }
  if (members.some(({ size }) => size > FILE_LIMIT)) {
    yield refuse("OPA refuses files over 1 GiB in a bundle", "Leave them out, or raise bundles.NAME.size_limit_bytes");
  }
  const paths = members.filter(({ type }) => type === "file").map(({ path }) => path);
  const manifests = paths.filter((path) => /\.manifest(?:\.pb)?$/.test(path));
  if (manifests.length > 1) {
    yield refuse(`OPA refuses a bundle of several manifests: ${listed(manifests)}`, "Leave all but one out");
  }
  if (
    !paths.some((path) =>
      /\.rego$|(?:^|\/)(?:policy\.wasm|plan\.(?:json|pb)|data\.(?:json|ya?ml)|patch\.json)$/.test(path)
    )
  ) {
    yield note("There is no policy (.rego, policy.wasm) and no data.json or data.yaml: OPA loads an empty bundle");
  }
}

/** Of an index the first manifest that has such a layer, whatever its platform. */
function bundleIn(artifact: JudgedArtifact, depth = 0): JudgedLayer | undefined {
  if (artifact.kind === "manifest") {
    return artifact.layers.find(({ descriptor }) => descriptor.mediaType === LAYER_MEDIA_TYPE);
  }
  if (depth >= DEPTH_LIMIT) return undefined;
  for (const each of artifact.artifacts) {
    const { os, architecture } = each.descriptor.platform ?? {};
    const found = os === "unknown" && architecture === "unknown" ? undefined : bundleIn(each, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}
