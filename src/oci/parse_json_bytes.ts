/**
 * Parses a whole JSON document, which is UTF-8 and nothing else.
 *
 * @throws {SyntaxError} When it is not JSON.
 */
export function parseJsonBytes(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SyntaxError("it is not JSON", { cause });
  }
}
