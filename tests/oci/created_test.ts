import assert from "node:assert/strict";
import fc from "fast-check";
import { formatCreated, parseCreated, parseSourceDateEpoch } from "../../src/oci/created.ts";

Deno.test("parseCreated() gives the time in UTC, in whole seconds", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["2024-05-31T12:34:56Z", "2024-05-31T12:34:56Z"],
    ["2024-05-31t12:34:56z", "2024-05-31T12:34:56Z"],
    ["2024-05-31T12:34:56.999Z", "2024-05-31T12:34:56Z"],
    ["2024-05-31T01:00:00+05:30", "2024-05-30T19:30:00Z"],
    ["2024-12-31T23:00:00-02:00", "2025-01-01T01:00:00Z"],
    ["2024-02-29T00:00:00-00:00", "2024-02-29T00:00:00Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"],
    ["0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"],
    ["9999-12-31T23:59:59Z", "9999-12-31T23:59:59Z"],
  ];
  for (const [text, expected] of cases) assert.equal(parseCreated(text), expected);
});

Deno.test("parseCreated() throws a SyntaxError when the time is malformed", () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["", /RFC 3339/],
    ["yesterday", /RFC 3339/],
    ["1717158896", /RFC 3339/],
    ["2024-05-31", /RFC 3339/],
    ["2024-05-31 12:34:56Z", /RFC 3339/],
    ["2024-05-31T12:34:56", /RFC 3339/],
    ["2024-05-31T12:34Z", /RFC 3339/],
    ["2024-5-31T12:34:56Z", /RFC 3339/],
    ["2024-05-31T12:34:56,5Z", /RFC 3339/],
    ["2024-05-31T12:34:56.Z", /RFC 3339/],
    ["2024-05-31T12:34:56+0530", /RFC 3339/],
    [" 2024-05-31T12:34:56Z", /RFC 3339/],
    ["2024-05-31T12:34:56Z\n", /RFC 3339/],
    ["+02024-05-31T12:34:56Z", /RFC 3339/],
    ["2023-02-29T00:00:00Z", /no such day/],
    ["2024-13-01T00:00:00Z", /no such day/],
    ["2024-00-10T00:00:00Z", /no such day/],
    ["2024-01-00T00:00:00Z", /no such day/],
    ["2024-01-01T24:00:00Z", /time of day/],
    ["2024-01-01T00:60:00Z", /time of day/],
    ["2016-12-31T23:59:60Z", /time of day/],
    ["2024-01-01T00:00:00+24:00", /time of day/],
    ["2024-01-01T00:00:00+00:60", /time of day/],
    ["9999-12-31T23:59:59-00:01", /four digits/],
    ["0000-01-01T00:00:00+00:01", /four digits/],
  ];
  for (const [text, message] of cases) assert.throws(() => parseCreated(text), { name: "SyntaxError", message }, text);
});

Deno.test("parseCreated() gives back what formatCreated() writes", () => {
  fc.assert(fc.property(fc.integer({ min: -62_167_219_200, max: 253_402_300_799 }), (seconds) => {
    const text = formatCreated(seconds);
    assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.equal(parseCreated(text), text);
    assert.equal(Date.parse(text), seconds * 1000);
  }));
});

Deno.test("formatCreated() throws a RangeError when the year has no four digits", () => {
  for (const seconds of [-62_167_219_201, 253_402_300_800, 0.5, NaN, Infinity]) {
    assert.throws(() => formatCreated(seconds), RangeError);
  }
});

Deno.test("parseSourceDateEpoch() takes what date prints, and takes empty for not set", () => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ["", undefined],
    ["0", 0],
    ["1717158896", 1_717_158_896],
    ["-1", -1],
    ["-62167219200", -62_167_219_200],
    ["253402300799", 253_402_300_799],
  ];
  for (const [text, expected] of cases) assert.equal(parseSourceDateEpoch(text), expected);
});

Deno.test("parseSourceDateEpoch() throws a SyntaxError when the value is malformed", () => {
  const cases = [" ", "1 ", " 1", "+1", "1.0", "1e3", "0x10", "01", "-0", "--1", "now", "١", "1\n", "253402300800"];
  for (const text of [...cases, "-62167219201", "9".repeat(400)]) {
    assert.throws(
      () => parseSourceDateEpoch(text),
      { name: "SyntaxError", message: /^Cannot parse SOURCE_DATE_EPOCH ".{0,70}: it must be whole seconds/s },
      text,
    );
  }
});
