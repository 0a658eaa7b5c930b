import assert from "node:assert/strict";
import { parseServerUrl } from "../../../src/registry/http/server_url.ts";

type Case = readonly [name: string, endpoint: string, text: string, expected: string | RegExp];

const CASES: readonly Case[] = [
  ["any HTTPS host", "https://ghcr.io/", "https://auth.example/token?x=1", "https://auth.example/token?x=1"],
  ["a relative one", "https://ghcr.io/", "/token", "https://ghcr.io/token"],
  ["auth/realm-downgrade", "https://ghcr.io/", "http://auth.ghcr.io/token", /speaks HTTPS and this is not/],
  ["auth/realm-downgrade, at another port", "https://ghcr.io/", "http://ghcr.io:8080/token", /speaks HTTPS/],
  [
    "the registry itself, behind TLS",
    "https://r.example/",
    "http://r.example/upload?a=b",
    "https://r.example/upload?a=b",
  ],
  ["the same with a port", "https://r.example:5000/", "http://r.example:5000/upload", "https://r.example:5000/upload"],
  ["the same with the port of HTTPS", "https://r.example/", "http://r.example:443/upload", "https://r.example/upload"],
  ["HTTP where the registry is", "http://registry.lan:5000/", "http://auth.lan/token", "http://auth.lan/token"],
  ["auth/realm-file-scheme", "https://ghcr.io/", "file:///etc/passwd", /file: is not HTTP/],
  ["auth/realm-file-scheme, data", "https://ghcr.io/", "data:text/plain,x", /data: is not HTTP/],
  ["userinfo", "https://ghcr.io/", "https://user:pass@auth.example/", /holds credentials/],
  ["auth/realm-metadata-ip", "https://ghcr.io/", "https://169.254.169.254/latest", /no registry is at such an address/],
  ["auth/realm-metadata-ip, in hexadecimal", "https://ghcr.io/", "https://0xa9fea9fe/", /no registry is at/],
  ["auth/realm-metadata-ip, mapped", "https://ghcr.io/", "https://[::ffff:169.254.169.254]/", /no registry is at/],
  ["auth/realm-metadata-ip, link-local", "https://ghcr.io/", "https://[fe80::1]/", /no registry is at/],
  ["auth/realm-metadata-ip, AWS over IPv6", "https://ghcr.io/", "https://[fd00:ec2::254]/", /no registry is at/],
  ["auth/realm-metadata-ip, by name", "https://ghcr.io/", "https://metadata.google.internal./", /no registry is at/],
  ["auth/realm-metadata-ip from a private registry", "https://10.0.0.5/", "https://169.254.169.254/", /no registry/],
  ["unspecified", "https://ghcr.io/", "https://0.0.0.0/", /no registry is at/],
  ["private from public", "https://ghcr.io/", "https://192.168.1.1/token", /private address is taken only from/],
  ["loopback from public", "https://ghcr.io/", "https://127.0.0.1/token", /loopback address is taken only from/],
  ["loopback from public, by name", "https://ghcr.io/", "https://localhost/token", /loopback address is taken/],
  [
    "auth/realm-same-private-host-ok",
    "https://10.0.0.5/",
    "https://10.0.0.5:8443/token",
    "https://10.0.0.5:8443/token",
  ],
  [
    "another private host of a private registry",
    "https://10.0.0.5/",
    "https://10.0.0.6/token",
    "https://10.0.0.6/token",
  ],
  ["storage of a registry in a company", "https://registry.corp/", "https://10.0.0.6/blob", "https://10.0.0.6/blob"],
  [
    "storage beside a name of this machine",
    "http://this.machine:5000/",
    "http://127.0.0.1:9000/b",
    "http://127.0.0.1:9000/b",
  ],
  ["a metadata address from a private name", "https://registry.corp/", "https://169.254.169.254/", /no registry is at/],
  [
    "a name with a public address too",
    "https://rebound.example/",
    "https://10.0.0.6/",
    /private address is taken only/,
  ],
  ["a name that nobody knows", "https://unknown.example/", "https://10.0.0.6/", /private address is taken only/],
  ["an address that is public", "https://ghcr.io/", "https://8.8.8.8/token", "https://8.8.8.8/token"],
  ["not a URL", "https://ghcr.io/", "https://[", /it is not a URL/],
];

/** Stands for the names of the cases, which nobody may really look up. */
const addresses = (hostname: string): Promise<readonly string[]> => {
  const known: Readonly<Record<string, readonly string[]>> = {
    "ghcr.io": ["140.82.121.33"],
    "registry.corp": ["10.0.0.5", "[fd00::5]"],
    "rebound.example": ["10.0.0.5", "140.82.121.33"],
    "this.machine": ["127.0.0.1"],
  };
  const found = known[hostname];
  return found === undefined ? Promise.reject(new Error("not known")) : Promise.resolve(found);
};

for (const [name, endpoint, text, expected] of CASES) {
  Deno.test(`${name}: parseServerUrl() ${expected instanceof RegExp ? "refuses" : "takes"} ${text}`, async () => {
    const base = new URL(endpoint);
    const parsing = parseServerUrl(text, { what: "realm", base, endpoint: base, addresses });
    if (expected instanceof RegExp) await assert.rejects(parsing, { name: "TypeError", message: expected });
    else assert.equal((await parsing).href, expected);
  });
}

Deno.test("parseServerUrl() shows no credentials and no query of what it refuses", async () => {
  const base = new URL("https://ghcr.io/");
  await assert.rejects(
    parseServerUrl("http://user:secret@h/p?sig=secret#secret", { what: "realm", base, endpoint: base }),
    (error) =>
      error instanceof Error && !error.message.includes("secret") && error.message.includes("http://h/p?sig=…"),
  );
});
