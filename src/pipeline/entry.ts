/**
 * One file or directory of the tree that is packaged.
 *
 * Only what ends up in the artifact is here: no owner, no time, no mode but the executable bit.
 */
export interface Entry {
  /** Relative to the source, `/` between the parts, no `.` or `..`, never empty. Directories have no trailing `/`. */
  readonly path: string;
  /** A symbolic link is packed as what it points to, so there are only these two. */
  readonly kind: "file" | "directory";
  /** Whether the file can be executed. `false` for directories. */
  readonly executable: boolean;
  /** Size in bytes; 0 for directories. */
  readonly size: number;
  /**
   * Reads the file from its start; the stream errors when the file is no longer what it was when it was collected.
   * A directory gives an empty stream.
   */
  open(): ReadableStream<Uint8Array<ArrayBuffer>>;
}
