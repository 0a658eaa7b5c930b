import type { Digest } from "../../oci/digest.ts";
import type { Transfer } from "../../bundle/bundle.ts";
import type { Copied } from "../../store/copy.ts";
import type { ListedBundle } from "../../layout/bundle/list_bundle.ts";

/** What `gantry export -o json` prints. */
export interface ExportReport extends Copied {
  /** The layout. */
  readonly url: string;
  /** The digest of the bundle's description. */
  readonly bundle?: Digest;
  /** What was asked for. */
  readonly artifacts: readonly ExportedArtifact[];
  /** How many artifacts are in the bundle, those of earlier exports included. */
  readonly total: number;
  /** What of the bundle is not in it, because the far side has it. */
  readonly omitted: { readonly count: number; readonly bytes: number };
}

/** One artifact of an {@linkcode ExportReport}. */
export interface ExportedArtifact {
  readonly origin: string;
  readonly digest: Digest;
  readonly tags: readonly string[];
  /** How many manifests refer to it or to one of its parts. */
  readonly referrers: number;
  /** How many of cosign's tags belong to it or to one of its parts. */
  readonly companions: number;
  readonly withoutReferrers?: true;
}

/** Says what was exported. */
export function exportReport(
  url: string,
  { transfer, copied, bundle }: {
    readonly transfer: Transfer;
    readonly copied: readonly Copied[];
    readonly bundle: ListedBundle | undefined;
  },
): ExportReport {
  const omitted = bundle?.transfer.omitted ?? [];
  const sum = (count: (each: Copied) => number): number => copied.reduce((all, each) => all + count(each), 0);
  return {
    url,
    ...(bundle === undefined ? {} : { bundle: bundle.digest }),
    artifacts: transfer.artifacts.map(({ origin, digest, tags, referrers, companions, withoutReferrers }) => ({
      origin,
      digest,
      tags,
      referrers: referrers.length,
      companions: Object.keys(companions).length,
      ...(withoutReferrers ? { withoutReferrers } : {}),
    })),
    total: bundle?.transfer.artifacts.length ?? transfer.artifacts.length,
    omitted: { count: omitted.length, bytes: omitted.reduce((all, { size }) => all + size, 0) },
    uploaded: sum(({ uploaded }) => uploaded),
    existing: sum(({ existing }) => existing),
    bytesSent: sum(({ bytesSent }) => bytesSent),
  };
}

/** One line for each artifact: `HOST/REPOSITORY@sha256:…`. */
export function exportLines({ artifacts }: ExportReport): string {
  return artifacts.map(({ origin, digest }) => `${origin}@${digest}\n`).join("");
}
