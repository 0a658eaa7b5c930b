import { forLinux, type JudgedArtifact, type JudgedLayer } from "./artifact.ts";
import { type Consumer, type Finding, listed, note, refuse } from "./consumer.ts";
import { diffIds } from "./image_shape.ts";

/** Crossplane, which installs packages. */
export const CROSSPLANE: Consumer = {
  what: "Crossplane: a Configuration, Function or Provider by spec.package",
  version: "Crossplane 2 (01920342)",
  source: "https://github.com/crossplane/crossplane/blob/01920342/internal/controller/pkg/revision/imageback.go",
  judge,
};

const BASE_ANNOTATION = "io.crossplane.xpkg";
const PACKAGE_FILE = "package.yaml";
const LAYER_LIMIT = 256;

/** Either one layer is marked as the base, or all of them together are looked through. */
function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  const single = forLinux(artifact);
  if (single === undefined) {
    yield refuse(
      "Crossplane takes the image for linux/amd64 of an index, and there is none",
      "Publish one image alone",
    );
    return;
  }
  const { layers } = single;
  if (layers.length > LAYER_LIMIT) {
    yield refuse(
      `Crossplane takes ${LAYER_LIMIT} layers at most, and there are ${layers.length}`,
      "Publish fewer layers",
    );
  }
  const bases = layers.filter(({ descriptor }) => descriptor.annotations?.[BASE_ANNOTATION] === "base");
  if (bases.length > 1) {
    yield refuse(
      `Crossplane wants one layer with ${BASE_ANNOTATION}: base at most, and there are ${bases.length}`,
      "Annotate one of them alone",
    );
    return;
  }
  yield* diffIds(single, "Crossplane");
  const searched = bases.length === 1 ? bases : layers;
  yield* valid(searched);
  const paths = searched.flatMap(({ members }) => members.map(({ path }) => path));
  if (!paths.some((path) => path.split("/").at(-1) === PACKAGE_FILE)) {
    yield refuse(
      `Crossplane looks for ${PACKAGE_FILE} in ${
        bases.length === 1 ? "the base layer" : "the image"
      }, and it is not there`,
      "Build the package with crossplane xpkg build, or put all of it into one package.yaml",
    );
    return;
  }
  yield note(`What ${PACKAGE_FILE} says is not looked at: it needs exactly one object of meta.pkg.crossplane.io`);
}

/**
 * What the library refuses that Crossplane has layers validated by.
 *
 * @see {@link https://github.com/google/go-containerregistry/blob/v0.22.1/pkg/v1/validate/layer.go | layer.go}
 */
function* valid(layers: readonly JudgedLayer[]): Generator<Finding, void, void> {
  const broken = layers.filter(({ compression, format, problem }) =>
    compression !== "gzip" || format !== "tar" || problem !== undefined
  );
  if (broken.length > 0) {
    const digests = listed(broken.map(({ descriptor }) => descriptor.digest));
    yield refuse(
      `Crossplane takes gzip-compressed tars, and no such is ${digests}`,
      "Publish it with the profile image",
    );
  }
  const twice = layers.flatMap(({ members }) => {
    const seen = new Set<string>();
    return members.map(({ path }) => path).filter((path) => seen.size === seen.add(path).size);
  });
  if (twice.length > 0) yield refuse(`Crossplane refuses a path twice in a layer: ${listed(twice)}`, "Leave one out");
}
