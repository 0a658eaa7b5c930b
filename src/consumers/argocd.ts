import { HELM_CHART_MEDIA_TYPE, HELM_CONFIG_MEDIA_TYPE, IMAGE_LAYER_MEDIA_TYPE } from "../oci/media_types.ts";
import type { JudgedArtifact, JudgedLayer } from "./artifact.ts";
import { type Consumer, type Finding, listed, note, refuse } from "./consumer.ts";
import { unpackedSize } from "./flux_untar.ts";
import { leaving } from "./paths.ts";

/** Argo CD's OCI sources with the defaults of its repo-server. */
export const ARGOCD: Consumer = {
  what: "Argo CD: an application whose source is oci://, since 3.1",
  version: "Argo CD 3.6.0-dev (37ee0097)",
  source: "https://github.com/argoproj/argo-cd/blob/37ee0097/util/oci/client.go",
  judge,
};

/** What `--oci-layer-media-types` has when nobody sets it. */
const ALLOWED: readonly string[] = [
  IMAGE_LAYER_MEDIA_TYPE,
  `${IMAGE_LAYER_MEDIA_TYPE}+gzip`,
  HELM_CHART_MEDIA_TYPE,
];
/** What `--oci-manifest-max-extracted-size` has when nobody sets it, in bytes. */
const EXTRACTED_LIMIT = 1024 ** 3;
const LAYER_LIMIT = 10;
const AS_IMAGE = "publish one tar, not compressed or with gzip, as an OCI image layer, as the profile image does";

/** Config and artifact type are never looked at: the media types of layers decide. */
function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  if (artifact.kind === "index") {
    yield refuse("Argo CD does not look into an index: it sees no layers there", "Publish one manifest alone");
    return;
  }
  const { layers } = artifact;
  if (layers.length > LAYER_LIMIT) {
    yield refuse(`Argo CD takes ${LAYER_LIMIT} layers at most, and there are ${layers.length}`, "Publish one layer");
  }
  // Of a chart nothing else counts.
  const isChart = artifact.manifest.config.mediaType === HELM_CONFIG_MEDIA_TYPE;
  const contents = layers.filter(isChart ? isChartLayer : isContent);
  const others = [...new Set(contents.map(({ descriptor }) => descriptor.mediaType))]
    .filter((mediaType) => !ALLOWED.includes(mediaType));
  if (others.length > 0) {
    const setting = "add the media type to ARGOCD_REPO_SERVER_OCI_LAYER_MEDIA_TYPES of the repo-server";
    yield refuse(
      `Argo CD does not have the layer media type ${others.join(", ")} in its list of allowed ones`,
      `Publish an OCI image layer, as the profiles image and generic do, or ${setting}`,
    );
  }
  const [content] = contents;
  if (content === undefined || contents.length > 1) {
    const found = contents.length === 0 ? "is none" : `are ${contents.length}`;
    yield refuse(
      `Argo CD wants exactly one layer whose media type ends in tar, tar+gzip or tar.gzip, and there ${found}`,
      capitalized(AS_IMAGE),
    );
    return;
  }
  yield* unpacking(content);
}

function isChartLayer({ descriptor: { mediaType } }: JudgedLayer): boolean {
  return mediaType === HELM_CHART_MEDIA_TYPE;
}

/** A layer that counts as content; all others are skipped. */
function isContent({ descriptor: { mediaType } }: JudgedLayer): boolean {
  return /tar(?:[+.]gzip)?$/.test(mediaType);
}

function* unpacking(layer: JudgedLayer): Generator<Finding, void, void> {
  const { descriptor: { mediaType }, compression, format, members, problem } = layer;
  const expected = /gzip$/.test(mediaType) ? "gzip" : "none";
  if (compression !== expected || format !== "tar" || problem !== undefined) {
    const said = expected === "gzip" ? "a tar with gzip" : "a tar that is not compressed";
    yield refuse(`Argo CD cannot unpack the layer: it is not ${said}, as ${mediaType} says`, capitalized(AS_IMAGE));
    return;
  }
  if (unpackedSize(members) > EXTRACTED_LIMIT) {
    yield refuse(
      "Argo CD unpacks 1 GiB at most, and the files have more",
      "Leave files out, or raise --oci-manifest-max-extracted-size of the repo-server",
    );
  }
  const outside = leaving(members);
  if (outside.length > 0) {
    yield refuse(`Argo CD refuses what leads out of the archive: ${listed(outside)}`, "Leave it out");
  }
  if (mediaType !== HELM_CHART_MEDIA_TYPE) return;
  const tops = new Set(members.map(({ path }) => path.replace(/^(?:\.\/)+/, "").split("/")[0]).filter(Boolean));
  if (tops.size !== 1) {
    yield refuse(
      `Argo CD wants a chart in one directory, and there are ${tops.size} entries at the root`,
      "Pack the chart with helm package",
    );
  } else yield note('For a chart spec.source.path has to be "."');
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
