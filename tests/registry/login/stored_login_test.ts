import assert from "node:assert/strict";
import { join } from "node:path";
import { type CredentialWorld, systemCredentialWorld } from "../../../src/registry/login/credential_world.ts";
import type { Credential } from "../../../src/registry/login/credentials.ts";
import { findCredentials } from "../../../src/registry/login/find_credentials.ts";
import type { ProgramResult } from "../../../src/system/run_program.ts";
import { eraseLogin, storeLogin } from "../../../src/registry/login/stored_login.ts";
import { testContext } from "../support.ts";

const ANN = { kind: "password", username: "ann", password: "s:ecret" } as const;

/** What is found for a host in a file. */
async function find(host: string, path: string, world: CredentialWorld): Promise<Credential | undefined> {
  const env = (name: string): string | undefined => name === "REGISTRY_AUTH_FILE" ? path : undefined;
  const found = await findCredentials({ world: { ...world, env }, log: testContext().log })(host, "acme/app");
  if (found === undefined) return undefined;
  const { from, ...credential } = found;
  assert.equal(from, path);
  return credential;
}

/** Runs with a file in a directory of its own; with programs that keep what they are given in memory. */
async function withFile(
  text: string | undefined,
  run: (at: { path: string; world: CredentialWorld; kept: Map<string, string> }) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const path = join(directory, "deep", "config.json");
  const kept = new Map<string, string>();
  const world: CredentialWorld = {
    ...systemCredentialWorld({ env: () => undefined, signal: new AbortController().signal }),
    run(program, [action], input): Promise<ProgramResult | undefined> {
      assert.equal(program, "docker-credential-test");
      if (action === "store") kept.set(JSON.parse(input).ServerURL, input);
      const found = kept.get(input);
      if (action === "erase") kept.delete(input);
      if (action === "store" && kept.has("locked")) {
        return Promise.resolve({ code: 1, stdout: `locked: ${JSON.parse(input).Secret}`, stderr: "" });
      }
      const missing = action === "get" && found === undefined;
      const stdout = missing ? "credentials not found in native keychain" : found ?? "";
      return Promise.resolve({ code: missing ? 1 : 0, stdout, stderr: "" });
    },
  };
  try {
    if (text !== undefined) {
      await Deno.mkdir(join(path, ".."));
      await Deno.writeTextFile(path, text);
    }
    await run({ path, world, kept });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("storeLogin() makes the file, for its owner only, and findCredentials() finds it again", async () => {
  await withFile(undefined, async ({ path, world }) => {
    assert.deepEqual(await storeLogin("ghcr.io", ANN, { path, world }), { kind: "file", name: path });
    assert.deepEqual(JSON.parse(await Deno.readTextFile(path)), {
      auths: { "ghcr.io": { auth: btoa("ann:s:ecret") } },
    });
    if (Deno.build.os !== "windows") assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
    assert.deepEqual(await find("ghcr.io", path, world), ANN);
    assert.deepEqual([...Deno.readDirSync(join(path, ".."))].map(({ name }) => name), ["config.json"]);
  });
});

Deno.test("storeLogin() leaves everything else in the file as it is", async () => {
  const before = { currentContext: "x", auths: { "quay.io": { auth: "eDp5", email: "e" } }, plugins: { a: [1] } };
  await withFile(JSON.stringify(before), async ({ path, world }) => {
    await storeLogin("docker.io", ANN, { path, world });
    assert.deepEqual(JSON.parse(await Deno.readTextFile(path)), {
      ...before,
      auths: { ...before.auths, "https://index.docker.io/v1/": { auth: btoa("ann:s:ecret") } },
    });
  });
});

Deno.test("storeLogin() keeps a symbolic link and writes what it points to", async () => {
  await withFile("{}", async ({ path, world }) => {
    const link = join(path, "..", "link.json");
    await Deno.symlink(path, link);
    await storeLogin("ghcr.io", ANN, { path: link, world });
    assert.ok((await Deno.lstat(link)).isSymlink);
    assert.match(await Deno.readTextFile(path), /ghcr\.io/);
  });
});

Deno.test("storeLogin() and eraseLogin() go through the helper that the file names", async () => {
  await withFile('{"credsStore":"test"}', async ({ path, world, kept }) => {
    const stored = await storeLogin("ghcr.io", ANN, { path, world });
    assert.deepEqual(stored, { kind: "helper", name: "docker-credential-test" });
    assert.deepEqual(JSON.parse(await Deno.readTextFile(path)), { credsStore: "test", auths: { "ghcr.io": {} } });
    assert.deepEqual([...kept.keys()], ["ghcr.io"]);
    assert.deepEqual(await find("ghcr.io", path, world), ANN);
    assert.equal(await eraseLogin("ghcr.io", { path, world }), true);
    assert.deepEqual([...kept], []);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(path)), { credsStore: "test", auths: {} });
    assert.equal(await eraseLogin("ghcr.io", { path, world }), false);
  });
});

Deno.test("storeLogin() and eraseLogin() hand helpers a refresh token, and no token of another kind", async () => {
  await withFile('{"credHelpers":{"ghcr.io":"test"}}', async ({ path, world }) => {
    const token = { kind: "identity-token", token: "refresh" } as const;
    await storeLogin("ghcr.io", token, { path, world });
    assert.deepEqual(await find("ghcr.io", path, world), token);
    await assert.rejects(storeLogin("ghcr.io", { kind: "registry-token", token: "bearer" }, { path, world }), {
      name: "TypeError",
      message: "Cannot keep a token without a user name with docker-credential-test",
    });
  });
});

Deno.test("storeLogin() changes no file when the helper fails, and does not repeat the password", async () => {
  await withFile('{"credsStore":"test"}', async ({ path, world, kept }) => {
    kept.set("locked", "");
    await assert.rejects(storeLogin("ghcr.io", ANN, { path, world }), {
      message: "Cannot use docker-credential-test store: it ended with 1, locked: ***",
    });
    assert.equal(await Deno.readTextFile(path), '{"credsStore":"test"}');
  });
});

Deno.test("storeLogin() and eraseLogin() say that the helper is not installed", async () => {
  await withFile('{"credsStore":"test"}', async ({ path, world }) => {
    const without = { ...world, run: () => Promise.resolve(undefined) } satisfies CredentialWorld;
    const expected = { message: "Cannot run docker-credential-test: there is no such program" };
    await assert.rejects(storeLogin("ghcr.io", ANN, { path, world: without }), expected);
    await assert.rejects(eraseLogin("ghcr.io", { path, world: without }), expected);
  });
});

for (const kind of ["identity-token", "registry-token"] as const) {
  Deno.test(`storeLogin() writes a credential of kind ${kind} so that findCredentials() finds it`, async () => {
    await withFile(undefined, async ({ path, world }) => {
      await storeLogin("ghcr.io", { kind, token: "text" }, { path, world });
      assert.deepEqual(await find("ghcr.io", path, world), { kind, token: "text" });
    });
  });
}

const INDENTED: readonly (readonly [name: string, indentation: string | number, expected: string])[] = [
  ["two spaces", 2, "  "],
  ["four spaces", 4, "    "],
  ["a tab", "\t", "\t"],
  ["nothing", 0, "\t"],
];

for (const [name, indentation, expected] of INDENTED) {
  Deno.test(`storeLogin() indents by ${JSON.stringify(expected)} where the file has ${name}`, async () => {
    const config = { auths: { "quay.io": {} }, psFormat: "x" };
    await withFile(JSON.stringify(config, undefined, indentation), async ({ path, world }) => {
      await storeLogin("quay.io", ANN, { path, world });
      const entry = { auth: btoa("ann:s:ecret") };
      const text = JSON.stringify({ auths: { "quay.io": entry }, psFormat: "x" }, undefined, expected);
      assert.equal(await Deno.readTextFile(path), `${text}\n`);
    });
  });
}

Deno.test("storeLogin() loses none of many logins at once", async () => {
  await withFile(undefined, async ({ path, world }) => {
    const hosts = Array.from({ length: 20 }, (_, at) => `registry-${at}.example`);
    await Promise.all(hosts.map((host) => storeLogin(host, ANN, { path, world })));
    const { auths } = JSON.parse(await Deno.readTextFile(path));
    assert.deepEqual(Object.keys(auths).sort(), [...hosts].sort());
    await Promise.all(hosts.map((host) => eraseLogin(host, { path, world })));
    assert.deepEqual(JSON.parse(await Deno.readTextFile(path)), { auths: {} });
    assert.deepEqual([...Deno.readDirSync(join(path, ".."))].map(({ name }) => name), ["config.json"]);
  });
});

Deno.test("eraseLogin() forgets every name of a host, and no part of another one", async () => {
  const auths = {
    "docker.io": {},
    "https://index.docker.io/v1/": {},
    "ghcr.io": {},
    "docker.io.example": {},
    "docker.io/acme": {},
  };
  await withFile(JSON.stringify({ auths }), async ({ path, world }) => {
    assert.equal(await eraseLogin("registry-1.docker.io", { path, world }), true);
    assert.deepEqual(Object.keys(JSON.parse(await Deno.readTextFile(path)).auths), [
      "ghcr.io",
      "docker.io.example",
      "docker.io/acme",
    ]);
  });
  await withFile(undefined, async ({ path, world }) => {
    assert.equal(await eraseLogin("ghcr.io", { path, world }), false);
    await assert.rejects(Deno.stat(path), Deno.errors.NotFound);
  });
});

Deno.test("storeLogin() touches no file that it does not understand, and takes no name that it cannot keep", async () => {
  await withFile("not json", async ({ path, world }) => {
    await assert.rejects(storeLogin("ghcr.io", ANN, { path, world }), SyntaxError);
    assert.equal(await Deno.readTextFile(path), "not json");
  });
  await withFile(undefined, async ({ path, world }) => {
    await assert.rejects(storeLogin("ghcr.io", { ...ANN, username: "a:b" }, { path, world }), /with a colon/);
  });
  await withFile('{"auths":["secret"]}', async ({ path, world }) => {
    await assert.rejects(storeLogin("ghcr.io", ANN, { path, world }), {
      name: "SyntaxError",
      message: `Cannot change ${path}: its "auths" is not an object`,
    });
  });
});

Deno.test("storeLogin() and eraseLogin() write nothing when nothing changes, however the file is laid out", async () => {
  const text = `{ "auths":{"ghcr.io":{"auth":"${btoa("ann:secret")}"}},"other":1}`;
  const changes: (string | undefined)[] = [];
  const world: CredentialWorld = {
    signal: new AbortController().signal,
    env: () => undefined,
    readTextFile: () => Promise.resolve(text),
    changeFile: (_path, change) => Promise.resolve(void changes.push(change(text))),
    run: () => Promise.reject(new Error("not here")),
  };
  await storeLogin("ghcr.io", { kind: "password", username: "ann", password: "secret" }, { path: "c", world });
  assert.deepEqual(changes, [undefined]);
  await storeLogin("ghcr.io", { kind: "password", username: "ann", password: "other" }, { path: "c", world });
  assert.match(changes.at(-1) ?? "", /"other": 1/);
});
