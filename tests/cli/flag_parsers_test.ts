import assert from "node:assert/strict";
import fc from "fast-check";
import { durationFlag, keyValue, platform, repeated, wholeNumberFlag } from "../../src/cli/flag_parsers.ts";

Deno.test("repeated() collects values in their order", () => {
  const first = repeated("a", undefined);
  assert.deepEqual(first, ["a"]);
  assert.deepEqual(repeated("b", first), ["a", "b"]);
  assert.deepEqual(first, ["a"]);
});

for (const [text, value] of [["1", 1], ["64", 64], ["7", 7], ["007", 7]] as const) {
  Deno.test(`wholeNumberFlag() takes ${text}`, () => {
    assert.equal(wholeNumberFlag(1, 64)(text), value);
  });
}

for (
  const text of [
    "",
    "0",
    "65",
    "-1",
    "+1",
    "1.5",
    "1e1",
    "0x10",
    " 1",
    "1\n",
    "1_0",
    "one",
    "NaN",
    "１",
    "9".repeat(400),
  ]
) {
  Deno.test(`wholeNumberFlag() throws for ${JSON.stringify(text.slice(0, 10))}`, () => {
    assert.throws(() => wholeNumberFlag(1, 64)(text), {
      code: "commander.invalidArgument",
      message: "It must be a whole number from 1 to 64.",
    });
  });
}

Deno.test("wholeNumber() takes zero where the range does", () => {
  assert.equal(wholeNumberFlag(0, 20)("0"), 0);
});

const DURATIONS: readonly (readonly [text: string, milliseconds: number])[] = [
  ["30s", 30_000],
  ["30", 30_000],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["1m30s", 90_000],
  ["1m30", 90_000],
  ["1h2m3s", 3_723_000],
  ["1h3s", 3_603_000],
  ["90m", 5_400_000],
  ["0h0m1s", 1_000],
];

for (const [text, milliseconds] of DURATIONS) {
  Deno.test(`durationFlag() takes ${text}`, () => {
    assert.equal(durationFlag(text), milliseconds);
  });
}

for (
  const text of [
    "",
    "0",
    "0s",
    "0h0m0s",
    "s",
    "-1s",
    "1.5s",
    "1S",
    "30 s",
    " 30s",
    "30s\n",
    "1s1m",
    "1ms",
    "1d",
    "h",
    "99999h",
  ]
) {
  Deno.test(`durationFlag() throws for ${JSON.stringify(text)}`, () => {
    assert.throws(() => durationFlag(text), {
      code: "commander.invalidArgument",
      message: "It must be a duration up to 24h, such as 30s, 5m or 1h.",
    });
  });
}

const PAIRS: readonly (readonly [text: string, key: string, value: string])[] = [
  ["a=b", "a", "b"],
  ["a=", "a", ""],
  ["a=b=c", "a", "b=c"],
  ["a==", "a", "="],
  [" a = b ", " a ", " b "],
  ["org.opencontainers.image.source=https://x/?a=b", "org.opencontainers.image.source", "https://x/?a=b"],
];

for (const [text, key, value] of PAIRS) {
  Deno.test(`keyValue() splits ${JSON.stringify(text)} at the first =`, () => {
    assert.deepEqual(keyValue(text), [key, value]);
  });
}

for (
  const [text, message] of [
    ["", "It must be KEY=VALUE."],
    ["a", "It must be KEY=VALUE."],
    ["=", "There is no key before the =."],
    ["=b", "There is no key before the =."],
  ] as const
) {
  Deno.test(`keyValue() throws for ${JSON.stringify(text)}`, () => {
    assert.throws(() => keyValue(text), { code: "commander.invalidArgument", message });
  });
}

Deno.test("platform() takes what is one, and says how one is written", () => {
  assert.equal(platform("linux/arm/v7"), "linux/arm/v7");
  assert.throws(() => platform("linux"), {
    code: "commander.invalidArgument",
    message: "It must be OS/ARCHITECTURE, such as linux/amd64.",
  });
});

Deno.test("keyValue() gives back what was joined", () => {
  const keys = fc.string({ minLength: 1 }).filter((key) => !key.includes("="));
  fc.assert(fc.property(keys, fc.string(), (key, value) => {
    assert.deepEqual(keyValue(`${key}=${value}`), [key, value]);
  }));
});
