import { IMAGE_LAYER_MEDIA_TYPE } from "../oci/media_types.ts";
import type { Artifact } from "./artifact.ts";
import { type Consumer, type Finding, note, refuse } from "./consumer.ts";

/** Open Policy Agent, which downloads bundles. */
export const OPA: Consumer = {
  what: "OPA: a bundle from a service of type oci",
  version: "OPA 1.x (0460d887)",
  source: "https://github.com/open-policy-agent/opa/blob/0460d887/v1/download/oci_download.go",
  judge,
};

const LAYER_MEDIA_TYPE = `${IMAGE_LAYER_MEDIA_TYPE}+gzip`;
/** What one file of a bundle may have when nobody sets a limit, in bytes. */
const FILE_LIMIT = 1024 ** 3;

function* judge(artifact: Artifact): Generator<Finding, void, void> {
  if (artifact.kind === "index") {
    yield refuse("OPA does not look into an index: it sees no layers there", "Publish one manifest alone");
    return;
  }
  const layer = artifact.layers.find(({ descriptor }) => descriptor.mediaType === LAYER_MEDIA_TYPE);
  if (layer === undefined) {
    yield refuse(
      `OPA takes the first layer of media type ${LAYER_MEDIA_TYPE}, and there is none`,
      "Publish it with the profile image or generic, compressed with gzip",
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
  const isKnown = members.some(({ path }) =>
    /\.(?:rego|wasm)$|(?:^|\/)data\.(?:json|ya?ml)$|^(?:\.?\/)*patch\.json$/.test(path)
  );
  if (!isKnown) {
    yield note("There is no policy (.rego, .wasm) and no data.json or data.yaml: OPA loads an empty bundle");
  }
}
