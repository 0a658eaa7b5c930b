import assert from "node:assert/strict";
import fc from "fast-check";
import { cleanSourceUrl, withoutCredentials } from "../../src/oci/source_url.ts";

const CASES: readonly (readonly [text: string, expected: string | undefined])[] = [
  ["https://github.com/acme/app", "https://github.com/acme/app"],
  ["https://github.com/acme/app.git", "https://github.com/acme/app"],
  ["  https://github.com/acme/app.git/  ", "https://github.com/acme/app"],
  ["https://github.com/acme/app///", "https://github.com/acme/app"],
  ["https://GitHub.com/Acme/App.git", "https://github.com/Acme/App"],
  ["https://example.com/acme/app?token=x#readme", "https://example.com/acme/app"],
  ["https://example.com", "https://example.com"],
  ["https://example.com/", "https://example.com"],
  ["https://example.com/app/.git", "https://example.com/app"],
  ["https://example.com/app/...git", "https://example.com"],
  ["https://example.com/a b/ü", "https://example.com/a%20b/%C3%BC"],
  ["https://bücher.example/app", "https://xn--bcher-kva.example/app"],
  // Ports
  ["https://example.com:443/app", "https://example.com/app"],
  ["https://example.com:8443/app.git", "https://example.com:8443/app"],
  ["http://example.com:80/app", "http://example.com/app"],
  ["http://example.com:3000/app", "http://example.com:3000/app"],
  ["https://example.com:/app", "https://example.com/app"],
  ["https://example.com:99999/app", undefined],
  ["ssh://git@example.com:22/acme/app.git", "https://example.com/acme/app"],
  ["ssh://example.com:2222/acme/app.git", "https://example.com/acme/app"],
  ["git://example.com:9418/acme/app.git", "https://example.com/acme/app"],
  // User information
  ["https://user@example.com/app", "https://example.com/app"],
  ["https://oauth2:glpat-s3cret@gitlab.com/acme/app.git", "https://gitlab.com/acme/app"],
  ["http://user:p@ss:w%2Ford@example.com:3000/app", "http://example.com:3000/app"],
  ["ftp://user:password@example.com/app.git", "ftp://example.com/app"],
  ["svn+ssh://user:password@example.com/app", "svn+ssh://example.com/app"],
  ["HTTPS://user:password@example.com/app", "https://example.com/app"],
  // A password with a character that ends the host cannot be told from a path.
  ["https://user:12/34@example.com/app", undefined],
  ["https://user:pass?word@example.com/app", undefined],
  ["https://user#password@example.com/app", undefined],
  ["user:password@example.com:acme/app", undefined],
  // ssh
  ["git@github.com:acme/app.git", "https://github.com/acme/app"],
  ["git@host:org/repo.git", "https://host/org/repo"],
  ["git@host:/srv/git/repo.git", "https://host/srv/git/repo"],
  ["github.com:acme/app", "https://github.com/acme/app"],
  ["git@constructor:acme/app", "https://constructor/acme/app"],
  ["[git@example.com:2222]:acme/app", "https://example.com/acme/app"],
  ["[example.com:2222]:acme/app", "https://example.com/acme/app"],
  ["git+ssh://git@example.com/acme/app.git", "https://example.com/acme/app"],
  ["ssh+git://git@example.com/acme/app.git", "https://example.com/acme/app"],
  ["git+https://token@example.com/acme/app.git", "https://example.com/acme/app"],
  ["ssh://git@ssh.github.com:443/acme/app.git", "https://github.com/acme/app"],
  ["ssh://git@altssh.gitlab.com:443/acme/app.git", "https://gitlab.com/acme/app"],
  // IPv6
  ["https://[2001:DB8::1]:8443/app", "https://[2001:db8::1]:8443/app"],
  ["ssh://git@[2001:db8::1]:22/acme/app.git", "https://[2001:db8::1]/acme/app"],
  ["git@[::1]:acme/app.git", "https://[::1]/acme/app"],
  // Azure DevOps
  ["git@ssh.dev.azure.com:v3/org/project/repo", "https://dev.azure.com/org/project/_git/repo"],
  ["ssh://git@ssh.dev.azure.com:22/v3/org/my%20project/repo", "https://dev.azure.com/org/my%20project/_git/repo"],
  ["org@vs-ssh.visualstudio.com:v3/org/project/repo", "https://dev.azure.com/org/project/_git/repo"],
  ["ssh://org@vs-ssh.visualstudio.com:22/project/_ssh/repo", undefined],
  ["https://org@dev.azure.com/org/project/_git/repo", "https://dev.azure.com/org/project/_git/repo"],
  // Paths of this machine, and what is no place at all
  ["/srv/git/app.git", undefined],
  ["./app", undefined],
  ["../app.git", undefined],
  ["app", undefined],
  ["~/app", undefined],
  ["file:///home/me/app", undefined],
  ["file://host/home/me/app", undefined],
  ["git+file:///home/me/app", undefined],
  ["C:\\Users\\me\\app", undefined],
  ["C:/Users/me/app", undefined],
  ["\\\\server\\share\\app", undefined],
  ["gh:acme/app", undefined],
  ["ext::ssh -i key host", undefined],
  ["example.com::https://example.com/app", undefined],
  ["https://", undefined],
  ["https:///app", undefined],
  ["https://bad host/app", undefined],
  ["x.y://bad host/app", undefined],
  ["https://example.com/a\nb", undefined],
  [`https://example.com/${"a".repeat(5000)}`, undefined],
  ["", undefined],
];

Deno.test("cleanSourceUrl() gives the URL that may be published, or nothing", () => {
  for (const [text, expected] of CASES) assert.equal(cleanSourceUrl(text), expected, text);
});

const GIVEN: readonly (readonly [text: string, expected: string | undefined])[] = [
  ["https://git.example.com/r.git", "https://git.example.com/r.git"],
  ["https://Git.Example.com:443/R/", "https://Git.Example.com:443/R/"],
  ["https://example.com/a b", "https://example.com/a b"],
  ["  https://example.com/r  ", "https://example.com/r"],
  ["localhost", "localhost"],
  ["./deploy", "./deploy"],
  ["acme/app", "acme/app"],
  ["the wiki, page 3", "the wiki, page 3"],
  ["github.com:acme/app", "github.com:acme/app"],
  ["file:///srv/git/app.git", "file:///srv/git/app.git"],
  ["git://example.com/app.git", "git://example.com/app.git"],
  // Users and passwords
  ["https://oauth2:glpat-s3cret@gitlab.com/acme/app.git", "https://gitlab.com/acme/app.git"],
  ["HTTPS://token@example.com/app", "HTTPS://example.com/app"],
  ["https://user:p@ss@example.com/app", "https://example.com/app"],
  ["git+https://token@example.com/app.git", "git+https://example.com/app.git"],
  ["svn+ssh://user:password@example.com/app", "svn+ssh://example.com/app"],
  ["git@github.com:acme/app.git", "https://github.com/acme/app"],
  ["ssh://git@example.com:2222/acme/app.git", "https://example.com/acme/app"],
  ["git@ssh.dev.azure.com:v3/org/project/repo", "https://dev.azure.com/org/project/_git/repo"],
  ["https://user:12/34@example.com/app", undefined],
  ["https://user#password@example.com/app", undefined],
  ["https://user:pass?word@example.com/app", undefined],
  ["bot:s3cret@/x", undefined],
  ["someone@example.com", undefined],
  // Parameters
  ["https://example.com/r?ref=main&path=/a#L1", "https://example.com/r?ref=main&path=/a#L1"],
  ["https://example.com/r?private_token=s3cret", "https://example.com/r"],
  ["https://example.com/r?a=1&%74oken=s3cret&b=2", "https://example.com/r?a=1&b=2"],
  ["https://example.com/r?a=1;X-Amz-Signature=s3cret#access_token=s3cret", "https://example.com/r?a=1"],
  ["https://example.com/r?%=1", "https://example.com/r?%=1"],
  ["https://example.com/r?next=https://u:p@example.com", undefined],
  ["", undefined],
  ["  ", undefined],
  ["https://bad host/app", undefined],
  ["https://example.com/a\nb", undefined],
  [`https://example.com/${"a".repeat(5000)}`, undefined],
];

Deno.test("withoutCredentials() leaves what was written as it is, but for credentials", () => {
  for (const [text, expected] of GIVEN) {
    const cleaned = withoutCredentials(text);
    assert.equal(cleaned, expected, text);
    if (cleaned !== undefined) assert.equal(withoutCredentials(cleaned), cleaned, text);
  }
});

const SCHEMES = ["https", "http", "ssh", "git", "git+ssh", "ssh+git", "git+https", "ftp", "svn+ssh", "s3", "X-y.z"];
const MARK = "5ecre7";

Deno.test("cleanSourceUrl() and withoutCredentials() let nothing of a user or a password through", () => {
  const nasty = fc.constantFrom(..."@:/?#[]\\%. \t;&=+!$".split(""), "%40", "%2F", "//", "@@", "ü", "\u2028", "::");
  const text = fc.array(fc.oneof(nasty, fc.string({ maxLength: 3 })), { maxLength: 4 }).map((parts) => parts.join(""));
  const secret = fc.tuple(text, text).map(([before, after]) => `${before}${MARK}${after}`);
  const userInformation = fc.oneof(
    fc.tuple(secret, secret).map(([user, password]) => `${user}:${password}`),
    fc.tuple(text, secret).map(([user, password]) => `${user}:${password}`),
    secret,
  );
  const place = fc.constantFrom("example.com/acme/app.git", "example.com:8080/app", "[::1]/app", "example.com", "h/a");
  const scpPlace = fc.constantFrom("example.com:acme/app.git", "[::1]:app", "h:/srv/app");
  const url = fc.tuple(fc.constantFrom(...SCHEMES), userInformation, place)
    .map(([scheme, user, rest]) => `${scheme}://${user}@${rest}`);
  const scp = fc.tuple(userInformation, scpPlace).map(([user, rest]) => `${user}@${rest}`)
    // "user://password@host" is a URL by its form, and "user" its scheme.
    .filter((text) => !/^\s*[a-z][a-z0-9+.-]*:\/\//i.test(text));
  const bracketed = userInformation.map((user) => `[${user}@example.com:22]:acme/app`);
  fc.assert(
    fc.property(fc.oneof(url, scp, bracketed), (dirty) => {
      for (const clean of [cleanSourceUrl, withoutCredentials]) {
        assert.ok(!(clean(dirty) ?? "").toLowerCase().includes(MARK), clean(dirty));
      }
    }),
    { numRuns: 5000 },
  );
});

Deno.test("cleanSourceUrl() keeps the place when the credentials are ordinary", () => {
  const word = fc.stringMatching(/^[A-Za-z0-9._~!$&'()*+,;=%-]{0,20}$/);
  const kept: readonly (readonly [string, string, string])[] = [
    ["https://", "example.com:8443/app.git", "https://example.com:8443/app"],
    ["http://", "example.com/app", "http://example.com/app"],
    ["ssh://", "example.com:22/app", "https://example.com/app"],
    ["git+ssh://", "[::1]/app", "https://[::1]/app"],
  ];
  fc.assert(fc.property(fc.constantFrom(...kept), word, word, ([scheme, rest, expected], user, password) => {
    assert.equal(cleanSourceUrl(`${scheme}${user}:${password}@${rest}`), expected);
  }));
});

Deno.test("cleanSourceUrl() changes nothing that it has cleaned", () => {
  const part = fc.constantFrom(
    ..."ab.@:/?#[]\\% ".split(""),
    ".git",
    "/",
    "//",
    "..",
    "%2e",
    "example.com",
    "git@",
    "::1",
  );
  const start = fc.constantFrom("", ...SCHEMES.map((scheme) => `${scheme}://`), "https://example.com/", "git@h:");
  fc.assert(
    fc.property(start, fc.array(part), (scheme, parts) => {
      const cleaned = cleanSourceUrl(scheme + parts.join(""));
      if (cleaned !== undefined) assert.equal(cleanSourceUrl(cleaned), cleaned);
    }),
    { numRuns: 5000 },
  );
});
