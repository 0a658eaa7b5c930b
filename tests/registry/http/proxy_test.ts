import assert from "node:assert/strict";
import { proxyFor } from "../../../src/registry/http/proxy.ts";

type Env = Readonly<Record<string, string>>;

/** The proxy for a URL with these variables, in short; `undefined` when there is none. */
function found(url: string, env: Env): string | undefined {
  const proxy = proxyFor(new URL(url), (name) => env[name]);
  return proxy && `${proxy.url} of ${proxy.variable}`;
}

const CHOICES: readonly (readonly [url: string, env: Env, expected: string | undefined])[] = [
  ["https://ghcr.io/", {}, undefined],
  ["https://ghcr.io/", { HTTPS_PROXY: "http://p:3128" }, "http://p:3128 of HTTPS_PROXY"],
  ["https://ghcr.io/", { https_proxy: "http://p:3128" }, "http://p:3128 of https_proxy"],
  ["https://ghcr.io/", { HTTPS_PROXY: "", https_proxy: "http://p" }, "http://p:80 of https_proxy"],
  ["https://ghcr.io/", { HTTPS_PROXY: "http://a", https_proxy: "http://b" }, "http://a:80 of HTTPS_PROXY"],
  ["https://ghcr.io/", { HTTP_PROXY: "http://p" }, undefined],
  ["http://r.corp/", { HTTP_PROXY: "http://p" }, "http://p:80 of HTTP_PROXY"],
  ["http://r.corp/", { http_proxy: "http://p" }, "http://p:80 of http_proxy"],
  ["http://r.corp/", { HTTPS_PROXY: "http://p" }, undefined],
  ["http://r.corp/", { ALL_PROXY: "socks5://p" }, "socks5://p:1080 of ALL_PROXY"],
  ["http://r.corp/", { ALL_PROXY: "http://a", http_proxy: "http://b" }, "http://b:80 of http_proxy"],
  ["https://ghcr.io/", { HTTPS_PROXY: "p.corp:3128" }, "http://p.corp:3128 of HTTPS_PROXY"],
  ["https://ghcr.io/", { HTTPS_PROXY: "https://p.corp/" }, "https://p.corp:443 of HTTPS_PROXY"],
];

for (const [url, env, expected] of CHOICES) {
  Deno.test(`proxyFor() gives ${expected} for ${url} with ${JSON.stringify(env)}`, () => {
    assert.equal(found(url, env), expected);
  });
}

for (const host of ["localhost:5000", "a.localhost", "127.0.0.1:5000", "127.1.2.3", "[::1]:5000", "LOCALHOST"]) {
  Deno.test(`proxyFor() sends nothing for ${host} to a proxy`, () => {
    const env = { HTTP_PROXY: "http://p", HTTPS_PROXY: "http://p", ALL_PROXY: "http://p", NO_PROXY: "" };
    assert.equal(found(`http://${host}/`, env), undefined);
    assert.equal(found(`https://${host}/`, env), undefined);
  });
}

const LISTS: readonly (readonly [list: string, url: string, isExempt: boolean])[] = [
  ["*", "https://ghcr.io/", true],
  ["ghcr.io", "https://ghcr.io/", true],
  ["GHCR.io", "https://ghcr.io/", true],
  ["ghcr.io", "https://notghcr.io/", false],
  ["corp", "https://r.corp/", true],
  [".corp", "https://r.corp/", true],
  [".corp", "https://a.r.corp./", true],
  [".r.corp", "https://r.corp/", true],
  ["*.corp", "https://r.corp/", true],
  ["r.corp.", "https://r.corp/", true],
  [".corp", "https://r.corps/", false],
  ["a,r.corp", "https://r.corp/", true],
  [" a , r.corp ", "https://r.corp/", true],
  ["a r.corp", "https://r.corp/", true],
  [",,", "https://r.corp/", false],
  [".", "https://r.corp/", false],
  ["r.corp:443", "https://r.corp/", true],
  ["r.corp:80", "http://r.corp/", true],
  ["r.corp:5000", "https://r.corp:5000/", true],
  ["r.corp:5000", "https://r.corp/", false],
  [".corp:5000", "https://r.corp:5000/", true],
  ["10.1.2.3", "https://10.1.2.3/", true],
  ["10.1.2.3:5000", "https://10.1.2.3:5000/", true],
  ["10.1.2.3:5000", "https://10.1.2.3/", false],
  ["10.0.0.0/8", "https://10.1.2.3/", true],
  ["10.0.0.0/8", "https://11.1.2.3/", false],
  ["10.1.2.0/23", "https://10.1.3.255/", true],
  ["10.1.2.0/23", "https://10.1.4.0/", false],
  ["10.0.0.0/8", "https://10.corp/", false],
  ["1.2.3", "https://10.1.2.3/", false],
  ["fd00::1", "https://[fd00::1]/", true],
  ["[fd00::1]", "https://[fd00::1]/", true],
  ["[fd00:0:0::1]:5000", "https://[fd00::1]:5000/", true],
  ["[fd00::1]:5000", "https://[fd00::1]/", false],
  ["fd00::/8", "https://[fd12:3456::1]/", true],
  ["fd00::/8", "https://[fe12::1]/", false],
  ["10.0.0.0/8", "https://[::ffff:10.1.2.3]/", true],
  ["::/0", "https://10.1.2.3/", false],
];

for (const [list, url, isExempt] of LISTS) {
  Deno.test(`proxyFor() ${isExempt ? "uses none" : "uses one"} for ${url} with NO_PROXY=${JSON.stringify(list)}`, () => {
    for (const name of ["NO_PROXY", "no_proxy"]) {
      assert.equal(found(url, { ALL_PROXY: "http://p", [name]: list }) === undefined, isExempt);
    }
  });
}

Deno.test("proxyFor() takes credentials from the variable, decoded, and keeps them out of the URL", () => {
  const env: Env = { HTTPS_PROXY: "http://a%40b:p%3Aw%25@proxy:3128" };
  assert.deepEqual(proxyFor(new URL("https://ghcr.io/"), (name) => env[name]), {
    url: "http://proxy:3128",
    hostname: "proxy",
    port: 3128,
    variable: "HTTPS_PROXY",
    credentials: { username: "a@b", password: "p:w%" },
  });
});

Deno.test("proxyFor() names the variable that it cannot use, and does not show it", () => {
  for (const value of ["ftp://u:secret@p", "http://u:secret@", "http://[secret"]) {
    assert.throws(() => found("https://ghcr.io/", { HTTPS_PROXY: value }), {
      name: "TypeError",
      message: "Cannot use the proxy that HTTPS_PROXY names: it is not the URL of an HTTP or SOCKS5 proxy",
    });
  }
});
