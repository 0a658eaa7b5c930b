import type { YamlNode } from "../../yaml/read_yaml.ts";
import { bundleError } from "./bundle_error.ts";

/** Where a part of a file stands: `FILE:LINE`. */
export function placeIn(text: string, file: string, { offset }: Pick<YamlNode, "offset">): string {
  return `${file}:${text.slice(0, offset).split("\n").length}`;
}

/**
 * Makes sure that a text is JSON.
 *
 * @throws {SourceError} When it is not; names the file and the line.
 */
export function checkJson(text: string, file: string): void {
  try {
    JSON.parse(text);
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    // The position is a part of what the runtime says; where it stops at the end there is none.
    const offset = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
    throw bundleError(`${placeIn(text, file, { offset })}: it is no JSON`, { cause });
  }
}
