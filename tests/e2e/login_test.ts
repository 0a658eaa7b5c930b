/**
 * `gantry login`, `gantry logout`, and where the other commands take credentials from.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { run } from "../../src/cli/run.ts";
import { fakeWorld } from "../cli/fake_world.ts";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "../support/fake_registry.ts";
import { gantry, type GantryResult } from "../support/gantry.ts";
import { writeScript } from "../support/script.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const USERS = { ann: "s:ecret" };
const ROOT = new URL("../../", import.meta.url).pathname;

interface Place {
  readonly registry: FakeRegistry;
  readonly host: string;
  /** Where the file that a login writes stands. */
  readonly config: string;
  /** An empty directory that is in `PATH`. */
  readonly bin: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command at home, with more of an environment where it is given. */
  readonly at: (args: readonly string[], more?: Readonly<Record<string, string>>) => Promise<GantryResult>;
  /** Logs in as ann. */
  readonly login: (password?: string, ...flags: readonly string[]) => Promise<GantryResult>;
  /** Pushes something. */
  readonly push: (more?: Readonly<Record<string, string>>, ...flags: readonly string[]) => Promise<GantryResult>;
}

async function withHome(options: FakeRegistryOptions, test: (place: Place) => Promise<void>): Promise<void> {
  await using directory = await tempDirectory();
  await using registry = startFakeRegistry(options);
  const { host } = registry;
  await writeTree(directory.path, { "source/a.yaml": "a: 1\n", "bin/.keep": "" });
  const [home, bin, source] = ["home", "bin", "source"].map((name) => join(directory.path, name));
  const env = { HOME: home ?? "", PATH: `${bin}:/usr/bin:/bin` };
  const at: Place["at"] = (args, more = {}) => gantry(args, { env: { ...env, ...more } });
  await test({
    registry,
    host,
    config: join(home ?? "", ".docker", "config.json"),
    bin: bin ?? "",
    env,
    at,
    login: (password = USERS.ann, ...flags) =>
      gantry(["login", host, "-u", "ann", "--password-stdin", ...flags], {
        env,
        stdin: new TextEncoder().encode(`${password}\n`),
      }),
    push: (more, ...flags) => at(["push", source ?? "", `oci://${host}/acme/app:edge`, ...flags], more),
  });
}

/** The names that were shown to the registry or its token server. */
function shownNames({ requests }: FakeRegistry): readonly string[] {
  const headers = requests.map(({ headers }) => headers.get("authorization") ?? "");
  const basic = headers.filter((header) => header.startsWith("Basic "));
  return [...new Set(basic.map((header) => atob(header.slice("Basic ".length)).split(":")[0] ?? ""))];
}

/** Writes a helper that keeps one credential in a file beside it, and notes what it is asked. */
async function writeHelper(bin: string, name = "fake"): Promise<void> {
  await writeScript(
    bin,
    `docker-credential-${name}`,
    `cd '${bin}' && echo "$1" >> calls`,
    'case "$1" in',
    "  store) cat > kept ;;",
    "  erase) rm kept ;;",
    '  get) cat kept 2> /dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;',
    "esac",
  );
}

async function readIfThere(path: string): Promise<string> {
  return await Deno.readTextFile(path).catch(() => "");
}

async function writeConfig(path: string, config: unknown): Promise<void> {
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify(config));
}

for (const mode of ["basic", "bearer"] as const) {
  Deno.test(`login keeps what a registry with ${mode} takes, push uses it, and logout forgets it`, async () => {
    await withHome({ auth: { mode, users: USERS } }, async ({ host, config, at, login, push }) => {
      const stranger = await push();
      assert.equal(stranger.code, 1);
      assert.match(
        stranger.stderr,
        new RegExp(`^advice: log in with \`gantry login ${host}\`, or pass --username and --password-stdin$`, "m"),
      );

      assert.deepEqual(await login(), {
        code: 0,
        stdout: "",
        stderr: `Logged in to ${host}: kept in ${config}\n` +
          `warning: The password in ${config} is not encrypted: ` +
          `a credential helper, named there as "credsStore", is safer\n`,
      });
      assert.deepEqual(JSON.parse(await Deno.readTextFile(config)), {
        auths: { [host]: { auth: btoa("ann:s:ecret") } },
      });
      assert.equal((await push()).code, 0);

      assert.deepEqual(await at(["logout", host]), { code: 0, stdout: "", stderr: `Logged out of ${host}\n` });
      assert.deepEqual(JSON.parse(await Deno.readTextFile(config)), { auths: {} });
      assert.equal((await push({}, "--force")).code, 1);
      assert.deepEqual(await at(["logout", host]), {
        code: 0,
        stdout: "",
        stderr: `Not logged in to ${host}: ${config} has no credentials for it\n`,
      });
    });
  });

  Deno.test(`login keeps nothing that a registry with ${mode} refuses, and does not repeat it`, async () => {
    await withHome({ auth: { mode, users: USERS } }, async ({ host, config, login }) => {
      const { code, stdout, stderr } = await login("a-wrong-one");
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, new RegExp(`^error: Cannot log in to ${host}: UNAUTHORIZED \\(401\\), .*\nadvice: check `));
      assert.doesNotMatch(stderr, /a-wrong-one|gantry login/);
      assert.equal(await readIfThere(config), "");
    });
  });
}

Deno.test("login says that nobody has checked what a registry does not want", async () => {
  await withHome({}, async ({ host, config, login }) => {
    const { code, stderr } = await login();
    assert.equal(code, 0);
    assert.match(
      stderr,
      new RegExp(`^warning: ${host} lets everybody in, so nobody has checked the credentials$`, "m"),
    );
    assert.match(await Deno.readTextFile(config), new RegExp(host));
  });
});

Deno.test("login writes the file that is named, and only push with that name uses it", async () => {
  await withHome({ auth: { mode: "basic", users: USERS } }, async ({ host, config, bin, at, login, push }) => {
    const named = join(bin, "auth.json");
    assert.equal((await login(USERS.ann, "--registry-config", named)).code, 0);
    assert.equal(await readIfThere(config), "");
    assert.equal((await push()).code, 1);
    assert.equal((await push({}, "--registry-config", named)).code, 0);
    assert.equal((await at(["logout", host, "--registry-config", named])).stderr, `Logged out of ${host}\n`);
    assert.equal((await push({}, "--registry-config", named)).code, 1);
  });
});

Deno.test("login takes GANTRY_USERNAME and GANTRY_PASSWORD", async () => {
  await withHome({ auth: { mode: "basic", users: USERS } }, async ({ host, config, at }) => {
    const { code } = await at(["login", host], { GANTRY_USERNAME: "ann", GANTRY_PASSWORD: USERS.ann });
    assert.equal(code, 0);
    assert.match(await Deno.readTextFile(config), new RegExp(host));
  });
});

Deno.test("login says which place comes before the one that it has written, and logout which one still knows", async () => {
  await withHome({ auth: { mode: "basic", users: USERS } }, async ({ host, env, at }) => {
    const more = {
      DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [host]: { auth: btoa("other:secret") } } }),
      GANTRY_USERNAME: "ann",
      GANTRY_PASSWORD: USERS.ann,
    };
    const podman = join(env.HOME ?? "", ".config/containers/auth.json");
    await writeConfig(podman, { auths: { [host]: { auth: btoa("podman:secret") } } });
    const login = await at(["login", host], more);
    assert.deepEqual(login.stderr.split("\n").slice(2), [
      `warning: DOCKER_AUTH_CONFIG has credentials for ${host} too, and they come first`,
      "",
    ]);
    const logout = await at(["logout", host], more);
    assert.deepEqual(logout.stderr.split("\n").slice(1), [
      `warning: DOCKER_AUTH_CONFIG still has credentials for ${host}`,
      `warning: ${podman} still has credentials for ${host}`,
      "",
    ]);
  });
});

const REFUSED: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [["login"], /Missing required argument 'host'/],
  [["login", "ghcr.io/acme"], /A login is for a registry/],
  [["logout", "ghcr.io/acme"], /A login is for a registry/],
  [["login", "HOST"], /There is no terminal to ask on: pass --username and --password-stdin/],
  [["login", "HOST", "-u", "ann"], /There is no terminal to ask on/],
  [["login", "HOST", "--password-stdin"], /--password-stdin needs --username/],
  [["login", "HOST", "-u", "ann", "--password-stdin"], /The password on standard input is empty/],
  [["login", "HOST", "--creds", ":s3cret"], /A login needs a user name and a password/],
  [["login", "HOST", "--creds", "token"], /A login needs a user name and a password/],
];

for (const [args, message] of REFUSED) {
  Deno.test(`gantry ${args.join(" ")} ends with 2 and contacts nobody`, async () => {
    await withHome({ auth: { mode: "basic", users: USERS } }, async ({ host, registry, at }) => {
      const { code, stderr } = await at(args.map((arg) => arg === "HOST" ? host : arg));
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
      assert.deepEqual(registry.requests, []);
    });
  });
}

Deno.test("login refuses a user name that neither a file nor a request can hold", async () => {
  await withHome({}, async ({ registry, host, at }) => {
    const { code, stderr } = await at(["login", host], { GANTRY_USERNAME: "a:b", GANTRY_PASSWORD: "secret" });
    assert.deepEqual([code, stderr], [2, "error: A user name cannot hold a colon\n"]);
    assert.deepEqual(registry.requests, []);
  });
});

Deno.test("login needs a home directory or the name of a file", async () => {
  const { code, stderr } = await gantry(["login", "ghcr.io"]);
  assert.equal(code, 2);
  assert.equal(stderr, "error: There is no home directory to keep a login in: name a file with --registry-config\n");
});

Deno.test("login asks for what is missing where there is a terminal", async () => {
  await withHome({ auth: { mode: "basic", users: USERS } }, async ({ host, env, config }) => {
    const questions: string[] = [];
    const answer = (text: string) => (question: string): Promise<string> => {
      questions.push(question);
      return Promise.resolve(text);
    };
    const world = fakeWorld();
    const code = await run(["login", host], {
      ...world,
      env: (name) => Object.entries(env).find(([key]) => key === name)?.[1],
      prompt: { line: answer("ann"), hidden: answer(USERS.ann) },
    });
    assert.equal(code, 0, world.written.stderr);
    assert.deepEqual(questions, [`User name for ${host}: `, "Password for ann: "]);
    assert.match(await Deno.readTextFile(config), new RegExp(host));
  });
});

if (Deno.build.os === "linux") {
  toolTest("login reads the password from a real terminal without showing it", ["script"], async () => {
    await withHome({ auth: { mode: "bearer", users: USERS } }, async ({ host, config }) => {
      const command = `'${Deno.execPath()}' run -A --frozen main.ts login ${host}`;
      const child = new Deno.Command("script", {
        args: ["-qec", command, "/dev/null"],
        cwd: ROOT,
        // The home directory stays: Deno keeps there what it has downloaded.
        env: { DOCKER_CONFIG: join(config, ".."), REGISTRY_AUTH_FILE: "", GANTRY_USERNAME: "", GANTRY_PASSWORD: "" },
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
      }).spawn();
      const writer = child.stdin.getWriter();
      const answers = [["User name for ", "ann\r"], ["Password for ann: ", `${USERS.ann}\r`]];
      let shown = "";
      for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
        shown += text;
        const [question, answer] = answers[0] ?? [];
        if (question === undefined || !shown.includes(question)) continue;
        answers.shift();
        await writer.write(new TextEncoder().encode(answer));
      }
      await writer.close();
      assert.equal((await child.status).code, 0, shown);
      assert.match(shown, new RegExp(`Logged in to ${host}: kept in `));
      assert.doesNotMatch(shown, /s:ecret/);
      assert.match(await Deno.readTextFile(config), new RegExp(host));
    });
  });
}

/** Where credentials may come from, the first to win at the top; every place knows somebody with its own name. */
const SOURCES: readonly (readonly [name: string, flags: readonly string[], env: Readonly<Record<string, string>>])[] = [
  ["flags", ["--creds", "flags:secret"], {}],
  ["variables", [], { GANTRY_USERNAME: "variables", GANTRY_PASSWORD: "secret" }],
  ["named", ["--registry-config", "HOME/named"], {}],
  ["DOCKER_AUTH_CONFIG", [], { DOCKER_AUTH_CONFIG: '{"auths":{"HOST":{"auth":"AUTH"}}}' }],
  ["REGISTRY_AUTH_FILE", [], { REGISTRY_AUTH_FILE: "HOME/REGISTRY_AUTH_FILE" }],
  ["docker", [], { DOCKER_CONFIG: "HOME/docker" }],
  ["runtime", [], { XDG_RUNTIME_DIR: "HOME/runtime" }],
  ["podman", [], {}],
];

for (const [at, [first]] of SOURCES.entries()) {
  Deno.test(`auth/config-precedence: push shows who "${first}" says, whatever comes after it`, async () => {
    const users = Object.fromEntries(SOURCES.map(([name]) => [name, "secret"]));
    await withHome({ auth: { mode: "basic", users } }, async ({ registry, host, env, push }) => {
      const home = env.HOME ?? "";
      const entry = (name: string): unknown => ({ auths: { [host]: { auth: btoa(`${name}:secret`) } } });
      await writeConfig(join(home, "named"), entry("named"));
      await writeConfig(join(home, "REGISTRY_AUTH_FILE"), entry("REGISTRY_AUTH_FILE"));
      await writeConfig(join(home, "docker/config.json"), entry("docker"));
      await writeConfig(join(home, "runtime/containers/auth.json"), entry("runtime"));
      await writeConfig(join(home, ".config/containers/auth.json"), entry("podman"));
      const filled = (text: string): string =>
        text.replace("HOME", home).replace("HOST", host).replace('AUTH"', `${btoa("DOCKER_AUTH_CONFIG:secret")}"`);
      const rest = SOURCES.slice(at);
      const more = Object.fromEntries(
        rest.flatMap(([, , env]) => Object.entries(env)).map(([name, value]) => [name, filled(value)]),
      );
      const { code, stderr } = await push(more, ...rest.flatMap(([, flags]) => flags.map(filled)));
      assert.equal(code, 0, stderr);
      assert.deepEqual(shownNames(registry), [first]);
    });
  });
}

Deno.test("push wants the password that belongs to a user name", async () => {
  await withHome({ auth: { mode: "basic", users: USERS } }, async ({ registry, login, push }) => {
    assert.equal((await login()).code, 0);
    registry.clearLog();
    const { code, stderr } = await push({}, "-u", "ann");
    assert.equal(code, 2);
    assert.match(stderr, /^error: --username needs --password-stdin, or GANTRY_PASSWORD$/m);
    assert.deepEqual(registry.requests, []);
    assert.equal((await push({ GANTRY_PASSWORD: USERS.ann }, "-u", "ann")).code, 0);
  });
});

Deno.test("push does not show what it has found, whatever the registry says", async () => {
  await withHome({ auth: { mode: "basic", users: USERS } }, async ({ registry, login, push }) => {
    assert.equal((await login()).code, 0);
    const said = `${USERS.ann} and ${btoa(`ann:${USERS.ann}`)}`;
    const answer = (): Response => Response.json({ errors: [{ code: "DENIED", message: said }] }, { status: 403 });
    registry.fault({ method: "PUT", path: /\/manifests\//, times: Infinity, fault: { kind: "answer", answer } });
    const { code, stderr } = await push();
    assert.equal(code, 1);
    assert.match(stderr, /DENIED \(403\), \*\*\* and \*\*\* /);
    assert.match(stderr, /^advice: the credentials are known but not allowed to do this/m);
  });
});

Deno.test("auth/config-precedence: variables that are empty are not set", async () => {
  await withHome({ auth: { mode: "basic", users: USERS } }, async ({ login, push }) => {
    assert.equal((await login()).code, 0);
    const empty = { GANTRY_USERNAME: "ann", GANTRY_PASSWORD: "", DOCKER_AUTH_CONFIG: "", REGISTRY_AUTH_FILE: "" };
    assert.equal((await push(empty)).code, 0);
  });
});

Deno.test("auth/config-precedence: a file that is named must be there and make sense, before anything is sent", async () => {
  await withHome({}, async ({ registry, bin, push }) => {
    const path = join(bin, "config.json");
    const absent = await push({}, "--registry-config", path);
    assert.equal(absent.code, 2);
    assert.match(absent.stderr, /^error: Cannot read ".*config\.json": /m);
    await Deno.writeTextFile(path, '{"auths": {"ghcr.io": {"auth": s3cret}}}');
    const malformed = await push({}, "--registry-config", path);
    assert.equal(malformed.code, 2);
    assert.match(malformed.stderr, /^error: Cannot parse .*config\.json: it is not JSON from line 1, column 32 on$/m);
    assert.deepEqual(registry.requests, []);
  });
});

Deno.test("auth/docker-io-aliases: login writes Docker Hub's own name, and logout takes any", async () => {
  await withHome({}, async ({ config, at }) => {
    // Nothing is sent to Docker Hub: what a login there has written is put here.
    await writeConfig(config, { auths: { "https://index.docker.io/v1/": { auth: btoa("ann:secret") } } });
    assert.equal((await at(["logout", "registry-1.docker.io"])).stderr, "Logged out of registry-1.docker.io\n");
    assert.deepEqual(JSON.parse(await Deno.readTextFile(config)), { auths: {} });
  });
});

Deno.test("auth/helper: login, push and logout go through the helper, which is asked once", async () => {
  await withHome({ auth: { mode: "bearer", users: USERS } }, async ({ host, config, bin, at, login, push }) => {
    await writeHelper(bin);
    await writeConfig(config, { credsStore: "fake" });
    assert.equal((await login()).stderr, `Logged in to ${host}: kept by docker-credential-fake\n`);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(config)), { credsStore: "fake", auths: { [host]: {} } });
    assert.deepEqual(JSON.parse(await Deno.readTextFile(join(bin, "kept"))), {
      ServerURL: host,
      Username: "ann",
      Secret: USERS.ann,
    });
    await Deno.remove(join(bin, "calls"));
    const pushed = await push();
    assert.equal(pushed.code, 0, pushed.stderr);
    assert.equal(await Deno.readTextFile(join(bin, "calls")), "get\n");
    assert.equal((await at(["logout", host])).stderr, `Logged out of ${host}\n`);
    assert.equal(await readIfThere(join(bin, "kept")), "");
    assert.deepEqual(JSON.parse(await Deno.readTextFile(config)), { credsStore: "fake", auths: {} });
  });
});

Deno.test("auth/helper: nobody asks a helper when the registry wants to know nothing", async () => {
  await withHome({}, async ({ config, bin, push }) => {
    await writeHelper(bin);
    await writeConfig(config, { credsStore: "fake" });
    assert.equal((await push()).code, 0);
    assert.equal(await readIfThere(join(bin, "calls")), "");
  });
});

for (
  const [name, ...lines] of [
    ["fails", "echo 'the keychain is locked'", "exit 1"],
    ["answers something else", "echo 'no JSON'"],
  ]
) {
  Deno.test(`auth/helper: one that ${name} stops nobody who needs no credentials, and -v tells of it`, async () => {
    await withHome({ auth: { mode: "bearer", anonymous: ["pull", "push"] } }, async ({ config, bin, push }) => {
      await writeScript(bin, "docker-credential-fake", ...lines);
      await writeConfig(config, { credsStore: "fake" });
      const quiet = await push();
      assert.equal(quiet.code, 0, quiet.stderr);
      assert.doesNotMatch(quiet.stderr, /docker-credential/);
      assert.match(
        (await push({}, "-v")).stderr,
        /docker-credential-fake get: .*: going on without what it may know$/m,
      );
    });
  });
}

for (const auth of [{ mode: "basic", users: USERS }, { mode: "bearer", users: USERS }] as const) {
  Deno.test(`auth/helper: one that fails is named where a registry with ${auth.mode} lets nobody in`, async () => {
    await withHome({ auth }, async ({ config, bin, push }) => {
      await writeScript(bin, "docker-credential-fake", "echo 'the keychain is locked'", "exit 1");
      await writeConfig(config, { credsStore: "fake" });
      const { code, stderr } = await push();
      assert.equal(code, 1);
      const said =
        "without credentials: Cannot use docker-credential-fake get: it ended with 1, the keychain is locked";
      assert.match(stderr, new RegExp(`^error: Cannot .*\\(401\\).*, ${said}$`, "m"));
      assert.match(stderr, /^advice: repair the credential helper, or pass --username and --password-stdin$/m);
    });
  });
}

Deno.test("auth/helper-not-found-message: push goes on as nobody, and says so once", async () => {
  await withHome({ auth: { mode: "bearer", anonymous: ["pull", "push"] } }, async ({ host, config, bin, push }) => {
    await writeHelper(bin);
    await writeConfig(config, { credsStore: "fake" });
    const { code, stderr } = await push();
    assert.equal(code, 0, stderr);
    assert.deepEqual(stderr.match(/^warning: .*$/gm), [
      `warning: docker-credential-fake, named in ${config}, has no credentials for ${host}`,
    ]);
  });
});

Deno.test("auth/helper-missing-binary: push goes on as nobody, and says so once", async () => {
  await withHome({ auth: { mode: "bearer", anonymous: ["pull", "push"] } }, async ({ config, push }) => {
    await writeConfig(config, { credsStore: "fake" });
    const { code, stderr } = await push();
    assert.equal(code, 0, stderr);
    assert.deepEqual(stderr.match(/^warning: .*$/gm), [
      `warning: docker-credential-fake, named in ${config}, is not installed`,
    ]);
  });
});

Deno.test("auth/helper-missing-binary: login says that it cannot keep anything", async () => {
  await withHome({ auth: { mode: "basic", users: USERS } }, async ({ config, login }) => {
    await writeConfig(config, { credsStore: "fake" });
    const { code, stderr } = await login();
    assert.equal(code, 1);
    assert.equal(stderr, "error: Cannot run docker-credential-fake: there is no such program\n");
    assert.deepEqual(JSON.parse(await Deno.readTextFile(config)), { credsStore: "fake" });
  });
});
