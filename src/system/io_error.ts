import { messageOf } from "../work/message_of.ts";
/**
 * Makes one sentence of what the operating system said about a path:
 * `Cannot write "dist/app": no space left on device`.
 *
 * @param action What was tried, such as `write`.
 * @param path The path, as the user knows it.
 * @param cause What was thrown.
 */
export function ioError(action: string, path: string, cause: unknown): Error {
  return new Error(`Cannot ${action} ${JSON.stringify(path)}: ${reason(cause)}`, { cause });
}

/** What an error says, as the last part of a sentence. */
export function reason(cause: unknown): string {
  const message = messageOf(cause);
  const said = /^(.+?) \(os error \d+\)/.exec(message)?.[1] ?? /^E[A-Z0-9]+: ([^,]+), [a-z]+\b/.exec(message)?.[1] ??
    message.replace(/\.$/, "");
  return /^[A-Z][a-z ]/.test(said) ? `${said.charAt(0).toLowerCase()}${said.slice(1)}` : said;
}

/** Why a file or a directory cannot be read, as the last part of a sentence. */
export function whyUnreadable(cause: unknown): string {
  if (cause instanceof Deno.errors.NotFound) return "there is no such file or directory";
  if (cause instanceof Deno.errors.NotCapable) return "gantry itself was not given the permission to read it";
  if (cause instanceof Deno.errors.FilesystemLoop) return "it is a symbolic link that leads back to itself";
  if (cause instanceof Deno.errors.NotADirectory) return "it is not a directory";
  return reason(cause);
}
