import type { Digest } from "../../oci/digest.ts";
import type { BundleDescription } from "../../bundle/bundle.ts";
import { type Copied, copiedInAll } from "../../store/copy.ts";
import type { ListedBundle } from "../../layout/bundle/list_bundle.ts";

/** What was exported, as `gantry export -o json` prints it. */
export interface ExportResult extends Copied {
  /** The layout. */
  readonly url: string;
  /** The digest of the bundle's description. */
  readonly bundle?: Digest;
  /** What was asked for. */
  readonly artifacts: readonly ExportedArtifact[];
  /** How many artifacts are in the bundle, those of earlier exports included. */
  readonly total: number;
  /** What of the bundle is not in it, because the target has it. */
  readonly omitted: { readonly count: number; readonly bytes: number };
}

/** One artifact of an {@linkcode ExportResult}. */
export interface ExportedArtifact {
  /** Where it comes from: `HOST/REPOSITORY`, or the name of a layout. */
  readonly origin: string;
  /** Its digest. */
  readonly digest: Digest;
  /** The tags that it gets at the target. */
  readonly tags: readonly string[];
  /** How many manifests refer to it or to one of its parts. */
  readonly referrers: number;
  /** How many of cosign's tags belong to it or to one of its parts. */
  readonly companions: number;
  /** Set when what refers to it was left behind on purpose. */
  readonly withoutReferrers?: true;
}

/** Says what was exported. */
export function exportResult(
  url: string,
  { description, copied, bundle }: {
    readonly description: BundleDescription;
    readonly copied: readonly Copied[];
    readonly bundle: ListedBundle | undefined;
  },
): ExportResult {
  const omitted = bundle?.description.omitted ?? [];
  return {
    url,
    ...(bundle === undefined ? {} : { bundle: bundle.digest }),
    artifacts: description.artifacts.map(({ origin, digest, tags, referrers, companions, withoutReferrers }) => ({
      origin,
      digest,
      tags,
      referrers: referrers.length,
      companions: Object.keys(companions).length,
      ...(withoutReferrers ? { withoutReferrers } : {}),
    })),
    total: bundle?.description.artifacts.length ?? description.artifacts.length,
    omitted: { count: omitted.length, bytes: omitted.reduce((all, { size }) => all + size, 0) },
    ...copiedInAll(copied),
  };
}
