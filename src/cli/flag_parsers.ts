import { InvalidArgumentError } from "commander";
import { parsePlatform } from "../oci/platform.ts";
import { DURATION_RULE, parseDuration } from "../options/kind.ts";

/** Collects the values of an option that may be repeated. */
export function repeated(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** Makes a parser for a whole number in a range. */
export function wholeNumberFlag(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${least} to ${most}.`);
  };
}

/**
 * Parses a duration such as `30s`, as {@linkcode parseDuration} does.
 *
 * @returns Milliseconds, at least 1.
 * @throws {InvalidArgumentError} When it is none.
 */
export function durationFlag(text: string): number {
  try {
    return parseDuration(text);
  } catch {
    throw new InvalidArgumentError(`It must be ${DURATION_RULE}.`);
  }
}

/**
 * Splits `KEY=VALUE` at the first `=`.
 *
 * @throws {InvalidArgumentError} When there is no `=` or no key.
 */
export function keyValue(text: string): [key: string, value: string] {
  const at = text.indexOf("=");
  if (at > 0) return [text.slice(0, at), text.slice(at + 1)];
  throw new InvalidArgumentError(at === 0 ? "There is no key before the =." : "It must be KEY=VALUE.");
}

/**
 * Splits `PATTERN=TYPE` at the last `=`, which no media type has.
 *
 * @throws {InvalidArgumentError} When there is no `=`, no pattern or no type.
 */
export function patternType(text: string): [pattern: string, type: string] {
  const at = text.lastIndexOf("=");
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw new InvalidArgumentError("It must be PATTERN=TYPE, such as *.json=application/json.");
}

/**
 * Takes a platform, such as `linux/amd64` or `linux/arm/v7`, as it is.
 *
 * @throws {InvalidArgumentError} When it is none.
 */
export function platform(text: string): string {
  try {
    parsePlatform(text);
    return text;
  } catch {
    throw new InvalidArgumentError("It must be OS/ARCHITECTURE, such as linux/amd64.");
  }
}
