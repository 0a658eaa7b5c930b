const ENCODER = new TextEncoder();

/**
 * Writes a text so that each character stands for one byte of its UTF-8 form: git and Go match bytes, and in git `?` is
 * one byte of `é` and not all of it. Plain ASCII stays as it is.
 */
export function byteString(text: string): string {
  // deno-lint-ignore no-control-regex -- it looks for what is no ASCII, and ASCII begins with control characters
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return Array.from(ENCODER.encode(text), (byte) => String.fromCharCode(byte)).join("");
}
