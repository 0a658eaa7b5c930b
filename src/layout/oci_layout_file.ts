/**
 * The `oci-layout` file, by which an image layout is known.
 *
 * @see {@link https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md#oci-layout-file | OCI image-spec 1.1.1, oci-layout file}
 */

/** The name of the file. */
export const OCI_LAYOUT_FILE = "oci-layout";
/** What stands in it. */
export const OCI_LAYOUT_BYTES: Uint8Array<ArrayBuffer> = new TextEncoder().encode('{"imageLayoutVersion":"1.0.0"}');
/** How large it may be, in bytes. */
export const OCI_LAYOUT_SIZE_LIMIT = 64 * 1024;

/**
 * Checks that a layout is of the version that gantry knows.
 *
 * @throws {SyntaxError} When it is of another one, or says none.
 */
export function checkOciLayout(bytes: Uint8Array): void {
  const version = imageLayoutVersion(bytes);
  if (version === "1.0.0") return;
  throw new SyntaxError(
    typeof version === "string"
      ? `its oci-layout file says version ${JSON.stringify(version.slice(0, 40))}, and only "1.0.0" is known`
      : "its oci-layout file says no version",
  );
}

function imageLayoutVersion(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes))?.imageLayoutVersion;
  } catch {
    return undefined;
  }
}
