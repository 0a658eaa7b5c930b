import type { VerbOptions } from "../verb_options.ts";
import type { SignedOptions } from "../verify/require_signatures.ts";
import type { RepositoryMapping } from "./import_destinations.ts";
import type { ImportPlanResult } from "./import_result.ts";

/** What to import, and where to. */
export interface ImportOptions extends VerbOptions, SignedOptions {
  /** The bundle: `oci-layout:PATH`, `oci-archive:PATH`, or `oci-archive:-` for the tar that `input` gives. */
  readonly source: string;
  /** Gives the tar that `oci-archive:-` stands for. It is kept in a temporary file while the import runs. */
  readonly input?: () => ReadableStream<Uint8Array<ArrayBuffer>>;
  /** `oci://HOST` or `oci://HOST/PREFIX`: each artifact goes to its own repository below it. */
  readonly target: string;
  /** What goes to another repository of the target. */
  readonly map?: readonly RepositoryMapping[];
  /** Whether a tag may move that is a version. */
  readonly force?: boolean;
  /**
   * Asked when everything is known and nothing was sent; all of it is meant when left out.
   *
   * @returns Whether to go on.
   */
  readonly confirm?: (plan: PlannedImport) => Promise<boolean>;
}

/** An import that has not begun. */
export interface PlannedImport {
  /** What would be done, as `gantry import --dry-run -o json` prints it. */
  readonly result: ImportPlanResult;
  /** The same as the rows of a table for people: each artifact, and under it what becomes of each of its tags. */
  readonly rows: readonly (readonly string[])[];
  /** Whether a version would move that must not: the import fails, whatever the answer is. */
  readonly hasConflict: boolean;
}
