import { forLinux, type JudgedArtifact } from "./artifact.ts";
import { type Consumer, type Finding, note, refuse } from "./consumer.ts";
import { diffIds } from "./image_shape.ts";

/** Crossplane, which installs packages. */
export const CROSSPLANE: Consumer = {
  what: "Crossplane: a Configuration, Function or Provider by spec.package",
  version: "Crossplane 2.3.4",
  source: "https://github.com/crossplane/crossplane/blob/v2.3.4/contributing/specifications/xpkg.md",
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
  const broken = searched.find(({ format, problem }) => format !== "tar" || problem !== undefined);
  if (broken !== undefined) {
    yield refuse(
      `Crossplane cannot unpack layer ${broken.descriptor.digest}: it is no tar`,
      "Publish it with the profile image",
    );
    return;
  }
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
