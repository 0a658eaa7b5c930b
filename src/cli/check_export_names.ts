import type { Digest } from "../oci/digest.ts";
import { transferredNames } from "../bundle/bundle.ts";
import type { ArtifactGraph } from "../store/graph.ts";
import { transferredArtifact } from "../bundle/bundled_artifact.ts";
import type { ExportSource } from "./export_sources.ts";
import { UsageError } from "./usage_error.ts";

/**
 * Makes sure that no name would stand at two manifests in one bundle: two layouts may be called the same, a tag may be
 * given with two digests, and one may move while it is read.
 *
 * @throws {UsageError} Names both.
 */
export function checkExportNames(
  artifacts: readonly { readonly source: ExportSource; readonly graph: ArtifactGraph }[],
): void {
  const seen = new Map<string, { readonly digest: Digest; readonly from: string }>();
  for (const { source, graph } of artifacts) {
    const from = `${source.store.url}@${source.root.digest}`;
    for (const { origin, tag, digest } of transferredNames([transferredArtifact(graph, source)])) {
      const name = `${origin}:${tag}`;
      const before = seen.get(name) ?? { digest, from };
      if (before.digest !== digest) {
        throw new UsageError(
          `Cannot export ${before.from} and ${from} together: ${name} would be ${before.digest} and ${digest}`,
        );
      }
      seen.set(name, before);
    }
  }
}
