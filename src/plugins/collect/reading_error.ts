import { SourceError } from "../../pipeline/source_error.ts";

/** Says in one sentence what could not be read and why; an error that says it already stays as it is. */
export function readingError(name: string, cause: unknown): Error {
  if (cause instanceof SourceError || isAbort(cause)) return cause;
  return new SourceError(`Cannot read ${JSON.stringify(name)}: ${reasonOf(cause)}`, { cause });
}

/** Why something could not be done, as the second half of a sentence: without the path, numbers and a full stop. */
export function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file or directory";
  if (error instanceof Deno.errors.NotCapable) return "gantry itself was not given the permission to read it";
  if (error instanceof Deno.errors.FilesystemLoop) return "it is a symbolic link that leads back to itself";
  if (error instanceof Deno.errors.NotADirectory) return "it is not a directory";
  const message = error instanceof Error ? error.message : String(error);
  const reason = message.replace(/ \(os error \d+\).*$/s, "").replace(/\.$/, "");
  return `${reason.charAt(0).toLowerCase()}${reason.slice(1)}`;
}

function isAbort(error: unknown): error is DOMException {
  return error instanceof DOMException && error.name === "AbortError";
}
