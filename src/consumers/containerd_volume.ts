import type { JudgedArtifact } from "./artifact.ts";
import type { Consumer, Finding } from "./consumer.ts";
import { chosenImage, imageShape } from "./image_shape.ts";

/** Kubernetes with containerd, which mounts images as volumes. */
export const CONTAINERD_VOLUME: Consumer = {
  what: "Kubernetes on containerd: volumes[].image",
  version: "containerd 2 (0099e609)",
  source: "https://github.com/containerd/containerd/blob/0099e609/core/unpack/unpacker.go",
  judge,
};

/** Only what has the shape of an image is unpacked; an artifact is pulled and then not mounted. */
function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  const image = yield* chosenImage(artifact, "containerd");
  if (image !== undefined) yield* imageShape(image, "containerd");
}
