/**
 * Tells whether Go's YAML package takes a plain text for a text, and not for a number, a boolean, nothing or a time.
 *
 * @see {@link https://github.com/yaml/go-yaml/blob/v2.4.4/resolve.go | go-yaml 2.4.4, resolve.go}
 */
export function resolvesToText(text: string): boolean {
  if (WORDS.has(text) || BASE_60_REGEXP.test(text)) return false;
  const first = text.charAt(0);
  if (first === ".") return !isFloat(text);
  if (!/[-+0-9]/.test(first)) return true;
  const plain = text.replaceAll("_", "");
  return !isTime(text) && !isInteger(plain) && !isFloat(plain);
}

const WORDS: ReadonlySet<string> = new Set([
  ...["", "~", "null", "Null", "NULL"],
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"],
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"],
  ...[".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"],
]);

const BASE_60_REGEXP = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** What does not fit into 64 bits is a number all the same, by its digits. */
function isInteger(text: string): boolean {
  return /^[-+]?(?:0[xX][0-9a-fA-F]{1,16}|0[oO][0-7]{1,22}|0[bB][01]{1,64})$/.test(text);
}

function isFloat(text: string): boolean {
  return /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(text) && Number.isFinite(Number(text));
}

const TIME_REGEXP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+](\d{2}):(\d{2}))| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)?$/;

function isTime(text: string): boolean {
  const match = TIME_REGEXP.exec(text);
  if (match === null) return false;
  const [year = 0, month = 0, day = 0, ...times] = match.slice(1).map((part) => Number(part ?? 0));
  const [hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0, ...plain] = times;
  const [plainHour = 0, plainMinute = 0, plainSecond = 0] = plain;
  const date = new Date(Date.UTC(year, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  return month >= 1 && month <= 12 && day >= 1 && date.getUTCMonth() === month - 1 &&
    [hour, plainHour].every((each) => each < 24) && zoneHour <= 24 && zoneMinute < 60 &&
    [minute, second, plainMinute, plainSecond].every((each) => each < 60);
}
