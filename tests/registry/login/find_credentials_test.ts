import assert from "node:assert/strict";
import type { CredentialWorld } from "../../../src/registry/login/credential_world.ts";
import type { Credential } from "../../../src/registry/login/credentials.ts";
import { parseDockerConfig } from "../../../src/registry/login/docker_config.ts";
import { credentialPlaces, findCredentials, loginFile } from "../../../src/registry/login/find_credentials.ts";
import type { ProgramResult } from "../../../src/system/run_program.ts";
import { testContext } from "../support.ts";

interface WorldOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, unknown>>;
  readonly programs?: Readonly<Record<string, (input: string) => Partial<ProgramResult>>>;
}

function fakeWorld(
  { env = {}, files = {}, programs = {} }: WorldOptions,
): CredentialWorld & { readonly ran: string[] } {
  const ran: string[] = [];
  return {
    signal: new AbortController().signal,
    ran,
    env: (name) => env[name],
    readTextFile(path): Promise<string | undefined> {
      const content = files[path];
      if (content instanceof Error) return Promise.reject(content);
      return Promise.resolve(typeof content === "object" ? JSON.stringify(content) : content as string | undefined);
    },
    changeFile: () => Promise.reject(new Error("not here")),
    run(program, args, input): Promise<ProgramResult | undefined> {
      ran.push([program, ...args, input].join(" "));
      const result = programs[program]?.(input);
      return Promise.resolve(result && { code: 0, stdout: "", stderr: "", ...result });
    },
  };
}

/** Finds as someone would who is at home in /home/ann. */
async function find(
  options: WorldOptions,
  host = "ghcr.io",
  repository = "acme/app",
): Promise<Credential | undefined> {
  const world = fakeWorld({ ...options, env: { HOME: "/home/ann", ...options.env } });
  const found = await findCredentials({ world, log: testContext().log })(host, repository);
  if (found === undefined) return undefined;
  const { from, ...credential } = found;
  assert.ok(from);
  return credential;
}

function password(username: string, text = "secret"): Credential {
  return { kind: "password", username, password: text };
}

/** A configuration in which everybody is called after the place. */
function config(username: string, server = "ghcr.io"): unknown {
  return { auths: { [server]: { auth: btoa(`${username}:secret`) } } };
}

const HUB_NAMES = ["docker.io", "index.docker.io", "registry-1.docker.io", "https://index.docker.io/v1/"];

for (const name of HUB_NAMES) {
  Deno.test(`auth/docker-io-aliases: a key ${name} is for Docker Hub`, async () => {
    const files = { "/home/ann/.docker/config.json": config("hub", name) };
    for (const host of ["docker.io", "index.docker.io", "registry-1.docker.io"]) {
      assert.deepEqual(await find({ files }, host, "library/alpine"), password("hub"));
    }
    assert.equal(await find({ files }, "ghcr.io"), undefined);
  });
}

/** All places at once, the first to win at the top. */
const PLACES: readonly (readonly [name: string, env: Readonly<Record<string, string>>, path: string])[] = [
  ["DOCKER_AUTH_CONFIG", { DOCKER_AUTH_CONFIG: JSON.stringify(config("DOCKER_AUTH_CONFIG")) }, ""],
  ["REGISTRY_AUTH_FILE", { REGISTRY_AUTH_FILE: "/etc/auth.json" }, "/etc/auth.json"],
  ["DOCKER_CONFIG", { DOCKER_CONFIG: "/etc/docker" }, "/etc/docker/config.json"],
  ["XDG_RUNTIME_DIR", { XDG_RUNTIME_DIR: "/run/user/1" }, "/run/user/1/containers/auth.json"],
  ["XDG_CONFIG_HOME", { XDG_CONFIG_HOME: "/home/ann/xdg" }, "/home/ann/xdg/containers/auth.json"],
];

for (const [at, [first]] of PLACES.entries()) {
  Deno.test(`auth/config-precedence: ${first} comes before what follows`, async () => {
    const rest = PLACES.slice(at);
    const env = Object.assign({}, ...rest.map(([, env]) => env));
    const files = Object.fromEntries(rest.map(([name, , path]) => [path, config(name)]));
    assert.deepEqual(await find({ env, files }), password(first));
  });
}

Deno.test("auth/config-precedence: the home directory is where nothing else is said", async () => {
  assert.deepEqual(await find({ files: { "/home/ann/.docker/config.json": config("a") } }), password("a"));
  assert.deepEqual(await find({ files: { "/home/ann/.config/containers/auth.json": config("b") } }), password("b"));
  const profile = {
    env: { HOME: "", USERPROFILE: "/users/ann" },
    files: { "/users/ann/.docker/config.json": config("c") },
  };
  assert.deepEqual(await find(profile), password("c"));
  assert.equal(await find({}), undefined);
});

Deno.test("auth/config-precedence: an empty file and a place that knows another host are passed over", async () => {
  const files = {
    "/home/ann/.docker/config.json": "",
    "/run/containers/auth.json": config("other", "quay.io"),
    "/home/ann/.config/containers/auth.json": "\ufeff" + JSON.stringify(config("podman")),
  };
  assert.deepEqual(await find({ env: { XDG_RUNTIME_DIR: "/run" }, files }), password("podman"));
});

Deno.test("auth/config-precedence: a configuration that is named is the only one", async () => {
  const world = fakeWorld({ env: { DOCKER_AUTH_CONFIG: JSON.stringify(config("variable")) } });
  const only = parseDockerConfig(JSON.stringify(config("named")), "/named.json");
  const find = findCredentials({ world, log: testContext().log, only });
  assert.deepEqual(await find("ghcr.io", "a"), { ...password("named"), from: "/named.json" });
  assert.equal(await find("quay.io", "a"), undefined);
});

Deno.test("auth/config-precedence: what comes after the place that knows is not read", async () => {
  const files = { "/home/ann/.docker/config.json": "not JSON" };
  assert.deepEqual(
    await find({ env: { DOCKER_AUTH_CONFIG: JSON.stringify(config("variable")) }, files }),
    password("variable"),
  );
});

Deno.test("auth/config-precedence: a file of somebody else is passed over with a warning", async () => {
  const files = {
    "/home/ann/.docker/config.json": new Error('Cannot read "config.json": permission denied'),
    "/home/ann/.config/containers/auth.json": config("podman"),
  };
  const { log } = testContext();
  const find = findCredentials({ world: fakeWorld({ env: { HOME: "/home/ann" }, files }), log });
  assert.deepEqual(await find("ghcr.io", "a"), {
    ...password("podman"),
    from: "/home/ann/.config/containers/auth.json",
  });
  assert.deepEqual(await find("ghcr.io", "b"), {
    ...password("podman"),
    from: "/home/ann/.config/containers/auth.json",
  });
  assert.deepEqual(log.lines, [
    'warn Cannot read "config.json": permission denied: going on without the credentials in it',
  ]);
});

Deno.test("credentialPlaces() names all places in the order of findCredentials(), and loginFile() one of them", async () => {
  const env = Object.assign({ HOME: "/home/ann" }, ...PLACES.map(([, env]) => env));
  const world = fakeWorld({ env, files: { "/etc/auth.json": config("ann") } });
  const places = credentialPlaces({ world, log: testContext().log });
  assert.deepEqual(places.map(({ name }) => name), [
    "DOCKER_AUTH_CONFIG",
    ...PLACES.slice(1).map(([, , path]) => path),
  ]);
  assert.deepEqual(await Promise.all(places.map(({ find }) => find("ghcr.io", ""))), [
    password("DOCKER_AUTH_CONFIG"),
    password("ann"),
    undefined,
    undefined,
    undefined,
  ]);
  assert.equal(loginFile(world), "/etc/auth.json");
  assert.equal(loginFile(fakeWorld({ env: { ...env, REGISTRY_AUTH_FILE: "" } })), "/etc/docker/config.json");
  assert.equal(loginFile(fakeWorld({ env: { HOME: "/home/ann" } })), "/home/ann/.docker/config.json");
  assert.equal(loginFile(fakeWorld({})), undefined);
});

const NAMESPACED: readonly (readonly [repository: string, expected: string])[] = [
  ["acme/app/web", "web"],
  ["acme/app", "app"],
  ["acme/app/api", "app"],
  ["acme/application", "acme"],
  ["other/app", "host"],
];

for (const [repository, expected] of NAMESPACED) {
  Deno.test(`auth/config-precedence: of podman's namespaced keys ${repository} gets "${expected}"`, async () => {
    const keys = { web: "ghcr.io/acme/app/web", app: "ghcr.io/acme/app", acme: "ghcr.io/acme", host: "ghcr.io" };
    const auths = Object.fromEntries(
      Object.entries(keys).map(([name, key]) => [key, { auth: btoa(`${name}:secret`) }]),
    );
    const files = { "/home/ann/.docker/config.json": { auths } };
    assert.deepEqual(await find({ files }, "ghcr.io", repository), password(expected));
  });
}

const ENTRIES: readonly (readonly [name: string, entry: unknown, expected: Credential | undefined | RegExp])[] = [
  ["auth", { auth: btoa("ann:a:b") }, password("ann", "a:b")],
  ["auth with NUL behind it", { auth: btoa("ann:secret\0\0") }, password("ann")],
  ["auth beyond ASCII", { auth: "w6Rubjpww6Rzcw==" }, password("änn", "päss")],
  ["username and password", { username: "ann", password: "secret" }, password("ann")],
  ["a refresh token", { auth: btoa("ann:"), identitytoken: "refresh" }, { kind: "identity-token", token: "refresh" }],
  ["a registry token", { registrytoken: "bearer" }, { kind: "registry-token", token: "bearer" }],
  ["an empty entry", {}, undefined],
  ["null", null, undefined],
  [
    "auth that is not base64",
    { auth: "%%secret%%" },
    /^Cannot parse .*config.json: the "auth" of ghcr.io is not base64/,
  ],
  ["auth without a colon", { auth: btoa("secret") }, /the "auth" of ghcr.io is not base64 of USER:PASSWORD/],
];

for (const [name, entry, expected] of ENTRIES) {
  Deno.test(`findCredentials() reads ${name}`, async () => {
    const finding = find({ files: { "/home/ann/.docker/config.json": { auths: { "ghcr.io": entry } } } });
    if (!(expected instanceof RegExp)) return assert.deepEqual(await finding, expected);
    await assert.rejects(finding, (error) => {
      assert.ok(error instanceof SyntaxError);
      assert.match(error.message, expected);
      assert.doesNotMatch(error.message, /secret/);
      return true;
    });
  });
}

Deno.test("findCredentials() leaves a broken entry of another host alone", async () => {
  const auths = { "quay.io": { auth: "%%" }, "ghcr.io": { auth: btoa("ann:secret") } };
  assert.deepEqual(await find({ files: { "/home/ann/.docker/config.json": { auths } } }), password("ann"));
});

Deno.test("findCredentials() takes the URLs of old files for their host", async () => {
  for (const key of ["https://ghcr.io", "https://ghcr.io/v2/", "http://ghcr.io/v1/", "ghcr.io/", "ghcr.io/v1/"]) {
    assert.deepEqual(await find({ files: { "/home/ann/.docker/config.json": config("ann", key) } }), password("ann"));
  }
  assert.equal(
    await find({ files: { "/home/ann/.docker/config.json": config("ann", "https://ghcr.io.evil/") } }),
    undefined,
  );
});

const MALFORMED: readonly (readonly [text: string, problem: string])[] = [
  ["{secret", "it is not JSON from line 1, column 2 on"],
  ['{\n\t"auths": {\n\t\t"ghcr.io": "secret"\n\t\t"quay.io": {}', "it is not JSON from line 4, column 3 on"],
  ["[]", "it is not a JSON object"],
  ['"secret"', "it is not a JSON object"],
];

for (const [text, problem] of MALFORMED) {
  Deno.test(`findCredentials() says of ${JSON.stringify(text)} where it is not JSON, and nothing of what it holds`, async () => {
    await assert.rejects(find({ files: { "/home/ann/.docker/config.json": text } }), (error) => {
      assert.ok(error instanceof SyntaxError && error.cause === undefined);
      assert.equal(error.message, `Cannot parse /home/ann/.docker/config.json: ${problem}`);
      return true;
    });
  });
}

const ANSWER = JSON.stringify({ ServerURL: "ghcr.io", Username: "ann", Secret: "from helper" });

Deno.test("findCredentials() asks the helper of a host, then the store, then the file", async () => {
  const files = {
    "/home/ann/.docker/config.json": {
      auths: { "quay.io": { auth: btoa("file:secret") } },
      credHelpers: { "ghcr.io": "own" },
      credsStore: "store",
    },
  };
  const programs = {
    "docker-credential-own": () => ({ stdout: ANSWER }),
    "docker-credential-store": () => ({ code: 1, stdout: "credentials not found in native keychain\n" }),
  };
  assert.deepEqual(await find({ files, programs }), password("ann", "from helper"));
  assert.deepEqual(await find({ files, programs }, "quay.io"), password("file"));
});

Deno.test("findCredentials() runs no helper for a host whose helper has an empty name", async () => {
  const auths = { "ghcr.io": { auth: btoa("file:secret") } };
  const files = { "/home/ann/.docker/config.json": { auths, credHelpers: { "ghcr.io": "" }, credsStore: "store" } };
  const programs = { "docker-credential-store": () => ({ stdout: ANSWER }) };
  assert.deepEqual(await find({ files, programs }), password("file"));
});

Deno.test("findCredentials() finds Docker Hub's helper under each of its names", async () => {
  const programs = { "docker-credential-own": () => ({ stdout: ANSWER }) };
  for (const name of HUB_NAMES) {
    const files = { "/home/ann/.docker/config.json": { credHelpers: { [name]: "own" } } };
    assert.deepEqual(await find({ files, programs }, "docker.io"), password("ann", "from helper"), name);
  }
});

Deno.test("findCredentials() takes an answer of empty texts for none", async () => {
  const files = { "/home/ann/.docker/config.json": { credsStore: "store" } };
  const stdout = JSON.stringify({ ServerURL: "", Username: "", Secret: "" });
  assert.equal(await find({ files, programs: { "docker-credential-store": () => ({ stdout }) } }), undefined);
});

Deno.test("findCredentials() hands a helper the name that Docker uses, and asks it once", async () => {
  const world = fakeWorld({
    env: { DOCKER_AUTH_CONFIG: JSON.stringify({ credsStore: "store" }) },
    programs: {
      "docker-credential-store": () => ({ stdout: JSON.stringify({ Username: "<token>", Secret: "refresh" }) }),
    },
  });
  const source = findCredentials({ world, log: testContext().log });
  const expected: Credential = { kind: "identity-token", token: "refresh", from: "DOCKER_AUTH_CONFIG" };
  assert.deepEqual(await Promise.all([source("docker.io", "a"), source("docker.io", "b")]), [expected, expected]);
  assert.deepEqual(world.ran, ["docker-credential-store get https://index.docker.io/v1/"]);
});

const WARNINGS: readonly (readonly [string, WorldOptions["programs"], string])[] = [
  ["auth/helper-missing-binary", {}, "warn docker-credential-store, named in DOCKER_AUTH_CONFIG, is not installed"],
  [
    "auth/helper-not-found-message",
    { "docker-credential-store": () => ({ code: 1, stdout: "credentials not found in native keychain" }) },
    "warn docker-credential-store, named in DOCKER_AUTH_CONFIG, has no credentials for ghcr.io",
  ],
];

for (const [name, programs, warning] of WARNINGS) {
  Deno.test(`${name}: goes on without, and says so once`, async () => {
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ credsStore: "store" }) };
    const world = fakeWorld({ env, ...(programs === undefined ? {} : { programs }) });
    const { log } = testContext();
    const source = findCredentials({ world, log });
    assert.equal(await source("ghcr.io", "a"), undefined);
    assert.equal(await source("ghcr.io", "b"), undefined);
    assert.deepEqual(log.lines, [warning]);
  });
}

Deno.test("auth/helper-not-found-message: nobody is warned when another place knows", async () => {
  const world = fakeWorld({
    env: { HOME: "/home/ann", DOCKER_AUTH_CONFIG: JSON.stringify({ credsStore: "store" }) },
    files: { "/home/ann/.docker/config.json": config("ann") },
    programs: { "docker-credential-store": () => ({ code: 1, stdout: "credentials not found in native keychain" }) },
  });
  const { log } = testContext();
  assert.deepEqual(await findCredentials({ world, log })("ghcr.io", "a"), {
    ...password("ann"),
    from: "/home/ann/.docker/config.json",
  });
  assert.deepEqual(log.lines, []);
});

const FAILURES: readonly (readonly [string, Partial<ProgramResult>, RegExp])[] = [
  ["an error", { code: 1, stderr: "keychain is\nlocked" }, /get: it ended with 1, keychain is locked$/],
  ["an error on standard output", { code: 2, stdout: "\u001b[2Jlocked\n" }, /get: it ended with 2, \[2Jlocked$/],
  ["a long error", { code: 1, stdout: "x".repeat(1e6) }, /^Cannot use docker-credential-own get: .{0,40}x{300}\u2026$/],
  ["an error with an answer", { code: 1, stdout: '{"Secret":"secret"}' }, /get: it ended with 1$/],
  ["no JSON", { stdout: "secret" }, /get: it is not a name and a secret$/],
  ["JSON without a secret", { stdout: '{"Username":"secret"}' }, /get: it is not a name and a secret$/],
];

for (const [name, result, message] of FAILURES) {
  Deno.test(`auth/helper: ${name} is not taken for "no credentials"`, async () => {
    const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ credHelpers: { "ghcr.io": "own" } }) };
    await assert.rejects(find({ env, programs: { "docker-credential-own": () => result } }), (error) => {
      assert.ok(error instanceof Error);
      assert.match(error.message, message);
      assert.doesNotMatch(error.message, /"secret|secret"/);
      return true;
    });
  });
}

Deno.test("findCredentials() runs no program that a path could hide in", async () => {
  const env = { DOCKER_AUTH_CONFIG: JSON.stringify({ credsStore: "x/../../tmp/evil" }) };
  await assert.rejects(find({ env }), /as a credential helper: it is not a plain name/);
});

Deno.test("findCredentials() says what is wrong with the name of a file that somebody has named", async () => {
  const warnings = async (env: Readonly<Record<string, string>>, files = {}): Promise<readonly string[]> => {
    const { log } = testContext();
    const world = fakeWorld({ env: { HOME: "/home/ann", ...env }, files });
    assert.equal(await findCredentials({ world, log })("ghcr.io", "acme/app"), undefined);
    return log.lines;
  };
  assert.deepEqual(await warnings({}), []);
  assert.deepEqual(await warnings({ DOCKER_CONFIG: "/etc/docker" }), []);
  assert.deepEqual(await warnings({ DOCKER_CONFIG: "/d/config.json" }, { "/d/config.json": {} }), [
    "warn DOCKER_CONFIG names the directory of config.json, and /d/config.json is a file",
  ]);
  assert.deepEqual(await warnings({ REGISTRY_AUTH_FILE: "~/auth.json" }), [
    "warn There is no ~/auth.json, which REGISTRY_AUTH_FILE names",
  ]);
});
