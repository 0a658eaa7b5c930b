import { VERSION_ANNOTATION } from "../oci/annotation_keys.ts";
import { TIMONI_CONFIG_MEDIA_TYPE, TIMONI_CONTENT_MEDIA_TYPE } from "../oci/media_types.ts";
import { isVersion } from "../oci/version.ts";
import type { JudgedArtifact } from "./artifact.ts";
import { type Consumer, type Finding, note, refuse } from "./consumer.ts";
import { fluxUntar, unpackedSize } from "./flux_untar.ts";

/** Timoni, which pulls modules. */
export const TIMONI: Consumer = {
  what: "Timoni: timoni mod pull, and timoni apply of an oci:// module",
  version: "Timoni 0.33.0",
  source: "https://github.com/stefanprodan/timoni/blob/v0.33.0/internal/oci/pull_module.go",
  judge,
};

/** What is unpacked of one layer at most, in bytes. */
const UNPACKED_LIMIT = 100 * 1024 * 1024;
const AS_MODULE = "Publish it with the profile timoni, or with timoni mod push";

function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  if (artifact.kind === "index") {
    yield refuse("Timoni does not look into an index", "Publish one manifest alone");
    return;
  }
  const { manifest: { config, annotations = {} }, layers, tags } = artifact;
  if (config.mediaType !== TIMONI_CONFIG_MEDIA_TYPE) {
    yield refuse(
      `Timoni wants a config of media type ${TIMONI_CONFIG_MEDIA_TYPE}, and it is ${config.mediaType}`,
      AS_MODULE,
    );
    return;
  }
  const contents = layers.filter(({ descriptor }) => descriptor.mediaType === TIMONI_CONTENT_MEDIA_TYPE);
  if (contents.length === 0) {
    yield refuse(`Timoni unpacks layers of media type ${TIMONI_CONTENT_MEDIA_TYPE}, and there is none`, AS_MODULE);
    return;
  }
  for (const layer of contents) {
    yield* fluxUntar(layer, "Timoni");
    if (unpackedSize(layer.members) > UNPACKED_LIMIT) {
      yield refuse(
        `Timoni unpacks 100 MiB of a layer at most, and layer ${layer.descriptor.digest} has more`,
        "Leave files out",
      );
    }
  }
  if (tags !== undefined && !tags.some((tag) => tag === "latest" || isVersion(tag))) {
    yield refuse(
      'Timoni finds a module by a version without "v" or build metadata, or by latest, and no tag is one',
      "Tag it with its version",
    );
  }
  if (!contents.some(({ members }) => members.some(({ path }) => path.replace(/^\.\//, "") === "timoni.cue"))) {
    yield note("There is no timoni.cue at the root: timoni mod pull takes it, and timoni apply cannot build it");
  }
  if (annotations[VERSION_ANNOTATION] === undefined) {
    yield note(`Without the annotation ${VERSION_ANNOTATION} the module has no version once it is applied`);
  }
}
