import { checkLayout, type LayoutCheck } from "../layout/check/check_layout.ts";
import type { LayoutProblem } from "../layout/check/hashed_layout.ts";
import { repairLayout } from "../layout/repair/repair_layout.ts";
import type { Digest } from "../oci/digest.ts";
import { formatReference, isLayoutReference, layoutForms, type LayoutReference } from "../oci/reference.ts";
import { OptionsError } from "../options/options_error.ts";
import { openLayout, parsePlace } from "../places/open_store.ts";
import { SILENT_LOG } from "../work/context.ts";
import type { VerbOptions } from "./verb_options.ts";

/** What to check. */
export interface VerifyOptions extends Pick<VerbOptions, "signal" | "log" | "progress"> {
  /** The layout or the bundle: `oci-layout:PATH` or `oci-archive:PATH`, also of a bundle in volumes. */
  readonly source: string;
  /** Whether to list what nothing lists, and to make a lost index anew; directories only. */
  readonly repair?: boolean;
}

/** What was found in a layout, as `gantry verify -o json` prints it. */
export interface VerifyResult {
  /** The layout, without tag and digest. */
  readonly url: string;
  /** Whether nothing is wrong. */
  readonly whole: boolean;
  /** How many manifests the index leads to. */
  readonly manifests: number;
  /** How many blobs there are, manifests included. */
  readonly blobs: number;
  /** How many bytes the blobs have. */
  readonly bytes: number;
  /** The digest of the description of the bundle; absent when there is none. */
  readonly bundle?: Digest;
  /** How many artifacts the bundle carries. */
  readonly artifacts?: number;
  /** How many of them came without what refers to them, on purpose; absent when none did. */
  readonly withoutReferrers?: number;
  /** What is not as it should be. */
  readonly problems: readonly LayoutProblem[];
  /** What nothing leads to. */
  readonly unreferenced: readonly { readonly digest: Digest; readonly size: number }[];
  /** What a killed process has left, or another one is writing. */
  readonly leftovers: readonly string[];
  /** What the target has, so that it is not here. */
  readonly omitted: readonly { readonly digest: Digest; readonly size: number }[];
  /** What was repaired, one sentence each. */
  readonly repaired?: readonly string[];
  /** What could not be repaired, one sentence each. */
  readonly notRepaired?: readonly string[];
}

/**
 * Checks every byte of a layout or a bundle, and that nothing is missing. It contacts no registry.
 *
 * @returns What was found; a layout that is not whole is no error.
 * @throws {OptionsError} When the options make no sense.
 * @throws {UnsupportedError} When a tar shall be repaired.
 * @throws {Error} When there is no layout, or it cannot be opened at all.
 */
export async function verify(options: VerifyOptions): Promise<VerifyResult> {
  const { repair = false, log = SILENT_LOG } = options;
  const { signal = new AbortController().signal, progress = (): void => {} } = options;
  const reference = layoutIn(options.source);
  if (!repair) return verifyResult(await checkLayout(await openLayout(reference), { signal, progress }), {});
  const { check, done, left } = await repairLayout(reference, { signal, progress });
  for (const sentence of done) log.info(sentence);
  for (const sentence of left) log.warn(sentence);
  return verifyResult(check, { repaired: done, notRepaired: left });
}

function layoutIn(text: string): LayoutReference {
  const reference = parsePlace(text);
  if (!isLayoutReference(reference)) {
    throw new OptionsError(
      `Cannot verify ${
        formatReference(reference)
      }: without a key only a layout or a bundle is verified, name ${layoutForms()}`,
    );
  }
  if (reference.tag === undefined && reference.digest === undefined) return reference;
  throw new OptionsError(
    `Cannot verify ${formatReference(reference)}: a layout is verified as a whole, name it without a tag or a digest`,
  );
}

function verifyResult(
  { url, manifests, blobs, bytes, description, problems, unreferenced, leftovers, omitted }: LayoutCheck,
  repair: Pick<VerifyResult, "repaired" | "notRepaired">,
): VerifyResult {
  const alone = description?.description.artifacts.filter(({ withoutReferrers }) => withoutReferrers).length ?? 0;
  return {
    url,
    whole: problems.length === 0,
    manifests,
    blobs,
    bytes,
    ...(description === undefined
      ? {}
      : { bundle: description.digest, artifacts: description.description.artifacts.length }),
    ...(alone === 0 ? {} : { withoutReferrers: alone }),
    problems,
    unreferenced,
    leftovers,
    omitted: omitted.map(({ digest, size }) => ({ digest, size })),
    ...repair,
  };
}

/** How many who need something a line names. */
const SHOWN = 5;

/** Says what is wrong, and who needs it. */
export function problemLine({ digest, file, problem, neededBy }: LayoutProblem): string {
  const more = neededBy.length > SHOWN ? [`${neededBy.length - SHOWN} more`] : [];
  const who = [...neededBy.slice(0, SHOWN), ...more];
  const by = who.length === 0 ? (file === undefined ? ", needed by nothing" : "") : `, needed by ${who.join(", ")}`;
  return `${digest ?? JSON.stringify(file)}${file === undefined ? " " : ": "}${problem}${by}`;
}
