import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { parseIdentityToken } from "../../../src/sign/keyless/identity_token.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const CLAIMS = { iss: "https://issuer.example", sub: "1234", aud: "sigstore", exp: NOW / 1000 + 60 };

function token(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
}

Deno.test("parseIdentityToken() reads whom it names, and who says so", () => {
  const text = token(CLAIMS);
  const read = parseIdentityToken(`${text}\n`, { from: "TOKEN", now: NOW });
  assert.deepEqual(read, { text, subject: "1234", issuer: "https://issuer.example" });
});

Deno.test("parseIdentityToken() takes the address of people, and one of several audiences", () => {
  const text = token({ ...CLAIMS, email: "ann@acme.example", email_verified: true, aud: ["other", "sigstore"] });
  assert.equal(parseIdentityToken(text, { from: "TOKEN", now: NOW }).subject, "ann@acme.example");
});

Deno.test("parseIdentityToken() refuses a token in the moment in which it expires", () => {
  const text = token(CLAIMS);
  parseIdentityToken(text, { from: "TOKEN", now: NOW + 59_999 });
  assert.throws(() => parseIdentityToken(text, { from: "TOKEN", now: NOW + 60_000 }), {
    name: "KeyError",
    message: "Cannot sign with the identity token of TOKEN: it has expired at 2026-06-01T00:01:00.000Z",
  });
});
