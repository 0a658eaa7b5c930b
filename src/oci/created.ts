/**
 * The time that an artifact says it was created: RFC 3339 in UTC, whole seconds, a year of four digits.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc3339#section-5.6 | RFC 3339, section 5.6}
 */

/** 0000-01-01T00:00:00Z. */
const EARLIEST = -62_167_219_200;
/** 9999-12-31T23:59:59Z. */
const LATEST = 253_402_300_799;

const RFC3339_REGEXP = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:Z|([+-])(\d{2}):(\d{2}))$/i;
const EPOCH_REGEXP = /^(?:0|-?[1-9][0-9]*)$/;

/**
 * Parses a time and gives it as annotations have it: `YYYY-MM-DDTHH:MM:SSZ`.
 *
 * A fraction of a second is cut off; an offset is counted in.
 *
 * @throws {SyntaxError} When it is not a full RFC 3339 time, when no calendar has that day, or when the year in UTC has
 * no four digits. A leap second (`:60`) is refused too, since it has no number of seconds of its own.
 */
export function parseCreated(text: string): string {
  const match = RFC3339_REGEXP.exec(text);
  if (match === null) throw malformed(text, "it must be RFC 3339, such as 2024-05-31T12:00:00Z");
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const [offsetHour, offsetMinute] = [Number(match[8] ?? 0), Number(match[9] ?? 0)];
  const date = new Date(0);
  // Not Date.UTC(), which takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) throw malformed(text, "there is no such day");
  if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59) {
    throw malformed(text, "there is no such time of day");
  }
  const offset = (offsetHour * 60 + offsetMinute) * (match[7] === "-" ? -60 : 60);
  const epochSeconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offset;
  if (!isInRange(epochSeconds)) throw malformed(text, "the year in UTC must have four digits");
  return formatCreated(epochSeconds);
}

/**
 * Writes a time as annotations have it: `YYYY-MM-DDTHH:MM:SSZ`.
 *
 * @param epochSeconds Whole seconds since 1970-01-01T00:00:00Z, negative before.
 * @throws {RangeError} When it is no whole number or its year has no four digits.
 */
export function formatCreated(epochSeconds: number): string {
  if (!Number.isInteger(epochSeconds) || !isInRange(epochSeconds)) {
    throw new RangeError(`Cannot format time ${epochSeconds}: it must be whole seconds in the years 0000 to 9999`);
  }
  return `${new Date(epochSeconds * 1000).toISOString().slice(0, 19)}Z`;
}

/**
 * Parses the value of `SOURCE_DATE_EPOCH`.
 *
 * @returns Whole seconds since 1970-01-01T00:00:00Z; `undefined` for an empty text, which counts as not set, because
 * many CI systems cannot unset a variable.
 * @throws {SyntaxError} When it is not what `date +%s` prints (digits, with a `-` before 1970, nothing else) or its
 * year has no four digits.
 *
 * @see {@link https://reproducible-builds.org/specs/source-date-epoch/ | SOURCE_DATE_EPOCH specification 1.1}
 */
export function parseSourceDateEpoch(text: string): number | undefined {
  if (text === "") return undefined;
  const epochSeconds = Number(text);
  if (EPOCH_REGEXP.test(text) && isInRange(epochSeconds)) return epochSeconds;
  throw new SyntaxError(
    `Cannot parse SOURCE_DATE_EPOCH ${shown(text)}: it must be whole seconds since 1970, as "date +%s" prints them`,
  );
}

function isInRange(epochSeconds: number): boolean {
  return epochSeconds >= EARLIEST && epochSeconds <= LATEST;
}

function malformed(text: string, problem: string): SyntaxError {
  return new SyntaxError(`Cannot parse time ${shown(text)}: ${problem}`);
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
