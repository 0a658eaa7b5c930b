import type { JudgedArtifact } from "./artifact.ts";
import type { Finding, Note, Refusal } from "./consumer.ts";
import type { NamedConsumer } from "./consumers.ts";

/** Whether a consumer takes an artifact, as `-o json` prints it. */
export interface Verdict {
  /** Who was asked for, such as `flux`. */
  readonly consumer: string;
  /** The version that the rule was read from. */
  readonly version: string;
  /** Whether it takes the artifact. */
  readonly accepted: boolean;
  /** Why it is refused, and what to change; nothing when it is accepted. */
  readonly refusals: readonly {
    /** A sentence. */
    readonly reason: string;
    /** What to change, a sentence. */
    readonly change: string;
  }[];
  /** What the consumer does with it that may surprise. */
  readonly notes: readonly string[];
}

/** Says of each consumer whether it takes an artifact. */
export function judge(artifact: JudgedArtifact, consumers: readonly NamedConsumer[]): readonly Verdict[] {
  return consumers.map((consumer) => {
    const findings = [...consumer.judge(artifact)];
    const refusals = findings.filter(isRefusal).map(({ reason, change }) => ({ reason, change }));
    return {
      consumer: consumer.name,
      version: consumer.version,
      accepted: refusals.length === 0,
      refusals,
      notes: findings.filter(isNote).map(({ text }) => text),
    };
  });
}

function isRefusal(finding: Finding): finding is Refusal {
  return finding.kind === "refusal";
}

function isNote(finding: Finding): finding is Note {
  return finding.kind === "note";
}
