import type { Log } from "../work/context.ts";

/** Says nothing. */
export const SILENT_LOG: Log = { debug: (): void => {}, info: (): void => {}, warn: (): void => {} };
