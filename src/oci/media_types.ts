/**
 * Media types of manifests, configs and layers, by ecosystem.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/media-types.md | OCI image-spec 1.1.1, Media types}
 */

/** An OCI image manifest. */
export const OCI_MANIFEST_MEDIA_TYPE = "application/vnd.oci.image.manifest.v1+json";
/** An OCI image index: a list of manifests. */
export const OCI_INDEX_MEDIA_TYPE = "application/vnd.oci.image.index.v1+json";
/** A Docker schema 2 manifest, which registries and layouts may still hold. */
export const DOCKER_MANIFEST_MEDIA_TYPE = "application/vnd.docker.distribution.manifest.v2+json";
/** A Docker manifest list, which registries and layouts may still hold. */
export const DOCKER_MANIFEST_LIST_MEDIA_TYPE = "application/vnd.docker.distribution.manifest.list.v2+json";
/** Every manifest media type that gantry reads, in the order of the `Accept` header. */
export const MANIFEST_MEDIA_TYPES: readonly string[] = [
  OCI_MANIFEST_MEDIA_TYPE,
  OCI_INDEX_MEDIA_TYPE,
  DOCKER_MANIFEST_MEDIA_TYPE,
  DOCKER_MANIFEST_LIST_MEDIA_TYPE,
];

/** The empty descriptor `{}`: the config of an artifact that needs none. */
export const EMPTY_MEDIA_TYPE = "application/vnd.oci.empty.v1+json";
/** A container image's config, with `rootfs.diff_ids`. */
export const IMAGE_CONFIG_MEDIA_TYPE = "application/vnd.oci.image.config.v1+json";
/** An image layer, not compressed. */
export const IMAGE_LAYER_MEDIA_TYPE = "application/vnd.oci.image.layer.v1.tar";

/** A layer of a Docker image, not compressed; those that are end in `.gzip` or `.zstd`. */
export const DOCKER_LAYER_MEDIA_TYPE = "application/vnd.docker.image.rootfs.diff.tar";

/** What an artifact is called when its publisher gives no `artifactType`. */
export const UNKNOWN_ARTIFACT_TYPE = "application/vnd.unknown.artifact.v1";

/** The config of an artifact for Flux. */
export const FLUX_CONFIG_MEDIA_TYPE = "application/vnd.cncf.flux.config.v1+json";
/** The layer of an artifact for Flux. */
export const FLUX_CONTENT_MEDIA_TYPE = "application/vnd.cncf.flux.content.v1.tar+gzip";

/** The config of a Timoni module. */
export const TIMONI_CONFIG_MEDIA_TYPE = "application/vnd.timoni.config.v1+json";
/** Both layers of a Timoni module. */
export const TIMONI_CONTENT_MEDIA_TYPE = "application/vnd.timoni.content.v1.tar+gzip";

/** A sigstore bundle: a signature or an attestation, and what it takes to verify it. */
export const SIGSTORE_BUNDLE_MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json";
/** The payload that cosign signs when it keeps a signature behind the tag `sha256-….sig`. */
export const SIMPLE_SIGNING_MEDIA_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
/** A DSSE envelope, as cosign kept attestations behind the tag `sha256-….att`. */
export const DSSE_ENVELOPE_MEDIA_TYPE = "application/vnd.dsse.envelope.v1+json";
/** An in-toto statement: what a DSSE envelope here has for its payload. */
export const IN_TOTO_MEDIA_TYPE = "application/vnd.in-toto+json";

/** The config of a Docker image, with `rootfs.diff_ids`. */
export const DOCKER_IMAGE_CONFIG_MEDIA_TYPE = "application/vnd.docker.container.image.v1+json";

/** The config of a Helm chart: its `Chart.yaml` as JSON. */
export const HELM_CONFIG_MEDIA_TYPE = "application/vnd.cncf.helm.config.v1+json";
/** A Helm chart, as `helm package` makes it. */
export const HELM_CHART_MEDIA_TYPE = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
/** What signs a Helm chart: the `.prov` file beside it. */
export const HELM_PROVENANCE_MEDIA_TYPE = "application/vnd.cncf.helm.chart.provenance.v1.prov";

/** The config of an artifact for conftest, `{}`; also of what the first version of oras has pushed. */
export const CONFTEST_CONFIG_MEDIA_TYPE = "application/vnd.unknown.config.v1+json";
/** The type of a project for Docker Compose. */
export const COMPOSE_PROJECT_ARTIFACT_TYPE = "application/vnd.docker.compose.project";
/** What a project for Docker Compose has as its config where there are no artifact types. */
export const COMPOSE_EMPTY_CONFIG_MEDIA_TYPE = "application/vnd.docker.compose.config.empty.v1+json";
/** A Compose file. */
export const COMPOSE_FILE_MEDIA_TYPE = "application/vnd.docker.compose.file+yaml";
/** An env file of a project for Docker Compose. */
export const COMPOSE_ENV_FILE_MEDIA_TYPE = "application/vnd.docker.compose.envfile";

/** The config of a bundle for OPA, `{}`. */
export const OPA_CONFIG_MEDIA_TYPE = "application/vnd.cncf.openpolicyagent.config.v1+json";
/** A bundle for Trivy. */
export const TRIVY_LAYER_MEDIA_TYPE = "application/vnd.cncf.openpolicyagent.layer.v1.tar+gzip";
/** A policy in Rego, for conftest. */
export const CONFTEST_POLICY_MEDIA_TYPE = "application/vnd.cncf.openpolicyagent.policy.layer.v1+rego";
/** Data for policies, for conftest: JSON and YAML. */
export const CONFTEST_DATA_MEDIA_TYPE = "application/vnd.cncf.openpolicyagent.data.layer.v1+json";

/** The type of a module for OpenTofu. */
export const OPENTOFU_MODULE_ARTIFACT_TYPE = "application/vnd.opentofu.modulepkg";
/** The layer of a module for OpenTofu, a zip. */
export const OPENTOFU_MODULE_MEDIA_TYPE = "archive/zip";

/** The config of a CUE module, `{}`. */
export const CUE_CONFIG_MEDIA_TYPE = "application/vnd.cue.module.v1+json";
/** The first layer of a CUE module: the module. */
export const CUE_MODULE_MEDIA_TYPE = "application/zip";
/** The second layer of a CUE module: its `cue.mod/module.cue`. */
export const CUE_MODULE_FILE_MEDIA_TYPE = "application/vnd.cue.modulefile.v1";

/** A media type without parameters (RFC 6838, section 4.2). */
const MEDIA_TYPE_REGEXP = /^[a-zA-Z0-9][a-zA-Z0-9!#$&^_.+-]{0,126}\/[a-zA-Z0-9][a-zA-Z0-9!#$&^_.+-]{0,126}$/;

/** Whether a text is a media type as manifests have them. */
export function isMediaType(text: string): boolean {
  return MEDIA_TYPE_REGEXP.test(text);
}

/** How the media types of sigstore bundles begin, whatever their version. */
export const SIGSTORE_BUNDLE_PREFIX = "application/vnd.dev.sigstore.bundle";

/**
 * Whether a layer is a sigstore bundle of version 0.3 or later. cosign goes by this, and never by the artifact type.
 */
export function isSigstoreBundleMediaType(mediaType: string): boolean {
  if (!mediaType.startsWith(SIGSTORE_BUNDLE_PREFIX)) return false;
  const [, major, minor] = /(?:\.v|;version=)(\d+)\.(\d+)/.exec(mediaType) ?? [];
  return Number(major) > 0 || Number(minor) >= 3;
}
