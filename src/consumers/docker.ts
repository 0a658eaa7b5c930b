import type { Artifact } from "./artifact.ts";
import type { Consumer, Finding } from "./consumer.ts";
import { chosenImage, imageShape } from "./image_shape.ts";

/** Docker, which pulls images. */
export const DOCKER: Consumer = {
  what: "Docker: docker pull, docker create and COPY --from",
  version: "Docker 29",
  source: "https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md",
  judge,
};

function* judge(artifact: Artifact): Generator<Finding, void, void> {
  const image = yield* chosenImage(artifact, "Docker");
  if (image !== undefined) yield* imageShape(image, "Docker");
}
