import { TITLE_ANNOTATION } from "../oci/annotation_keys.ts";
import type { JudgedArtifact, JudgedLayer, SingleArtifact } from "./artifact.ts";
import { type Consumer, type Finding, listed, note, refuse } from "./consumer.ts";
import { chosenImage, hasImageConfig, imageShape } from "./image_shape.ts";
import { isOutside } from "./paths.ts";

/** Kubernetes with CRI-O, which mounts images and artifacts as volumes. */
export const CRIO_VOLUME: Consumer = {
  what: "Kubernetes on CRI-O: volumes[].image, since 1.33",
  version: "CRI-O 1.35.0-dev of 2026-08-21",
  source: "https://github.com/cri-o/cri-o/blob/main/internal/ociartifact/store.go",
  judge,
};

/** The path of a file of a model, which counts as a title. */
const MODEL_PATH_ANNOTATION = "org.cncf.model.filepath";
const AS_VOLUME = "Publish it with the profile image, or with the profile files to mount each file as it is";

/** An image is unpacked; of everything else each layer is mounted as one file, and nothing is unpacked. */
function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  const chosen = yield* chosenImage(artifact, "CRI-O");
  if (chosen === undefined) return;
  if (hasImageConfig(chosen) && chosen.manifest.artifactType === undefined) {
    yield* imageShape(chosen, "CRI-O");
  } else yield* files(chosen);
}

function* files(artifact: SingleArtifact): Generator<Finding, void, void> {
  const { layers, manifest: { artifactType } } = artifact;
  if (hasImageConfig(artifact)) {
    yield note(`CRI-O takes an image with an artifact type, ${artifactType}, for an artifact, and does not unpack it`);
  }
  const named = layers.filter((layer) => nameOf(layer) !== undefined);
  if (named.length === 0) {
    yield refuse(`CRI-O mounts the layers of an artifact by their ${TITLE_ANNOTATION}, and none has one`, AS_VOLUME);
    return;
  }
  const names = named.map((layer) => nameOf(layer) ?? "");
  const wrong = names.filter((name) => isOutside(name) || /^(?:\.\/?)*$/.test(name));
  if (wrong.length > 0) {
    yield refuse(`CRI-O mounts a layer as one file, and cannot at ${listed(wrong)}`, AS_VOLUME);
  }
  const archives = named.filter(({ format }) => format === "tar").map((layer) => nameOf(layer) ?? "");
  if (archives.length > 0 && wrong.length === 0) {
    yield note(`CRI-O does not unpack archives: it mounts them as they are, ${listed(archives)}`);
  }
  const unnamed = layers.length - named.length;
  if (unnamed > 0) yield note(`CRI-O leaves out ${unnamed === 1 ? "a layer" : `${unnamed} layers`} without a title`);
}

function nameOf({ descriptor: { annotations = {} } }: JudgedLayer): string | undefined {
  return annotations[TITLE_ANNOTATION] || annotations[MODEL_PATH_ANNOTATION] || undefined;
}
