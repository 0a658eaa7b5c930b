/**
 * Makes one sentence of what the operating system said: `Cannot write to "/tmp": no space left on device`.
 *
 * @param action What was tried, and with which path.
 * @param cause What was thrown.
 */
export function ioError(action: string, cause: unknown): Error {
  const message = cause instanceof Error ? cause.message : String(cause);
  const said = /^(.+?) \(os error \d+\)/.exec(message)?.[1];
  const reason = said === undefined ? message : `${said.charAt(0).toLowerCase()}${said.slice(1)}`;
  return new Error(`Cannot ${action}: ${reason}`, { cause });
}
