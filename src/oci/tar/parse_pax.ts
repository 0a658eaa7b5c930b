/** What a PAX header says of a member, as far as it matters here. Absent is what it does not say. */
export interface PaxRecords {
  readonly path?: string;
  /** What a link points to. */
  readonly target?: string;
  /** Size of the content in bytes, as it is written. */
  readonly size?: string;
  /** Present when the member is a sparse file, in any of the three ways of GNU tar. */
  readonly sparse?: true;
}

const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });
const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;
const ZERO = 0x30;
/** How many digits the length of a record may have. */
const DIGIT_LIMIT = 9;

/**
 * Reads the records of a PAX header: `LENGTH KEY=VALUE`, a line each. The last one of a key counts.
 *
 * Every byte is looked at once.
 *
 * @throws {SyntaxError} When they are malformed.
 * @see {@link https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html#tag_20_94_13_03 | POSIX, pax Extended Header}
 */
export function parsePax(bytes: Uint8Array): PaxRecords {
  let records: PaxRecords = {};
  for (let at = 0; at < bytes.byteLength;) {
    const { start, end } = boundsOf(bytes, at);
    const equals = bytes.subarray(start, end).indexOf(EQUALS);
    if (equals < 1) throw malformed();
    const value = (): string => DECODER.decode(bytes.subarray(start + equals + 1, end));
    const key = DECODER.decode(bytes.subarray(start, start + Math.min(equals, LONGEST_KEY)));
    if (key === "path") records = { ...records, path: value() };
    else if (key === "linkpath") records = { ...records, target: value() };
    else if (key === "size") records = { ...records, size: value() };
    else if (key.startsWith("GNU.sparse.")) records = { ...records, sparse: true };
    at = end + 1;
  }
  return records;
}

/** More of a key is not looked at. */
const LONGEST_KEY = 20;

/** Where a record begins behind its length, and where the line break at its end is. */
function boundsOf(bytes: Uint8Array, at: number): { readonly start: number; readonly end: number } {
  let length = 0;
  let start = at;
  for (let byte = bytes[start] ?? 0; byte !== SPACE; byte = bytes[++start] ?? 0) {
    if (byte < ZERO || byte > ZERO + 9 || start - at === DIGIT_LIMIT) throw malformed();
    length = length * 10 + byte - ZERO;
  }
  const end = at + length - 1;
  if (start === at || end <= start || bytes[end] !== NEWLINE) throw malformed();
  return { start: start + 1, end };
}

function malformed(): SyntaxError {
  return new SyntaxError("A PAX header is malformed");
}
