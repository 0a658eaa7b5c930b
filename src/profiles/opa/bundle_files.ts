/** What a bundle says of itself, at its root. */
export const BUNDLE_MANIFEST = ".manifest";
/** The same as a message of Protocol Buffers. */
export const BINARY_MANIFEST = ".manifest.pb";
/** What signs the other files of a bundle, at its root. */
export const SIGNATURES = ".signatures.json";
