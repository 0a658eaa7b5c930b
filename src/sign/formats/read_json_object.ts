import { isObject } from "../../oci/is_object.ts";

/**
 * Reads a JSON object that others wrote. One that has a key twice is refused: of two readers each could believe another
 * one of its values.
 *
 * @throws {SyntaxError} Says what is wrong with it, as a part of a sentence.
 */
export function readJsonObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let json: unknown;
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    json = JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError("it is not JSON", { cause });
  }
  if (!isObject(json)) throw new SyntaxError("it is not a JSON object");
  refuseRepeatedKeys(text);
  return json;
}

/** @param json Text that is known to be JSON, so that only strings and brackets need a look. */
function refuseRepeatedKeys(json: string): void {
  /** The keys of the objects around; nothing for a list. */
  const around: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case "{":
        around.push(new Set());
        break;
      case "[":
        around.push(undefined);
        break;
      case "}":
      case "]":
        around.pop();
        break;
      case '"': {
        const end = endOfString(json, at);
        const keys = around.at(-1);
        if (keys !== undefined && isKey(json, end)) {
          const key: string = JSON.parse(json.slice(at, end));
          if (keys.has(key)) throw new SyntaxError(`it has the key ${JSON.stringify(key.slice(0, 100))} twice`);
          keys.add(key);
        }
        at = end - 1;
      }
    }
  }
}

/** Where the string is over that begins here. */
function endOfString(json: string, start: number): number {
  for (let at = start + 1;;) {
    const quote = json.indexOf('"', at);
    let backslashes = 0;
    while (json[quote - 1 - backslashes] === "\\") backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
    at = quote + 1;
  }
}

/** A string is a key when a colon comes next. */
function isKey(json: string, end: number): boolean {
  let at = end;
  while (" \t\n\r".includes(json[at] ?? "x")) at++;
  return json[at] === ":";
}
