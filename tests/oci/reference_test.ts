import assert from "node:assert/strict";
import fc from "fast-check";
import { type Digest, digestOf } from "../../src/oci/digest.ts";
import {
  formatReference,
  formatRepository,
  layoutForms,
  parseReference,
  PLACE_KINDS,
  type Reference,
  referenceForms,
  referenceSchemes,
} from "../../src/oci/reference.ts";

/** The regular expressions of the OCI distribution-spec 1.1.1, section "Pulling manifests". */
const SPEC_REPOSITORY_REGEXP = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const SPEC_TAG_REGEXP = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

const HEX = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
const DIGEST: Digest = `sha256:${HEX}`;
const LABEL_63 = "h".repeat(63);

const GOOD: readonly (readonly [text: string, reference: Reference])[] = [
  ["oci://ghcr.io/app", { kind: "registry", host: "ghcr.io", repository: "app" }],
  ["oci://ghcr.io/acme/app:1.2.3", { kind: "registry", host: "ghcr.io", repository: "acme/app", tag: "1.2.3" }],
  [`oci://ghcr.io/app@${DIGEST}`, { kind: "registry", host: "ghcr.io", repository: "app", digest: DIGEST }],
  [`oci://h/a:t@${DIGEST}`, { kind: "registry", host: "h", repository: "a", tag: "t", digest: DIGEST }],
  [`oci://h/a@sha512:${HEX}${HEX}`, { kind: "registry", host: "h", repository: "a", digest: `sha512:${HEX}${HEX}` }],
  ["oci://localhost:5000/a/b/c/d", { kind: "registry", host: "localhost:5000", repository: "a/b/c/d" }],
  ["oci://127.0.0.1:1/a", { kind: "registry", host: "127.0.0.1:1", repository: "a" }],
  ["oci://[::1]:65535/a:b", { kind: "registry", host: "[::1]:65535", repository: "a", tag: "b" }],
  ["oci://[2001:DB8::1]/a", { kind: "registry", host: "[2001:DB8::1]", repository: "a" }],
  ["oci://Registry.Example.COM/a", { kind: "registry", host: "Registry.Example.COM", repository: "a" }],
  [`oci://${LABEL_63}.x/a`, { kind: "registry", host: `${LABEL_63}.x`, repository: "a" }],
  ["oci://h/a.b_c__d-e---f/0", { kind: "registry", host: "h", repository: "a.b_c__d-e---f/0" }],
  [`oci://h/${"a".repeat(253)}`, { kind: "registry", host: "h", repository: "a".repeat(253) }],
  ["oci-layout:dist", { kind: "oci-layout", path: "dist" }],
  ["oci-layout:./dist/app:1.2.3", { kind: "oci-layout", path: "./dist/app", tag: "1.2.3" }],
  [`oci-layout:/a@${DIGEST}`, { kind: "oci-layout", path: "/a", digest: DIGEST }],
  [`oci-archive:a.tar:t@${DIGEST}`, { kind: "oci-archive", path: "a.tar", tag: "t", digest: DIGEST }],
  ["oci-archive:C:/dist/a.tar", { kind: "oci-archive", path: "C:/dist/a.tar" }],
  ["oci-layout:../with space/é", { kind: "oci-layout", path: "../with space/é" }],
  ["oci-layout:a:b/c", { kind: "oci-layout", path: "a:b/c" }],
  ["oci-layout:a@b/c:t", { kind: "oci-layout", path: "a@b/c", tag: "t" }],
  ["oci-layout:a@b", { kind: "oci-layout", path: "a@b" }],
  ["oci-layout:/", { kind: "oci-layout", path: "/" }],
];

for (const [text, reference] of GOOD) {
  Deno.test(`parseReference() takes ${text.slice(0, 60)}`, () => {
    assert.deepEqual(parseReference(text), reference);
    assert.equal(formatReference(reference), text);
  });
}

const FORMS = `write ${referenceForms()}`;
const NO_HOST = "it needs a host and a repository, such as oci://ghcr.io/acme/app";
const JOINED = `a part of it is a-z and 0-9, joined by ".", "_", "__" or "-"`;
const DIGEST_FORMS = `it must be "sha256:" and 64, or "sha512:" and 128 digits of 0-9a-f`;

const BAD: readonly (readonly [text: string, problem: string])[] = [
  ["", `it has no scheme, ${FORMS}`],
  ["app", `it has no scheme, ${FORMS}`],
  ["app:1.0", `it has no scheme, ${FORMS}`],
  ["ghcr.io/acme/app:1.0", `it has no scheme, ${FORMS}`],
  ["localhost:5000/app", `it has no scheme, ${FORMS}`],
  [`app@${DIGEST}`, `it has no scheme, ${FORMS}`],
  ["./dist", `it has no scheme, ${FORMS}`],
  ["oci-layuot:x", 'unknown scheme "oci-layuot:", did you mean "oci-layout:"?'],
  ["oci-arhcive:./dist/app", 'unknown scheme "oci-arhcive:", did you mean "oci-archive:"?'],
  ["https://ghcr.io/app", `unknown scheme "https:", ${FORMS}`],
  ["docker://ghcr.io/app", `unknown scheme "docker:", ${FORMS}`],
  ["OCI://ghcr.io/app", `unknown scheme "OCI:", ${FORMS}`],
  ["oci:./dist", `unknown scheme "oci:", ${FORMS}`],
  ["oci:/ghcr.io/app", `unknown scheme "oci:", ${FORMS}`],
  ["C:\\dist", `unknown scheme "C:", ${FORMS}`],
  ["oci://", NO_HOST],
  ["oci://ghcr.io", NO_HOST],
  ["oci:///app", NO_HOST],
  ["oci://ghcr.io/", "it needs a repository after the host, such as acme/app"],
  ["oci://ghcr.io/:tag", "it needs a repository after the host, such as acme/app"],
  ["oci://gh_cr.io/a", '"gh_cr.io" is not a host name with an optional port'],
  ["oci://-a.io/a", '"-a.io" is not a host name with an optional port'],
  ["oci://a..io/a", '"a..io" is not a host name with an optional port'],
  ["oci://a.io./a", '"a.io." is not a host name with an optional port'],
  ["oci://a b/a", '"a b" is not a host name with an optional port'],
  ["oci://é.io/a", '"é.io" is not a host name with an optional port'],
  ["oci://::1/a", '"::1" is not a host name with an optional port'],
  ["oci://h:/a", '"h:" is not a host name with an optional port'],
  ["oci://h:123456/a", '"h:123456" is not a host name with an optional port'],
  [`oci://${LABEL_63}h/a`, `"${LABEL_63}h" is not a host name with an optional port`],
  ["oci://h:0/a", "port 0 is not between 1 and 65535"],
  ["oci://h:65536/a", "port 65536 is not between 1 and 65535"],
  [`oci://${"h.".repeat(127)}io/a`, "the host is too long"],
  ["oci://h/Acme/app", '"Acme" cannot stand in a repository name, repositories are lower case: "acme"'],
  ["oci://h/a//b", `"" cannot stand in a repository name, ${JOINED}`],
  ["oci://h/a/", `"" cannot stand in a repository name, ${JOINED}`],
  ["oci://h//a", `"" cannot stand in a repository name, ${JOINED}`],
  ["oci://h/../a", `".." cannot stand in a repository name, ${JOINED}`],
  ["oci://h/.a", `".a" cannot stand in a repository name, ${JOINED}`],
  ["oci://h/a-", `"a-" cannot stand in a repository name, ${JOINED}`],
  ["oci://h/a___b", `"a___b" cannot stand in a repository name, ${JOINED}`],
  ["oci://h/a..b", `"a..b" cannot stand in a repository name, ${JOINED}`],
  ["oci://h/a._b", `"a._b" cannot stand in a repository name, ${JOINED}`],
  ["oci://h/A_/b", `"A_" cannot stand in a repository name, ${JOINED}`],
  ["oci://h/a\n", `"a\\n" cannot stand in a repository name, ${JOINED}`],
  ["oci://h/a?b=c", `"a?b=c" cannot stand in a repository name, ${JOINED}`],
  ["oci://h/a%2fb", `"a%2fb" cannot stand in a repository name, ${JOINED}`],
  ["oci://h/a@latest", `"a@latest" cannot stand in a repository name, ${JOINED}`],
  ["oci://h/a:b:c", `"a:b" cannot stand in a repository name, ${JOINED}`],
  [`oci://h/${"a".repeat(256)}`, "the repository is too long"],
  [`oci://h/${"a".repeat(254)}`, "host and repository are longer than 255 characters"],
  ["oci://h/a:", 'Cannot parse tag "": it is empty'],
  ["oci://h/a:v1+x", 'Cannot parse tag "v1+x": "+" is not allowed in an OCI tag'],
  [`oci://h/a:@${DIGEST}`, 'Cannot parse tag "": it is empty'],
  [`oci://h/a:-@${DIGEST}`, 'Cannot parse tag "-": an OCI tag cannot begin with "-"'],
  // sec/digest-string-traversal
  ["oci://h/a@sha256:abc", `Cannot parse digest "sha256:abc": ${DIGEST_FORMS}`],
  ["oci://h/a@sha256:..\\..\\x", `Cannot parse digest "sha256:..\\\\..\\\\x": ${DIGEST_FORMS}`],
  ["oci://h/a@md5:abc", `Cannot parse digest "md5:abc": ${DIGEST_FORMS}`],
  [`oci://h/a@sha256:${HEX.toUpperCase()}`, `Cannot parse digest "sha256:${HEX.toUpperCase()}": ${DIGEST_FORMS}`],
  ["oci-layout:a@sha256:abc", `Cannot parse digest "sha256:abc": ${DIGEST_FORMS}`],
  ["oci-layout:a@b:c", `Cannot parse digest "b:c": ${DIGEST_FORMS}`],
  ["oci-layout:", "it needs a path, such as oci-layout:./dist/app"],
  ["oci-archive::t", "it needs a path, such as oci-archive:./dist/app"],
  [`oci-layout:@${DIGEST}`, "it needs a path, such as oci-layout:./dist/app"],
  ["oci-layout:a\0b", "a path with control characters is not taken"],
  ["oci-layout:a:", 'Cannot parse tag "": it is empty'],
  ["oci-layout:a:b c", 'Cannot parse tag "b c": " " is not allowed in an OCI tag'],
];

for (const [text, problem] of BAD) {
  Deno.test(`parseReference() throws for ${JSON.stringify(text.slice(0, 60))}`, () => {
    const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
    assert.throws(() => parseReference(text), {
      name: "SyntaxError",
      message: `Cannot parse reference ${JSON.stringify(shown)}: ${problem}`,
    });
  });
}

Deno.test("parseReference() throws when there is a path upwards in place of a digest", () => {
  // What stands before an "@" with a "/" after it is taken for credentials.
  assert.throws(() => parseReference("oci://h/a@sha256:../../x"), {
    name: "SyntaxError",
    message: 'Cannot parse reference "oci://sha256:../../x": credentials do not belong in a reference',
  });
});

const WITH_SECRETS: readonly (readonly [text: string, shown: string, problem: string])[] = [
  ["oci://user:s3cret@ghcr.io/a", "oci://ghcr.io/a", "credentials do not belong in a reference"],
  ["oci://user:s3cret@localhost:5000/a:t", "oci://localhost:5000/a:t", "credentials do not belong in a reference"],
  ["oci://s3cret@ghcr.io/a", "oci://ghcr.io/a", "credentials do not belong in a reference"],
  ["oci://user:s3c@s3cret@ghcr.io/a", "oci://ghcr.io/a", "credentials do not belong in a reference"],
  ["oci://user:s3c/s3cret@ghcr.io/a", "oci://ghcr.io/a", "credentials do not belong in a reference"],
  ["oci://user:1/s3cret@ghcr.io/a", "oci://ghcr.io/a", "credentials do not belong in a reference"],
  ["oci://u:s3c@s3c/s3cret@h/a", "oci://h/a", "credentials do not belong in a reference"],
  [`oci://u:s3cret@h/a:t@${DIGEST}`, `oci://h/a:t@${DIGEST}`, "credentials do not belong in a reference"],
  ["oci://u:s3cret@h/a@latest", "oci://h/a@latest", "credentials do not belong in a reference"],
  ["oci://user:s3cret@ghcr.io", "oci://ghcr.io", NO_HOST],
  ["oci://user:s3cret@h:5000", "oci://h:5000", `Cannot parse digest "h:5000": ${DIGEST_FORMS}`],
  ["https://user:s3cret@ghcr.io/a", "https://ghcr.io/a", `unknown scheme "https:", ${FORMS}`],
  ["https://user:s3cret@ghcr.io", "https://ghcr.io", `unknown scheme "https:", ${FORMS}`],
  ["https://user:s3c/s3cret@ghcr.io/a", "https://ghcr.io/a", `unknown scheme "https:", ${FORMS}`],
  ["user:s3cret@ghcr.io/a", "ghcr.io/a", `it has no scheme, ${FORMS}`],
];

for (const [text, shown, problem] of WITH_SECRETS) {
  Deno.test(`parseReference() shows no credentials when it refuses ${text.slice(0, 60)}`, () => {
    const error = thrownBy(() => parseReference(text));
    assert.equal(error.message, `Cannot parse reference ${JSON.stringify(shown)}: ${problem}`);
    assert.doesNotMatch(Deno.inspect(error, { depth: 5 }).replaceAll(/^ +at .*$/gm, ""), /s3c/);
  });
}

Deno.test("parseReference() shows the path of a layout as it is, because an @ there is no credential", () => {
  assert.throws(() => parseReference("oci-layout:./a@b/c:t!"), {
    message: 'Cannot parse reference "oci-layout:./a@b/c:t!": Cannot parse tag "t!": "!" is not allowed in an OCI tag',
  });
});

Deno.test("parseReference() takes the repositories that the distribution-spec takes", () => {
  const part = fc.oneof(
    { weight: 4, arbitrary: fc.stringMatching(/^[a-z0-9]{1,3}([._-]|__|---)[a-z0-9]{1,3}$/) },
    { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom(..."a0.._--A +é"), maxLength: 6 }) },
  );
  const repositories = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
  let taken = 0;
  fc.assert(
    fc.property(repositories, (repository) => {
      const expected = SPEC_REPOSITORY_REGEXP.test(repository);
      assert.equal(accepts(`oci://ghcr.io/${repository}`), expected, repository);
      if (expected) taken += 1;
    }),
    { numRuns: 1000 },
  );
  assert.ok(taken > 100 && taken < 900, `${taken} of 1000 generated repositories are valid`);
});

Deno.test("parseReference() takes the tags that the distribution-spec takes", () => {
  const tags = fc.oneof(
    fc.string({ unit: fc.constantFrom(..."aZ0_.-+ é"), maxLength: 4 }),
    fc.string({ unit: fc.constantFrom(..."aZ0_.-"), minLength: 126, maxLength: 130 }),
  );
  fc.assert(fc.property(tags, (tag) => {
    assert.equal(accepts(`oci://ghcr.io/app:${tag}`), SPEC_TAG_REGEXP.test(tag));
    assert.equal(accepts(`oci-layout:app:${tag}`), SPEC_TAG_REGEXP.test(tag));
  }));
});

Deno.test("parseReference() gives back what formatReference() wrote", () => {
  fc.assert(
    fc.property(references(), (reference) => {
      assert.deepEqual(parseReference(formatReference(reference)), reference);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("parseReference() throws nothing but a SyntaxError whatever the text", () => {
  const texts = fc.tuple(
    fc.constantFrom("oci://", "oci://h/", "oci-layout:", "oci-archive:", ""),
    fc.string({ unit: fc.oneof(fc.constantFrom(..."a0:/@.-[]"), fc.string({ unit: "binary", maxLength: 1 })) }),
  ).map((parts) => parts.join(""));
  fc.assert(fc.property(texts, (text) => {
    if (accepts(text)) assert.equal(formatReference(parseReference(text)), text);
  }));
});

Deno.test("formatRepository() leaves tag and digest out", () => {
  assert.equal(formatRepository(parseReference(`oci://h:1/a/b:t@${DIGEST}`)), "oci://h:1/a/b");
  assert.equal(formatRepository(parseReference(`oci-layout:./a:t@${DIGEST}`)), "oci-layout:./a");
  assert.equal(formatRepository(parseReference("oci-archive:a.tar:t")), "oci-archive:a.tar");
});

// sec/reference-grammar: names made to let an expression with a group that repeats try every way to divide them.
const LONG = 10_000;
const ADVERSARIAL: readonly (readonly [name: string, text: string])[] = [
  ["a repository of one letter", `oci://h/${"a".repeat(LONG)}!`],
  ["a repository of dashes", `oci://h/a${"-".repeat(LONG)}!`],
  ["a repository of letters and dashes", `oci://h/${"a-".repeat(LONG / 2)}!`],
  ["a repository of underscores", `oci://h/${"a__".repeat(LONG / 3)}!`],
  ["a repository of many parts", `oci://h/${"a/".repeat(LONG / 2)}!`],
  ["a repository of many long parts", `oci://h/${`${"a".repeat(254)}/`.repeat(LONG / 255)}!`],
  ["a host of one letter", `oci://${"a".repeat(LONG)}!/a`],
  ["a host of dots", `oci://${"a.".repeat(LONG / 2)}!/a`],
  ["a host of dashes", `oci://a${"-".repeat(LONG)}!/a`],
  ["an IPv6 address", `oci://[${":".repeat(LONG)}]!/a`],
  ["a tag", `oci://h/a:${"a".repeat(LONG)}!`],
  ["a digest", `oci://h/a@sha256:${"a".repeat(LONG)}`],
  ["a digest's algorithm", `oci://h/a@${"a+".repeat(LONG / 2)}:`],
  ["at signs", `oci://${"@".repeat(LONG)}`],
  ["at signs and slashes", `oci://${"@/".repeat(LONG / 2)}`],
  ["colons", `oci://h/${":".repeat(LONG)}`],
  ["slashes", "/".repeat(LONG)],
  ["schemes", "a:".repeat(LONG / 2)],
  ["schemes with slashes", "a://".repeat(LONG / 4)],
  ["one scheme", `${"a".repeat(LONG)}://`],
  ["the tag of a layout", `oci-layout:a:${"-".repeat(LONG)}`],
  ["the digest of a layout", `oci-layout:a@${"a".repeat(LONG)}:`],
];

// As long as it may be: here an expression that tries every way would never come back.
const SHORT_ADVERSARIAL: readonly (readonly [name: string, text: string])[] = [
  ["a repository of one letter", `oci://h/${"a".repeat(250)}!`],
  ["a repository of dashes", `oci://h/a${"-".repeat(250)}!`],
  ["a repository of letters and dashes", `oci://h/${"a-".repeat(120)}!`],
  ["a repository of letters and underscores", `oci://h/${"a__".repeat(80)}!`],
  ["a host of letters", `oci://${"a".repeat(250)}!/a`],
  ["a host of dots", `oci://${"a.".repeat(120)}!/a`],
  ["a host of dashes", `oci://${"a-".repeat(120)}!/a`],
];

for (const [name, text] of SHORT_ADVERSARIAL) {
  Deno.test(`parseReference() comes back when ${name} has about 250 characters`, () => {
    assert.equal(accepts(text), false);
  });
}

for (const [name, text] of ADVERSARIAL) {
  Deno.test(`parseReference() gives no long text to an expression with a repeated group when ${name} is 10 kB`, () => {
    const { result: error, longest } = longestTextInRepeatedGroup(() => thrownBy(() => parseReference(text)));
    assert.ok(longest <= 255, `one got ${longest} characters`);
    assert.ok(error.message.length < 1000, `the message has ${error.message.length} characters`);
  });
}

Deno.test("parseReference() matches hosts and repositories with expressions that have a repeated group", () => {
  // The tests above would say nothing if it did not.
  const { longest } = longestTextInRepeatedGroup(() => parseReference(`oci://h/${"a".repeat(253)}`));
  assert.equal(longest, 253);
});

/** Watches which texts are matched against expressions such as `(a+)*`, on which backtracking may explode. */
function longestTextInRepeatedGroup<T>(run: () => T): { readonly result: T; readonly longest: number } {
  const { exec } = RegExp.prototype;
  let longest = 0;
  RegExp.prototype.exec = function (text: string): RegExpExecArray | null {
    const repeatsGroup = exec.call(/\)(?:[*+]|\{[0-9])/, this.source) !== null;
    if (repeatsGroup) longest = Math.max(longest, text.length);
    return exec.call(this, text);
  };
  try {
    return { result: run(), longest };
  } finally {
    RegExp.prototype.exec = exec;
  }
}

function references(): fc.Arbitrary<Reference> {
  const names = fc.record({
    tag: fc.stringMatching(/^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,10}$/),
    digest: fc.tuple(fc.string(), fc.constantFrom("sha256", "sha512"))
      .map(([text, algorithm]) => digestOf(new TextEncoder().encode(text), algorithm)),
  }, { requiredKeys: [] });
  const hosts = fc.tuple(
    fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6().map((address) => `[${address}]`), fc.constantFrom("localhost", "A-1.b")),
    fc.option(fc.integer({ min: 1, max: 65535 }).map((port) => `:${port}`), { nil: "" }),
  ).map((parts) => parts.join("")).filter((host) => host.length < 150);
  const repositories = fc.array(fc.stringMatching(/^[a-z0-9]{1,4}(([._]|__|-{1,3})[a-z0-9]{1,4}){0,2}$/), {
    minLength: 1,
    maxLength: 4,
  }).map((parts) => parts.join("/"));
  // The last part of a layout's path holds no ":", which begins a tag, and no "@", which may begin a digest.
  const paths = fc.tuple(
    fc.string({ unit: fc.constantFrom(..."ab./:@ é\u{1f600}\\") }).map((text) => text === "" ? "" : `${text}/`),
    fc.string({ unit: fc.constantFrom(..."ab. é\u{1f600}\\"), minLength: 1 }),
  ).map((parts) => parts.join(""));
  return fc.oneof(
    fc.tuple(fc.record({ kind: fc.constant("registry"), host: hosts, repository: repositories }), names),
    fc.tuple(fc.record({ kind: fc.constantFrom("oci-layout", "oci-archive"), path: paths }), names),
  ).map(([place, names]): Reference => ({ ...place, ...names }));
}

function accepts(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch (error) {
    assert.ok(error instanceof SyntaxError);
    return false;
  }
}

function thrownBy(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof Error);
    return error;
  }
  assert.fail("nothing was thrown");
}

Deno.test("referenceForms() says how each kind of place is written, and its names once", () => {
  // Of each kind what is in the table, and nothing else.
  const kinds = Object.values(PLACE_KINDS);
  assert.deepEqual(referenceForms().split(/, | or /), kinds.map(({ scheme, form }) => `${scheme}${form}`));
  assert.deepEqual(referenceSchemes().split(/, | or /), kinds.map(({ scheme }) => scheme));
  assert.match(referenceForms("[:TAG]"), /^oci:\/\/HOST\/REPOSITORY\[:TAG\], oci-layout:PATH….* or \S+$/);
  assert.match(layoutForms(), /^oci-layout:PATH.* or \S+$/);
  assert.doesNotMatch(layoutForms(), /oci:\/\//);
});
