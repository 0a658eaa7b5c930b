import type { Context } from "../../pipeline/context.ts";

/** What every request to a registry may use; a stage's context is one. */
export type Call = Pick<Context, "signal" | "log" | "progress">;
