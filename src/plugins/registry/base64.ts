/** Encodes text as base64 of its UTF-8 bytes. */
export function encodeBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/**
 * Decodes base64 of UTF-8 text.
 *
 * @throws {SyntaxError} When it is not base64.
 */
export function decodeBase64(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
  } catch (cause) {
    throw new SyntaxError("Cannot decode base64", { cause });
  }
}
