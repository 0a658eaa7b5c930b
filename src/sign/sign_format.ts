/** In which forms an artifact is signed: `both`, so that every verifier finds what it looks for, or one of them. */
export type SignFormat = "both" | "bundle" | "legacy";

/** The formats, as people choose them. */
export const SIGN_FORMATS = ["both", "bundle", "legacy"] as const satisfies readonly SignFormat[];
