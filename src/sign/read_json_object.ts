import { isObject } from "../oci/is_object.ts";

/**
 * Reads a JSON object that others wrote.
 *
 * @throws {SyntaxError} Says what it is instead, as a part of a sentence.
 */
export function readJsonObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new SyntaxError("it is not JSON", { cause });
  }
  if (!isObject(json)) throw new SyntaxError("it is not a JSON object");
  return json;
}
