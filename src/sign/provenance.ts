/**
 * SLSA provenance of what gantry publishes: from what it was made, how, and by whom. Nothing in it differs from one run
 * to the next when source, options and builder are the same.
 *
 * @see {@link https://slsa.dev/spec/v1.1/provenance | SLSA 1.1, Provenance}
 */
import { PROVENANCE_PREDICATE } from "./formats/predicate_types.ts";
import type { Attestation } from "./attestation.ts";

/** What is known of how an artifact was made. */
export interface ProvenanceFacts {
  /** The URL of the source repository. */
  readonly source: string | undefined;
  /** The revision: a commit, or `<branch|tag>@sha1:<commit>`. */
  readonly revision: string | undefined;
  /** What whoever called gantry has chosen. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Who ran it: a URI. */
  readonly builder: string;
  /** The version of gantry. */
  readonly version: string;
}

/** How artifacts are built: docs/signing.md says what the parameters mean. */
const BUILD_TYPE = "https://github.com/gantry/gantry/push/v1";

/** Writes the provenance. The same facts always give the same bytes. */
export function provenance({ source, revision, parameters, builder, version }: ProvenanceFacts): Attestation {
  const commit = /(?:^|[:@])([0-9a-f]{64}|[0-9a-f]{40})$/.exec(revision ?? "")?.[1];
  return {
    predicateType: PROVENANCE_PREDICATE,
    predicate: JSON.stringify({
      buildDefinition: {
        buildType: BUILD_TYPE,
        externalParameters: {
          ...(source === undefined ? {} : { source }),
          ...(revision === undefined ? {} : { revision }),
          ...parameters,
        },
        resolvedDependencies: source === undefined ? [] : [{
          uri: `git+${source}`,
          ...(commit === undefined ? {} : { digest: { gitCommit: commit } }),
        }],
      },
      runDetails: { builder: { id: builder, version: { gantry: version } } },
    }),
  };
}
