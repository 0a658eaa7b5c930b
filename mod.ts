/**
 * Package a directory as an OCI artifact and publish it to registries and OCI image layouts.
 *
 * @module
 */
export * from "./src/oci/digest.ts";
export * from "./src/oci/descriptor.ts";
export * from "./src/oci/manifest.ts";
export * from "./src/oci/reference.ts";
export * from "./src/oci/tag.ts";
export * from "./src/oci/version.ts";
export * from "./src/pipeline/context.ts";
export * from "./src/pipeline/entry.ts";
export * from "./src/pipeline/flow.ts";
export * from "./src/pipeline/plugin.ts";
export * from "./src/pipeline/publish.ts";
export * from "./src/pipeline/source_error.ts";
export * from "./src/pipeline/stage_error.ts";
export * from "./src/pipeline/tag_exists_error.ts";
export * from "./src/pipeline/targets.ts";
export * from "./src/pipeline/values.ts";
