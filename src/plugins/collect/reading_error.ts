import { SourceError } from "../../pipeline/source_error.ts";
import { whyUnreadable } from "../../system/io_error.ts";

/** Says in one sentence what could not be read and why; an error that says it already stays as it is. */
export function readingError(name: string, cause: unknown): Error {
  if (cause instanceof SourceError || isAbort(cause)) return cause;
  return new SourceError(`Cannot read ${JSON.stringify(name)}: ${whyUnreadable(cause)}`, { cause });
}

function isAbort(error: unknown): error is DOMException {
  return error instanceof DOMException && error.name === "AbortError";
}
