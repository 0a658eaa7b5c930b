import { didYouMean } from "../../work/nearest_word.ts";
import { excerpt } from "./excerpt.ts";
import { z } from "../../pipeline/schema.ts";
import { checked, parseJson } from "./parse_answer.ts";
import { EXEC_STAGES, METADATA, type Metadata, PROTOCOL } from "./protocol.ts";

/**
 * Parses what `PROGRAM metadata` wrote.
 *
 * @throws {SyntaxError} When it is no metadata, or of another version of the protocol.
 */
export function parseMetadata(text: string): Metadata {
  const value = parseJson(text);
  // First of all: what another version means by the rest is not known here.
  const { protocol } = checked(z.looseObject({ protocol: METADATA.shape.protocol }), value);
  if (!protocol.includes(PROTOCOL)) {
    throw new SyntaxError(
      `it speaks version ${protocol.join(" and ")} of the exec protocol, gantry speaks ${PROTOCOL}`,
    );
  }
  const { stage } = checked(z.looseObject({ stage: z.string() }), value);
  if (stage === "upload") {
    throw new SyntaxError(
      'a program cannot stand at "upload", which is more than one question and one answer; ' +
        '"after:upload" and "after:tag" can bring things to other places',
    );
  }
  if (!(EXEC_STAGES as readonly string[]).includes(stage)) {
    const meant = didYouMean(stage, EXEC_STAGES) ||
      "; there are collect, filter, archive, annotate and tag, and before: and after: each stage";
    throw new SyntaxError(`its "stage" is ${excerpt(stage)}${meant}`);
  }
  return checked(METADATA, value);
}
