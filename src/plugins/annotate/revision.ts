/** How a revision is written: the bare commit, or with the branch or tag as Flux has it. */
export type RevisionStyle = "commit" | "flux";

/** What a revision is made of. */
export interface Revision {
  /** How the revision is written. */
  readonly style: RevisionStyle;
  /** The commit: 40 hexadecimal digits of SHA-1 or 64 of SHA-256. */
  readonly commit: string;
  /** The branch, without `refs/heads/`. */
  readonly branch?: string | undefined;
  /** The tag, without `refs/tags/`. It wins over the branch. */
  readonly tag?: string | undefined;
}

/**
 * Writes a revision as an annotation has it.
 *
 * The style `commit` gives the bare digits. The style `flux` gives `<tag|branch>@sha1:<commit>`, with `sha256:` for a
 * commit of 64 digits; where neither branch nor tag is known the name and the `@` are left out, as the RFC says.
 *
 * @see {@link https://github.com/fluxcd/flux2/tree/v2.7.0/rfcs/0005-artifact-revision-and-digest | Flux RFC-0005}
 */
export function formatRevision({ style, commit, branch, tag }: Revision): string {
  if (style === "commit") return commit;
  const digest = `${commit.length === 64 ? "sha256" : "sha1"}:${commit}`;
  const name = tag ?? branch;
  return name === undefined ? digest : `${name}@${digest}`;
}

/** Finds the commit in a revision of either style; `undefined` when it names none. */
export function revisionCommit(revision: string): string | undefined {
  return /(?:^|[@:])([0-9a-f]{64}|[0-9a-f]{40})$/.exec(revision)?.[1];
}
