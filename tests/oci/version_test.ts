import assert from "node:assert/strict";
import fc from "fast-check";
import semver from "semver";
import { isTag } from "../../src/oci/tag.ts";
import { isPreRelease, parseFullVersion, parseVersion } from "../../src/oci/version.ts";

const GOOD: readonly (readonly [text: string, preRelease: boolean])[] = [
  ["0.0.0", false],
  ["1.2.3", false],
  ["10.20.30", false],
  ["99999999999999999999999.999999999999999999.99999999999999999", false],
  ["1.0.0-alpha", true],
  ["1.0.0-alpha.1", true],
  ["1.0.0-0.3.7", true],
  ["1.0.0-x.7.z.92", true],
  ["1.0.0-x-y-z.-", true],
  ["1.0.0--", true],
  ["1.0.0-0A.is.legal", true],
  ["1.0.0-01a", true],
  [`1.0.0-${"a".repeat(122)}`, true],
];

for (const [text, preRelease] of GOOD) {
  Deno.test(`parseVersion() takes ${text.slice(0, 30)}`, () => {
    assert.equal(parseVersion(text), text);
    assert.equal(isPreRelease(text), preRelease);
  });
}

const NO_SEMVER = "it is not SemVer 2, such as 1.2.3 or 1.2.3-rc.1";
const BAD: readonly (readonly [text: string, problem: string])[] = [
  ["", "it is empty"],
  ["v1.2.3", 'SemVer has no leading "v", write "1.2.3"'],
  ["V1.2.3-rc.1", 'SemVer has no leading "V", write "1.2.3-rc.1"'],
  ["v1.2", NO_SEMVER],
  ["1.2.3+build", 'build metadata ("+…") cannot stand in an OCI tag'],
  ["1.2.3-rc.1+build.5", 'build metadata ("+…") cannot stand in an OCI tag'],
  ["01.2.3", "SemVer numbers have no leading zeros"],
  ["1.02.3", "SemVer numbers have no leading zeros"],
  ["1.2.003-rc.1", "SemVer numbers have no leading zeros"],
  ["1", "SemVer has three numbers, such as 1.2.3"],
  ["1.2", "SemVer has three numbers, such as 1.2.3"],
  ["1.2.3-01", NO_SEMVER],
  ["1.2.3-", NO_SEMVER],
  ["1.2.3-a..b", NO_SEMVER],
  ["1.2.3.4", NO_SEMVER],
  ["-1.2.3", NO_SEMVER],
  ["1.2.3-é", NO_SEMVER],
  ["1.2.3_rc", NO_SEMVER],
  [" 1.2.3", NO_SEMVER],
  ["1.2.3\n", NO_SEMVER],
  ["=1.2.3", NO_SEMVER],
  ["1.2.x", NO_SEMVER],
  ["latest", NO_SEMVER],
  ["１.２.３", NO_SEMVER],
  [`1.0.0-${"a".repeat(123)}`, "it has 129 characters, an OCI tag at most 128"],
];

for (const [text, problem] of BAD) {
  Deno.test(`parseVersion() throws for ${JSON.stringify(text.slice(0, 30))}`, () => {
    assert.throws(() => parseVersion(text), {
      name: "SyntaxError",
      message: `Cannot parse version ${JSON.stringify(text)}: ${problem}`,
    });
  });
}

Deno.test("parseVersion() shows 140 characters when a text is long", () => {
  assert.throws(() => parseVersion("1".repeat(10_000)), {
    message: `Cannot parse version "${"1".repeat(140)}": it has 10000 characters, an OCI tag at most 128`,
  });
});

Deno.test("parseVersion() takes what node-semver takes, but for build metadata, a leading v and white space", () => {
  let taken = 0;
  fc.assert(
    fc.property(nearlyVersions(), (text) => {
      const lenient = semver.valid(text) !== null;
      const expected = lenient && !/[+\s]/.test(text) && !text.startsWith("v");
      assert.equal(accepts(text), expected, JSON.stringify(text));
      if (expected) taken += 1;
    }),
    { numRuns: 2000 },
  );
  // Otherwise the property would say nothing about what is taken.
  assert.ok(taken > 200, `only ${taken} of the generated texts were versions`);
});

Deno.test("parseVersion() takes only what is a tag", () => {
  fc.assert(fc.property(nearlyVersions(), (text) => assert.ok(!accepts(text) || isTag(text))));
});

/** Versions, and texts that are wrong in one place or two. Numbers stay below 2^53, which node-semver wants. */
function nearlyVersions(): fc.Arbitrary<string> {
  const number = fc.oneof(
    { weight: 6, arbitrary: fc.nat({ max: 10 ** 15 }).map(String) },
    { weight: 1, arbitrary: fc.constantFrom("00", "01", "", "a", "-1") },
  );
  const core = fc.array(number, { minLength: 2, maxLength: 4, size: "small" }).map((parts) => parts.join("."));
  const identifier = fc.oneof(
    fc.nat({ max: 99 }).map(String),
    fc.string({ unit: fc.constantFrom(..."0a-Z"), minLength: 1, maxLength: 4 }),
    fc.constantFrom("", "00", "é", "_"),
  );
  const identifiers = fc.array(identifier, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("."));
  const three = fc.tuple(number, number, number).map((parts) => parts.join("."));
  return fc.tuple(
    fc.constantFrom("", "", "", "", "", "v", " ", "\n", "="),
    fc.oneof({ weight: 3, arbitrary: three }, { weight: 1, arbitrary: core }),
    fc.option(identifiers.map((text) => `-${text}`), { nil: "" }),
    fc.option(identifiers.map((text) => `+${text}`), { nil: "", freq: 1 }),
    fc.constantFrom("", "", "", "", "", "\n", " "),
  ).map((parts) => parts.join(""));
}

function accepts(text: string): boolean {
  try {
    parseVersion(text);
    return true;
  } catch (error) {
    assert.ok(error instanceof SyntaxError);
    return false;
  }
}

Deno.test("parseFullVersion() takes build metadata, and says what is wrong with it", () => {
  for (const text of ["1.2.3", "1.2.3-rc.1", "1.2.3+build.5", "1.2.3-rc.1+001.x-y"]) {
    assert.equal(parseFullVersion(text), text);
  }
  assert.deepEqual(["1.0.0+a-b", "1.0.0-a+b"].map(isPreRelease), [false, true]);
  const bad = [
    ["1.2.3+", 'what follows the "+" is no build metadata of SemVer 2'],
    ["1.2.3+a_b", 'what follows the "+" is no build metadata of SemVer 2'],
    ["1.2.3+a+b", 'what follows the "+" is no build metadata of SemVer 2'],
    ["1.2+a", "SemVer has three numbers, such as 1.2.3"],
    ["v1.2.3+a", 'SemVer has no leading "v", write "1.2.3"'],
  ] as const;
  for (const [text, problem] of bad) {
    assert.throws(() => parseFullVersion(text), {
      name: "SyntaxError",
      message: `Cannot parse version ${JSON.stringify(text)}: ${problem}`,
    });
  }
});
