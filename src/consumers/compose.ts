import { COMPOSE_ENV_FILE_ANNOTATION, COMPOSE_FILE_ANNOTATION } from "../oci/annotation_keys.ts";
import {
  COMPOSE_EMPTY_CONFIG_MEDIA_TYPE,
  COMPOSE_ENV_FILE_MEDIA_TYPE,
  COMPOSE_FILE_MEDIA_TYPE,
  COMPOSE_PROJECT_ARTIFACT_TYPE,
} from "../oci/media_types.ts";
import type { JudgedArtifact, JudgedLayer, SingleArtifact } from "./artifact.ts";
import { type Consumer, type Finding, listed, refuse } from "./consumer.ts";

/** Docker Compose, which runs projects. */
export const COMPOSE: Consumer = {
  what: "Docker Compose: docker compose -f oci://…",
  version: "Docker Compose 5.5.0 (f7297942)",
  source: "https://github.com/docker/compose/blob/f7297942/pkg/remote/oci.go",
  judge,
};

const BY_COMPOSE = "the profile compose and docker compose publish do that";

function* judge(artifact: JudgedArtifact): Generator<Finding, void, void> {
  const project = projectIn(artifact);
  if (project === undefined) {
    yield refuse(
      artifact.kind === "index"
        ? `Compose looks in an index for a manifest of artifact type ${COMPOSE_PROJECT_ARTIFACT_TYPE}, and there is none`
        : `Compose wants the artifact type ${COMPOSE_PROJECT_ARTIFACT_TYPE}, or a config of media type ${COMPOSE_EMPTY_CONFIG_MEDIA_TYPE}`,
      `Publish it with that artifact type; ${BY_COMPOSE}`,
    );
    return;
  }
  const files = project.layers.filter(({ descriptor }) => descriptor.mediaType === COMPOSE_FILE_MEDIA_TYPE);
  const envs = project.layers.filter(({ descriptor }) => descriptor.mediaType === COMPOSE_ENV_FILE_MEDIA_TYPE);
  if (files.length === 0) {
    yield refuse(
      `Compose wants its files as layers of media type ${COMPOSE_FILE_MEDIA_TYPE}, and there is none`,
      `Publish each file as a layer as it is; ${BY_COMPOSE}`,
    );
    return;
  }
  const packed = [...files, ...envs].filter(({ compression, format }) => compression !== "none" || format !== "other");
  if (packed.length > 0) {
    yield refuse(
      `Compose takes files as they are, and unpacks nothing: ${
        listed(packed.map(({ descriptor }) => descriptor.digest))
      }`,
      "Publish each file as a layer of its own, neither packed nor compressed",
    );
  }
  if (envs.some((layer) => nameOf(layer) === undefined)) {
    yield refuse(
      `Compose wants ${COMPOSE_ENV_FILE_ANNOTATION} on each layer with an env file`,
      `Name the file there; ${BY_COMPOSE}`,
    );
  }
  const wrong = [...files, ...envs].flatMap((layer) => nameOf(layer) ?? []).filter((name) => /[\\/]/.test(name));
  if (wrong.length > 0) {
    yield refuse(`Compose refuses names with a directory: ${listed(wrong)}`, "Name each file without its directory");
  }
}

function projectIn(artifact: JudgedArtifact): SingleArtifact | undefined {
  if (artifact.kind === "index") {
    return artifact.artifacts.map((each) => each.kind === "manifest" ? each : undefined)
      .find((each) => (each?.descriptor.artifactType ?? each?.manifest.artifactType) === COMPOSE_PROJECT_ARTIFACT_TYPE);
  }
  const { artifactType, config } = artifact.manifest;
  return artifactType === COMPOSE_PROJECT_ARTIFACT_TYPE || config.mediaType === COMPOSE_EMPTY_CONFIG_MEDIA_TYPE
    ? artifact
    : undefined;
}

function nameOf({ descriptor: { annotations = {}, mediaType } }: JudgedLayer): string | undefined {
  return annotations[mediaType === COMPOSE_ENV_FILE_MEDIA_TYPE ? COMPOSE_ENV_FILE_ANNOTATION : COMPOSE_FILE_ANNOTATION];
}
