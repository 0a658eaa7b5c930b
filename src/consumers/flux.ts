import { HELM_CHART_MEDIA_TYPE } from "../oci/media_types.ts";
import { forLinux, type JudgedArtifact, type SingleArtifact } from "./artifact.ts";
import { type Consumer, type Finding, listed, note, refuse } from "./consumer.ts";
import { fluxUntar } from "./flux_untar.ts";

/** Flux's OCIRepository without a layer selector. */
export const FLUX: Consumer = {
  what: "Flux: an OCIRepository of source-controller",
  version: "source-controller 1.9.1",
  source: "https://github.com/fluxcd/source-controller/blob/v1.9.1/internal/controller/ocirepository_controller.go",
  judge,
};

/** Neither the config nor any type is looked at: the first layer is unpacked, whatever it is called. */
function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  const single = forLinux(artifact);
  if (single === undefined) {
    yield refuse(
      "Flux takes the manifest for linux/amd64 of an index, and there is none",
      "Publish one manifest alone",
    );
    return;
  }
  const [layer] = single.layers;
  if (layer === undefined) {
    yield refuse("Flux unpacks the first layer, and there is no layer at all", "Publish the files in one layer");
    return;
  }
  const findings = [...fluxUntar(layer, "Flux")];
  const another = single.layers.find((each, at) => at > 0 && [...fluxUntar(each, "Flux")].every(isNote));
  if (findings.every(isNote) || another === undefined) {
    yield* findings;
  } else {
    yield refuse(
      `Flux unpacks the first layer, ${layer.descriptor.mediaType}, which it cannot`,
      `Put the content first, or set spec.layerSelector.mediaType to ${another.descriptor.mediaType}`,
    );
  }
  yield* surprises(single);
}

function* surprises({ layers }: SingleArtifact): Generator<Finding, void, void> {
  const chart = layers.find(({ descriptor }) => descriptor.mediaType === HELM_CHART_MEDIA_TYPE);
  if (chart !== undefined) {
    yield note(
      "For a HelmRelease the OCIRepository needs spec.layerSelector with " +
        `mediaType: ${HELM_CHART_MEDIA_TYPE} and operation: copy`,
    );
  } else if (layers.length > 1) {
    const selector = "spec.layerSelector.mediaType chooses another by its type";
    yield note(`Flux unpacks the first of ${layers.length} layers; ${selector}`);
  }
  const files = (layers[0]?.members ?? []).filter(({ type }) => type === "file").map(({ path }) => path);
  if (chart !== undefined || files.some((path) => path.split("/").at(-1) === ".sourceignore")) return;
  const excluded = files.filter((path) => EXCLUDED_REGEXP.test(path));
  if (excluded.length > 0) {
    yield note(`Flux leaves out what a .sourceignore or spec.ignore does not bring back: ${listed(excluded)}`);
  }
}

/**
 * What source-controller takes away again after unpacking when nothing says otherwise.
 *
 * @see {@link https://github.com/fluxcd/pkg/blob/sourceignore/v0.18.0/sourceignore/sourceignore.go | sourceignore.go}
 */
const EXCLUDED_REGEXP = new RegExp(
  [
    String.raw`\.(?:jpe?g|gif|png|wmv|flv|tar\.gz|zip)$`,
    String.raw`(?:^|/)\.git(?:ignore|modules|attributes|$|/)`,
    String.raw`(?:^|/)\.(?:github|circleci)/`,
    String.raw`(?:^|/)(?:\.travis\.yml|\.gitlab-ci\.yml|appveyor\.yml|\.drone\.yml|cloudbuild\.yaml)$`,
    String.raw`(?:^|/)(?:codeship-services\.yml|codeship-steps\.yml|\.goreleaser\.yml|\.sops\.yaml|\.flux\.yaml)$`,
  ].join("|"),
);

function isNote({ kind }: Finding): boolean {
  return kind === "note";
}
