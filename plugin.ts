/**
 * What a plugin is: types and nothing else, so that a plugin's file has no import that is there when it runs.
 *
 * @module
 */
export type * from "./src/oci/descriptor.ts";
export type { Digest } from "./src/oci/digest.ts";
export type * from "./src/work/context.ts";
export type * from "./src/pipeline/entry.ts";
export type * from "./src/pipeline/plugin.ts";
export type { Checked, Issue, Schema, Zod } from "./src/pipeline/schema.ts";
export type { StageName } from "./src/pipeline/stage_error.ts";
export type { CompanionEnding } from "./src/store/companion_tags.ts";
export type { Moved, TagName } from "./src/store/store.ts";
export type * from "./src/pipeline/values.ts";
