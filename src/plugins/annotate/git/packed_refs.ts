import { join } from "node:path";
import { filePieces } from "../../../system/open_file.ts";
import { statIfThere } from "./read_file.ts";

/** A ref that is in the file `packed-refs`. */
export interface PackedRef {
  /** The full name, such as `refs/tags/v1.0.0`. */
  readonly name: string;
  /** The object that it names. */
  readonly id: string;
  /** What an annotated tag points to in the end. */
  readonly peeled?: string;
  /** Whether a tag without {@linkcode PackedRef.peeled} is known to be no annotated one. */
  readonly isPeelKnown: boolean;
}

const LINE_LIMIT = 64 * 1024;
const REF_REGEXP = /^([0-9a-f]{40}|[0-9a-f]{64}) (\S+)$/;

/**
 * Reads the file `packed-refs` ref by ref; gives nothing when there is none.
 *
 * @throws {SyntaxError} When a line is malformed.
 */
export async function* readPackedRefs(commonDirectory: string): AsyncGenerator<PackedRef> {
  const path = join(commonDirectory, "packed-refs");
  let isPeelKnown = false;
  let ref: PackedRef | undefined;
  for await (const line of readLines(path)) {
    if (line.startsWith("#")) {
      isPeelKnown ||= / (?:fully-)?peeled(?: |$)/.test(line);
    } else if (line.startsWith("^") && ref !== undefined) {
      yield { ...ref, peeled: line.slice(1) };
      ref = undefined;
    } else {
      if (ref !== undefined) yield ref;
      const [, id, name] = REF_REGEXP.exec(line) ?? [];
      if (id === undefined || name === undefined) throw new SyntaxError(`Cannot parse "${path}": a line is malformed`);
      ref = { name, id, isPeelKnown };
    }
  }
  if (ref !== undefined) yield ref;
}

async function* readLines(path: string): AsyncGenerator<string> {
  if (!(await statIfThere(path))?.isFile) return;
  let rest = "";
  // The stream closes the file when it is read to its end or left.
  for await (const text of ReadableStream.from(filePieces(path)).pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LINE_LIMIT) throw new SyntaxError(`Cannot parse "${path}": a line is too long`);
    yield* lines;
  }
  if (rest !== "") yield rest;
}
