import metadata from "../../deno.json" with { type: "json" };

/** The version of gantry itself. */
export const VERSION: string = metadata.version;

/** Where gantry's repository is; its releases are at `HOMEPAGE/releases/download/vVERSION/FILE`. */
export const HOMEPAGE = "https://github.com/gantry/gantry";
