/**
 * How the names begin that are no files in a layer of an image, but take away what is below.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md#whiteouts | OCI image-spec 1.1.1, Whiteouts}
 */
export const WHITEOUT_PREFIX = ".wh.";
