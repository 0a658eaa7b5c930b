import type { JudgedArtifact, Member } from "./artifact.ts";
import { type Consumer, type Finding, listed, note, refuse } from "./consumer.ts";
import { fieldOf } from "./image_shape.ts";

/** Carvel's imgpkg, which pulls images and bundles; kapp-controller fetches with it. */
export const IMGPKG: Consumer = {
  what: "Carvel: imgpkg pull, and image and imgpkgBundle of kapp-controller",
  version: "imgpkg 240e8789 of 2024-10",
  source: "https://github.com/carvel-dev/imgpkg/blob/240e8789/pkg/imgpkg/image/dir_image.go",
  judge,
};

const BUNDLE_LABEL = "dev.carvel.imgpkg.bundle";
const IMAGES_FILE = ".imgpkg/images.yml";

/** Media types are not looked at: every layer is unpacked, one over the other. */
function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  if (artifact.kind === "index") {
    yield refuse("imgpkg pulls an image, and no index", "Publish one manifest alone");
    return;
  }
  const { layers, config } = artifact;
  const broken = layers.filter(({ compression, format, problem }) =>
    !["none", "gzip", "zstd"].includes(compression) || format !== "tar" || problem !== undefined
  );
  if (layers.length === 0 || broken.length > 0) {
    yield refuse(
      layers.length === 0
        ? "imgpkg unpacks the layers, and there is none"
        : `imgpkg unpacks every layer, and no tar is ${listed(broken.map(({ descriptor }) => descriptor.digest))}`,
      "Publish it with the profile image",
    );
    return;
  }
  if (typeof config !== "object" || config === null) {
    yield refuse(
      "imgpkg reads the config as that of an image, and it is no JSON object",
      "Publish it with the profile image",
    );
  }
  const members = layers.flatMap((layer) => layer.members);
  const odd = members.filter(({ type }) => type === "device" || type === "fifo").map(({ path }) => path);
  if (odd.length > 0) yield refuse(`imgpkg refuses devices and pipes: ${listed(odd)}`, "Leave them out");
  const links = members.filter(({ type }) => type === "symlink" || type === "hardlink").map(({ path }) => path);
  if (links.length > 0) yield note(`imgpkg leaves links out: ${listed(links)}`);
  yield* asBundle(members, fieldOf(fieldOf(config, "config"), "Labels"));
}

function* asBundle(members: readonly Member[], labels: unknown): Generator<Finding, void, void> {
  if (fieldOf(labels, BUNDLE_LABEL) === undefined) {
    yield note(`It is pulled as an image (imgpkg pull -i): a bundle has the label ${BUNDLE_LABEL} in its config`);
    return;
  }
  const paths = members.map(({ path }) => path.replace(/^(?:\.\/)+/, "").replace(/\/$/, ""));
  if (!paths.includes(IMAGES_FILE)) {
    yield refuse(
      `It says that it is a bundle, and there is no ${IMAGES_FILE}`,
      `Add it, or leave out the label ${BUNDLE_LABEL}`,
    );
  }
  const nested = paths.filter((path) => /\/\.imgpkg(?:\/|$)/.test(path));
  if (nested.length > 0) {
    yield refuse(
      `imgpkg wants one .imgpkg in a bundle, at the root, and there is more: ${listed(nested)}`,
      "Leave it out",
    );
  }
}
