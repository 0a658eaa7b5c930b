import { parseRange, type VersionRange } from "../../oci/semver.ts";
import { OptionsError } from "../../options/options_error.ts";
import { messageOf } from "../../work/message_of.ts";

/**
 * Reads the range that versions have to be in.
 *
 * @throws {OptionsError} When it is none, or longer than any that people write.
 */
export function rangeOf(text: string): VersionRange {
  checkLength(text, "range");
  try {
    return parseRange(text);
  } catch (cause) {
    throw new OptionsError(`Cannot use the range ${JSON.stringify(text)}: write one such as "^1.2" or ">=1.0.0 <3"`, {
      cause,
    });
  }
}

/**
 * Reads the regular expression that tags have to match.
 *
 * @throws {OptionsError} When it is none, or longer than any that people write.
 */
export function regexpOf(text: string): RegExp {
  checkLength(text, "regular expression");
  try {
    return new RegExp(text, "u");
  } catch (cause) {
    throw new OptionsError(
      `Cannot use the regular expression ${JSON.stringify(text)}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

/** How long they may be: what people write, and not what makes a machine think for hours. */
const EXPRESSION_LIMIT = 256;

function checkLength(text: string, what: string): void {
  if (text.length <= EXPRESSION_LIMIT) return;
  throw new OptionsError(`Cannot use a ${what} of ${text.length} characters: ${EXPRESSION_LIMIT} are the limit`);
}
