/**
 * Run plugins in tests of their own, with everything that a pipeline does to them.
 *
 * @module
 */
export type * from "./plugin.ts";
export * from "./src/pipeline/plugin_error.ts";
export type { FactoryOf } from "./src/driver/prepare.ts";
export * from "./src/testing/entries_of.ts";
export * from "./src/testing/run_stage.ts";
