/**
 * Annotation keys that gantry writes.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/annotations.md#pre-defined-annotation-keys | OCI image-spec 1.1.1, Pre-Defined Annotation Keys}
 */

/** When the content was made: RFC 3339, seconds, `Z`. */
export const CREATED_ANNOTATION = "org.opencontainers.image.created";
/** The URL of the source repository, without credentials. */
export const SOURCE_ANNOTATION = "org.opencontainers.image.source";
/** The revision of the source: a commit, or `<branch|tag>@sha1:<commit>` for Flux. */
export const REVISION_ANNOTATION = "org.opencontainers.image.revision";
/** The version of the packaged content. */
export const VERSION_ANNOTATION = "org.opencontainers.image.version";
/** The file name that a layer stands for, as `oras` reads it. */
export const TITLE_ANNOTATION = "org.opencontainers.image.title";
/** What the packaged content is, in a sentence or two. */
export const DESCRIPTION_ANNOTATION = "org.opencontainers.image.description";
/** Where people find out more about it. */
export const URL_ANNOTATION = "org.opencontainers.image.url";
/** Who is responsible for it. */
export const AUTHORS_ANNOTATION = "org.opencontainers.image.authors";
/** The tag of a manifest in an image layout's `index.json`. */
export const REF_NAME_ANNOTATION = "org.opencontainers.image.ref.name";
/** The full reference of a manifest in an image layout's `index.json`, as containerd, docker and nerdctl write it. */
export const FULL_NAME_ANNOTATION = "io.containerd.image.name";

/** In the `index.json` of a bundle with one artifact: the descriptor of the bundle's description, as JSON. */
export const BUNDLE_ANNOTATION = "vnd.gantry.transfer.v1";

/** The digest of a layer before compression, as `oras` reads it when it unpacks. */
export const ORAS_CONTENT_DIGEST_ANNOTATION = "io.deis.oras.content.digest";
/** `true` when `oras` shall unpack the layer into a directory. */
export const ORAS_CONTENT_UNPACK_ANNOTATION = "io.deis.oras.content.unpack";

/** The name of a Compose file in its project. */
export const COMPOSE_FILE_ANNOTATION = "com.docker.compose.file";
/** Set on a Compose file that is not merged, but whose services are extended. */
export const COMPOSE_EXTENDS_ANNOTATION = "com.docker.compose.extends";
/** The name of an env file in its project. */
export const COMPOSE_ENV_FILE_ANNOTATION = "com.docker.compose.envfile";
/** The image that an image is built on. */
export const BASE_NAME_ANNOTATION = "org.opencontainers.image.base.name";
/** The digest of its manifest. */
export const BASE_DIGEST_ANNOTATION = "org.opencontainers.image.base.digest";

/** The commit that a CUE module was published from. */
export const CUE_COMMIT_ANNOTATION = "org.cuelang.vcs-commit";
/** The time of that commit (RFC 3339). */
export const CUE_COMMIT_TIME_ANNOTATION = "org.cuelang.vcs-commit-time";

/** What a layer of a Timoni module holds: `module/vendor` or `module`. */
export const TIMONI_CONTENT_TYPE_ANNOTATION = "sh.timoni.content.type";

/** On a layer of the manifest behind `sha256-….sig`: the signature of the layer's bytes, in Base64. */
export const COSIGN_SIGNATURE_ANNOTATION = "dev.cosignproject.cosign/signature";
/** On a referrer with a sigstore bundle: what is in the bundle, `dsse-envelope`. */
export const BUNDLE_CONTENT_ANNOTATION = "dev.sigstore.bundle.content";
/** On a referrer with a sigstore bundle: the predicate type of the statement in it. */
export const BUNDLE_PREDICATE_ANNOTATION = "dev.sigstore.bundle.predicateType";
