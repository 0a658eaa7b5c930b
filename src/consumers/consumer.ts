import { shortList } from "../work/amounts.ts";
import type { JudgedArtifact } from "./artifact.ts";

/** Somebody who takes artifacts, and the rule of what it takes. */
export interface Consumer {
  /** What it is, for people. */
  readonly what: string;
  /** The version that the rule was read from. */
  readonly version: string;
  /** The source that says so: a URL. */
  readonly source: string;
  /** Whether signatures have to be looked for. */
  readonly asksForSignatures?: boolean;
  /** Finds what it would refuse, and what people should know who give it the artifact. */
  judge(artifact: JudgedArtifact): Iterable<Finding>;
}

/** What a rule has found. */
export type Finding = Refusal | Note;

/** Why an artifact is refused. */
export interface Refusal {
  readonly kind: "refusal";
  /** A sentence. */
  readonly reason: string;
  /** What to change, a sentence. */
  readonly change: string;
}

/** What a consumer does with an artifact that it takes, where that may surprise. */
export interface Note {
  readonly kind: "note";
  /** A sentence. */
  readonly text: string;
}

/** Says that it is refused. */
export function refuse(reason: string, change: string): Refusal {
  return { kind: "refusal", reason, change };
}

/** Says what may surprise. */
export function note(text: string): Note {
  return { kind: "note", text };
}

/** Writes names for people: the first ones, and how many more there are. */
export function listed(names: readonly string[]): string {
  return shortList(names.map((name) => JSON.stringify(name.slice(0, 200))), SHOWN);
}

/** How many names a sentence can have. */
const SHOWN = 3;
