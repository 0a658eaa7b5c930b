import type { ExtractionRule } from "../extract/extraction_error.ts";

/**
 * What a user can do about a rule that an artifact breaks. Where nobody should allow it there is no advice.
 *
 * @param command The name of the command, which must have the flag that is advised.
 */
export function extractionAdvice(rule: ExtractionRule, command: string | undefined): string | undefined {
  if (rule === "platform") return "choose one with --platform OS/ARCHITECTURE, or name its digest";
  if (rule === "index") return "name the manifest that is meant by its digest";
  return command === "pull" ? PULL_ADVICE[rule] : undefined;
}

const PULL_ADVICE: Readonly<Partial<Record<ExtractionRule, string>>> = {
  name: "take such names with --names any, if this system can hold them",
  link: "leave links out with --symlinks skip",
  size: "allow more with --max-size",
  entries: "allow more with --max-entries",
  ratio: "allow more with --max-ratio, if you trust who published it",
  "path-length": "allow more with --max-path-length",
  depth: "allow more with --max-depth",
  layer: "choose layers with --layer-type, or save one as it is with --output-archive",
  changed: "replace such files with --overwrite, or pull into another directory",
};
