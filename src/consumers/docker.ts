import type { JudgedArtifact } from "./artifact.ts";
import type { Consumer, Finding } from "./consumer.ts";
import { chosenImage, imageShape } from "./image_shape.ts";

/** Docker, which pulls images. */
export const DOCKER: Consumer = {
  what: "Docker: docker pull, docker create and COPY --from",
  version: "Docker Engine 29 (moby 0e90002a)",
  source: "https://github.com/moby/moby/blob/0e90002a/daemon/internal/distribution/pull_v2.go",
  judge,
};

function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  const image = yield* chosenImage(artifact, "Docker");
  if (image !== undefined) yield* imageShape(image, "Docker");
}
