import metadata from "../../deno.json" with { type: "json" };

/** The version of gantry itself. */
export const VERSION: string = metadata.version;
