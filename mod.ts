/**
 * Package a directory as an OCI artifact, publish it, and work with what was published: the verbs of the command line
 * as functions. Each takes one object of options and gives what the command prints with `-o json`.
 *
 * - Publish: {@linkcode push}, {@linkcode plan}, {@linkcode planStages}
 * - Read: {@linkcode list}, {@linkcode inspect}, {@linkcode readManifest}, {@linkcode pull}, {@linkcode diff}
 * - Change: {@linkcode tagStored}, {@linkcode copy}, {@linkcode deleteStored}
 * - Sign and verify: {@linkcode keygen}, {@linkcode signStored}, {@linkcode attachStored}, {@linkcode verifySignatures}
 * - Carry over an air gap: {@linkcode exportBundle}, {@linkcode verify}, {@linkcode planImport},
 *   {@linkcode importBundle}, {@linkcode inventory}
 *
 * @example A directory becomes an artifact in an OCI image layout
 * ```ts
 * import { push } from "@gantry/gantry";
 *
 * const { digest, profile } = await push({ source: "examples/plain", targets: ["oci-layout:dist/plain:edge"] });
 * console.log(digest, profile);
 * ```
 *
 * @module
 */

// Verbs that publish.
export { push, type PushedTarget, type PushResult } from "./src/verbs/push.ts";
export {
  plan,
  type PlannedBlob,
  type PlannedFiles,
  type PlannedPlugin,
  type PlannedStages,
  type PlanResult,
  planStages,
} from "./src/verbs/plan.ts";
export type { Verdict } from "./src/consumers/judge.ts";
export type { ImageOptions } from "./src/options/image.ts";
export type { Publishing } from "./src/options/publishing.ts";
export type { SymlinkPolicy } from "./src/plugins/collect/directory.ts";
export type { Compression, Gzip } from "./src/pack/compression.ts";
export type {
  PipelineEntry,
  PipelineInstance,
  PluginSpec,
  PublishOptions,
  PublishPipeline,
} from "./src/verbs/publish/publish_options.ts";

export type { OwnConfig, OwnLayer, OwnProfile, OwnVersion } from "./src/profiles/own/declaration.ts";

// Verbs that read.
export { diff, type DiffOptions } from "./src/verbs/diff.ts";
export type { Change, DiffResult, FileChange, FileState } from "./src/verbs/diff/diff_result.ts";
export { list, type ListedVersion, type ListOptions, type VersionDetails } from "./src/verbs/list.ts";
export { inspect, type InspectOptions, type ManifestOptions, readManifest } from "./src/verbs/inspect.ts";
export type {
  InspectedLayer,
  InspectedManifest,
  InspectedReferrer,
  InspectResult,
} from "./src/verbs/inspect/inspect_result.ts";
export type { LayerFile } from "./src/verbs/inspect/layer_files.ts";
export type { ReferrerRole } from "./src/verbs/inspect/referrer_role.ts";
export { pull, type PullOptions, type PullResult } from "./src/verbs/pull.ts";

// Verbs that change what was published.
export { copy } from "./src/verbs/copy.ts";
export type { CopyOptions } from "./src/verbs/copy/copy_options.ts";
export type { CopiedManifest, CopiedTarget, CopyResult } from "./src/verbs/copy/copy_result.ts";
export {
  type DeleteEffects,
  type DeleteOptions,
  type DeleteResult,
  deleteStored,
  type Deletion,
} from "./src/verbs/delete.ts";
export { type TagOptions, type TagResult, tagStored } from "./src/verbs/tag.ts";

// Verbs that sign.
export { type AttachOptions, type AttachResult, attachStored } from "./src/verbs/attach.ts";
export type { KeyMachine } from "./src/verbs/publish/machine.ts";
export { keygen, type KeygenOptions, type KeygenResult } from "./src/verbs/keygen.ts";
export {
  type SigningKey,
  type SignOptions,
  type SignResult,
  signStored,
  type WrittenSignature,
} from "./src/verbs/sign.ts";
export type { KeylessOptions } from "./src/verbs/sign/signers_of.ts";
export type { SignFormat } from "./src/sign/sign_format.ts";
export type { CertificateNames } from "./src/sign/sigstore.ts";

// Verbs for an air gap.
export { formatInventory } from "./src/bundle/inventory.ts";
export type { InventoriedBlob, InventoriedRepository, Inventory } from "./src/bundle/inventory.ts";
export { exportBundle, type ExportOptions } from "./src/verbs/export.ts";
export type { ExportedArtifact, ExportResult } from "./src/verbs/export/export_result.ts";
export { importBundle, planImport } from "./src/verbs/import.ts";
export type { RepositoryMapping } from "./src/verbs/import/import_destinations.ts";
export type { ImportOptions, PlannedImport } from "./src/verbs/import/import_options.ts";
export type {
  ImportedArtifact,
  ImportedTag,
  ImportPlanResult,
  ImportResult,
} from "./src/verbs/import/import_result.ts";
export { inventory, type InventoryOptions } from "./src/verbs/inventory.ts";
export { verifySignatures } from "./src/verbs/verify_signatures.ts";
export type {
  VerifiedArtifact,
  VerifiedSignature,
  VerifySignaturesOptions,
  VerifySignaturesResult,
} from "./src/verbs/verify_signatures.ts";
export type { Rejection, SignatureFormat } from "./src/sign/find_signatures.ts";
export type { CertificateIdentity } from "./src/sign/trusted_identity.ts";
export type { SignedOptions } from "./src/verbs/verify/require_signatures.ts";
export { verify, type VerifyOptions, type VerifyResult } from "./src/verbs/verify.ts";
export type { LayoutProblem } from "./src/layout/check/hashed_layout.ts";

// What every verb takes.
export type { Spell } from "./src/options/spell.ts";
export type { Patience } from "./src/options/registry.ts";
export type { RegistryOptions } from "./src/places/registry_options.ts";
export type { TlsChoice } from "./src/places/tls_files.ts";
export type {
  Credential,
  CredentialSource,
  IdentityTokenCredential,
  PasswordCredential,
  Provenance,
  RegistryTokenCredential,
} from "./src/registry/login/credentials.ts";
export type { VerbOptions } from "./src/verbs/verb_options.ts";
export type { ExtractionRules, LinkPolicy, NamePolicy } from "./src/extract/extraction_rules.ts";

// What results are made of.
export type { DigestAlgorithm } from "./src/oci/digest.ts";
export type { MemberType } from "./src/oci/tar/read.ts";
export type { Copied } from "./src/store/copy.ts";

// What a plugin must be.
export type * from "./plugin.ts";

// What verbs throw.
export { ExtractionError, type ExtractionRule } from "./src/extract/extraction_error.ts";
export { DigestMismatchError } from "./src/oci/bytes/verified.ts";
export { OptionsError, type OptionsErrorDetails } from "./src/options/options_error.ts";
export { type ConsumerRefusal, RefusedError } from "./src/verbs/judging/refused_error.ts";
export { PluginError } from "./src/pipeline/plugin_error.ts";
export { StageError } from "./src/pipeline/stage_error.ts";
export { TargetsError } from "./src/pipeline/target.ts";
export { RegistryError, type RegistryFailure, type ReportedError } from "./src/registry/http/registry_error.ts";
export { ConnectionError, type ConnectionProblem, type Method } from "./src/registry/http/transport.ts";
export { NotFoundError, TagExistsError, UnsupportedError } from "./src/store/store.ts";
export { NotVerifiedError } from "./src/sign/not_verified_error.ts";
export { SourceReadError } from "./src/store/stored_content.ts";
export { PartlyTaggedError } from "./src/verbs/copy/partly_tagged_error.ts";
