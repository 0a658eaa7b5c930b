/**
 * `gantry push` to a registry: what it sends, what it says when the registry says no, and what it leaves behind.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import { gantry, type GantryResult, push } from "../support/gantry.ts";
import { sampleKeyPath } from "../support/sample_keys.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

async function withSource(test: (source: string, directory: string) => Promise<void>): Promise<void> {
  await using directory = await tempDirectory();
  const source = join(directory.path, "source");
  await writeTree(source, { "a.yaml": "a: 1\n", "b/c.yaml": "c: 2\n" });
  await test(source, directory.path);
}

function answers(registry: FakeRegistry, status: number, body: string, type = "application/json"): void {
  registry.fault({
    times: Infinity,
    fault: {
      kind: "answer",
      answer: () => new Response(body, { status, headers: { "content-type": type } }),
    },
  });
}

Deno.test("a tag of a repository that the registry does not know is told as that", async () => {
  await using registry = startFakeRegistry();
  const place = `oci://${registry.host}/acme/nope`;
  const privateKey = fileURLToPath(sampleKeyPath("p256.pem"));
  const publicKey = fileURLToPath(sampleKeyPath("p256.pub"));
  const commands = [
    ["pull", `${place}:1`, "./out"],
    ["pull", `${place}:1`, "./out", "--verify-key", publicKey],
    ["inspect", `${place}:1`],
    ["tag", `${place}:1`, "2"],
    ["sign", `${place}:1`, "--key", privateKey],
    ["verify", `${place}:1`, "--key", publicKey],
  ];
  for (const args of commands) {
    const { code, stderr } = await gantry(args);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^error: Cannot find oci:\/\/[^ ]+\/acme\/nope: there is no such repository\nadvice: check the /m,
    );
  }
});

Deno.test("push sends blobs, then the manifest under its tags, and an unchanged artifact is not sent again", async () => {
  await withSource(async (source) => {
    await using registry = startFakeRegistry();
    const target = `oci://${registry.host}/acme/app`;
    const first = await push([source, target, "--version", "1.0.0", "--latest"]);
    assert.deepEqual(first.targets[0]?.tags, ["1.0.0", "latest"]);
    const writes = registry.requests.filter(({ method }) => method !== "HEAD" && method !== "GET");
    const manifests = writes.map(({ path }) => path.replace(/.*\/(blobs|manifests)\//, "$1 ")).filter((what) =>
      what.startsWith("manifests")
    );
    // Nothing stands between the upload and the tags, so they bring the manifest.
    assert.deepEqual(manifests.toSorted(), ["manifests 1.0.0", "manifests latest"]);
    assert.ok(writes.slice(-2).every(({ path }) => path.includes("/manifests/")));
    assert.deepEqual([...registry.repositories.get("acme/app")?.manifests.keys() ?? []], [first.digest]);

    registry.clearLog();
    const second = await push([source, target, "--version", "1.0.0", "--latest"]);
    assert.equal(second.digest, first.digest);
    assert.equal(second.targets[0]?.bytesSent, 0);
    assert.deepEqual(registry.summary().filter((line) => !/^(HEAD|GET)/.test(line)), []);
  });
});

Deno.test("push says when a tag has moved that looks like a version and was given as a mere tag", async () => {
  await withSource(async (source, directory) => {
    await using registry = startFakeRegistry();
    const places = [`oci://${registry.host}/acme/app`, `oci-layout:${join(directory, "layout")}`];
    const pushed = async (...args: readonly string[]): Promise<string> => (await gantry(["push", ...args])).stderr;
    const targets = places.map((place) => `${place}:1.2.3`);
    const { digest } = await push([source, ...targets, "-t", "stable"]);
    const again = await pushed(source, ...targets, "-t", "stable");
    assert.doesNotMatch(again, /warning/);
    await Deno.writeTextFile(join(source, "a.yaml"), "a: 2\n");
    const moved = await pushed(source, ...targets, "-t", "stable");
    const warnings = places.map((place) =>
      `warning: Moved the tag "1.2.3" of ${place}, which pointed to ${digest}: ` +
      "--version gives a version that never moves, and with --immutable no tag does\n"
    );
    assert.deepEqual(moved.match(/^warning: .*\n/gm), warnings);
    const second = await pushed(source, places[0] ?? "", "-t", "v1.2.4");
    await Deno.writeTextFile(join(source, "a.yaml"), "a: 3\n");
    const third = await pushed(source, places[0] ?? "", "-t", "v1.2.4");
    assert.doesNotMatch(second, /warning/);
    assert.match(third, /^warning: Moved the tag "v1\.2\.4" of /m);
    const forced = await pushed(source, places[0] ?? "", "--version", "1.2.3", "--force");
    assert.doesNotMatch(forced, /warning/);
  });
});

Deno.test("push refuses to move a version before it uploads anything, and --force moves it", async () => {
  await withSource(async (source, directory) => {
    await using registry = startFakeRegistry();
    const target = `oci://${registry.host}/acme/app`;
    const layout = `oci-layout:${join(directory, "layout")}`;
    const first = await push([source, target, layout, "--version", "1.0.0"]);
    await Deno.writeTextFile(join(source, "a.yaml"), "a: 2\n");
    registry.clearLog();
    for (const place of [target, layout]) {
      const refused = await gantry(["push", source, place, "--version", "1.0.0", "--latest"]);
      assert.equal(refused.code, 1);
      const planned = await gantry(["plan", source, place, "--version", "1.0.0", "-o", "json"]);
      assert.equal(
        refused.stderr,
        `Profile generic: no other fits the source; choose another with --profile\n` +
          `error: Cannot move tag "1.0.0" of ${place}: it is immutable and already points to ${first.digest}, ` +
          `and this is ${JSON.parse(planned.stdout).digest}\n` +
          `advice: publish a new version, or move the tag with --force; ` +
          `\`gantry diff ${place}:1.0.0 ${source}\` shows why\n`,
      );
    }
    assert.deepEqual(registry.summary().filter((line) => !/^(HEAD|GET)/.test(line)), []);

    const forced = await push([source, target, layout, "--version", "1.0.0", "--force"]);
    assert.notEqual(forced.digest, first.digest);
    const again = await push([source, target, layout, "--version", "1.0.0"]);
    assert.equal(again.digest, forced.digest);
  });
});

Deno.test("push advises to no comparison with what cannot be compared", async () => {
  await withSource(async (source) => {
    await using registry = startFakeRegistry();
    const target = `oci://${registry.host}/acme/app`;
    await push([source, target, "--version", "1.0.0"]);
    const { stderr } = await gantry(["push", join(source, "a.yaml"), target, "--version", "1.0.0"]);
    assert.match(stderr, /^advice: publish a new version, or move the tag with --force$/m);
  });
});

Deno.test("push lets other tags move unless --immutable is given", async () => {
  await withSource(async (source) => {
    await using registry = startFakeRegistry();
    const target = `oci://${registry.host}/acme/app:edge`;
    await push([source, target, "-t", "main"]);
    await Deno.writeTextFile(join(source, "a.yaml"), "a: 2\n");
    await push([source, target, "-t", "main"]);
    await Deno.writeTextFile(join(source, "a.yaml"), "a: 3\n");
    const refused = await gantry(["push", source, `oci://${registry.host}/acme/app`, "-t", "main", "--immutable"]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /^error: Cannot move tag "main"/m);
  });
});

Deno.test("push without a version and a tag publishes by digest only", async () => {
  await withSource(async (source) => {
    await using registry = startFakeRegistry();
    const { digest, tag } = await push([source, `oci://${registry.host}/acme/app`]);
    assert.equal(tag, undefined);
    assert.deepEqual([...registry.repositories.get("acme/app")?.tags.keys() ?? []], []);
    assert.ok(registry.repositories.get("acme/app")?.manifests.has(digest));
  });
});

Deno.test("push tags nothing anywhere when one target fails, and says which one", async () => {
  await withSource(async (source, directory) => {
    await using good = startFakeRegistry();
    await using bad = startFakeRegistry();
    answers(bad, 403, '{"errors":[{"code":"DENIED","message":"permission_denied: write_package"}]}');
    const result = await gantry([
      "push",
      source,
      `oci://${good.host}/acme/app`,
      `oci-layout:${join(directory, "layout")}`,
      `oci://${bad.host}/acme/app`,
      "--version",
      "1.0.0",
      "--force",
    ]);
    assert.equal(result.code, 1);
    assert.equal(result.stdout, "");
    assert.match(result.stderr, /^error: Cannot .*DENIED \(403\), permission_denied: write_package/m);
    assert.match(result.stderr, new RegExp(`^  while uploading to oci://${bad.host}/acme/app$`, "m"));
    assert.match(result.stderr, /^advice: /m);
    assert.deepEqual([...good.repositories.get("acme/app")?.tags.keys() ?? []], []);
    assert.equal(await exists(join(directory, "layout")), false);
  });
});

Deno.test("push ends with 3 when some targets are tagged and another one is not, and running it again completes", async () => {
  await withSource(async (source) => {
    await using good = startFakeRegistry();
    await using bad = startFakeRegistry();
    bad.fault({
      method: "PUT",
      path: /\/manifests\/1\.0\.0/,
      fault: { kind: "answer", answer: () => new Response("{}", { status: 403 }) },
    });
    const args = [source, `oci://${good.host}/acme/app`, `oci://${bad.host}/acme/app`, "--version", "1.0.0"];
    const result = await gantry(["push", ...args]);
    assert.equal(result.code, 3, result.stderr);
    assert.match(result.stderr, new RegExp(`^  tagged in oci://${good.host}/acme/app$`, "m"));
    const { targets } = await push(args);
    assert.deepEqual(targets.map(({ tags }) => tags), [["1.0.0"], ["1.0.0"]]);
  });
});

Deno.test("push refuses another digest than the one that the target names", async () => {
  await withSource(async (source) => {
    await using registry = startFakeRegistry();
    const other = `sha256:${"0".repeat(64)}`;
    const result = await gantry(["push", source, `oci://${registry.host}/acme/app@${other}`]);
    assert.equal(result.code, 1);
    assert.match(result.stderr, /^error: Cannot publish to oci:.*@sha256:0{64}: the artifact's digest is sha256:/m);
    assert.deepEqual(registry.summary(), []);
  });
});

const REFUSALS: readonly (readonly [
  name: string,
  arrange: (registry: FakeRegistry) => void,
  says: RegExp,
  advice: RegExp,
])[] = [
  [
    "401",
    (registry) => answers(registry, 401, '{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}'),
    /UNAUTHORIZED \(401\), authentication required/,
    /log in/,
  ],
  [
    "403, and nobody is logged in",
    (registry) => answers(registry, 403, '{"errors":[{"code":"DENIED","message":"requested access is denied"}]}'),
    /DENIED \(403\), requested access is denied/,
    /nobody is logged in there/,
  ],
  [
    "404 for an unknown repository",
    (registry) => answers(registry, 404, '{"errors":[{"code":"NAME_UNKNOWN","message":"repository name not known"}]}'),
    /NAME_UNKNOWN \(404\), repository name not known/,
    /does not exist/,
  ],
  [
    "HTML",
    (registry) =>
      answers(
        registry,
        404,
        "<html><head><title>Welcome to nginx!</title></head><body>hello</body></html>",
        "text/html",
      ),
    /HTTP 404, Welcome to nginx!/,
    /registry/,
  ],
];

for (const [name, arrange, says, advice] of REFUSALS) {
  Deno.test(`push says it in one sentence when the registry answers ${name}`, async () => {
    await withSource(async (source) => {
      await using registry = startFakeRegistry();
      arrange(registry);
      const result = await gantry(["push", source, `oci://${registry.host}/acme/app`, "--retries", "0"]);
      assertRefused(result, says);
      assert.match(result.stderr.split("\n").find((line) => line.startsWith("advice: ")) ?? "", advice);
    });
  });
}

const KINDS = [
  ["unauthorised", 401, "UNAUTHORIZED"],
  ["denied", 403, "DENIED"],
  ["notfound", 404, "NAME_UNKNOWN"],
] as const;

for (const [kind, status, code] of KINDS) {
  Deno.test(`err/json-output, err/unauthorised-vs-denied-vs-notfound: push -o json tells ${kind}`, async () => {
    await withSource(async (source) => {
      await using registry = startFakeRegistry();
      answers(registry, status, JSON.stringify({ errors: [{ code, message: "no" }] }));
      const target = `oci://${registry.host}/acme/app`;
      const result = await gantry(["push", source, target, "--retries", "0", "-o", "json"]);
      assert.equal(result.code, 1);
      const { error, errors } = JSON.parse(result.stdout);
      assert.equal(errors.length, 1);
      assert.deepEqual([error.status, error.code, error.stage, error.where], [status, code, "upload", target]);
      assert.ok(error.url.startsWith(`http://${registry.host}/v2/acme/app/`), error.url);
      assert.ok(result.stderr.includes(error.message));
    });
  });
}

Deno.test("err/json-output: push -o json says how often it was tried", async () => {
  await withSource(async (source) => {
    await using registry = startFakeRegistry();
    answers(registry, 503, "{}");
    const result = await gantry(["push", source, `oci://${registry.host}/acme/app`, "--retries", "1", "--output=json"]);
    assert.equal(JSON.parse(result.stdout).error.attempts, 2);
  });
});

Deno.test("push takes no page that is answered with 200 for a published version", async () => {
  await withSource(async (source) => {
    await using registry = startFakeRegistry();
    answers(registry, 200, "<html><head><title>Please log in to the Wi-Fi</title></head></html>", "text/html");
    const result = await gantry([
      "push",
      source,
      `oci://${registry.host}/acme/app`,
      "--version",
      "1.0.0",
      "--retries",
      "0",
    ]);
    assertRefused(result, /Please log in to the Wi-Fi/);
    assert.match(result.stderr, /^advice: that is not how a registry answers/m);
  });
});

Deno.test("push gives up a request that stands still for as long as --timeout says", async () => {
  await withSource(async (source) => {
    await using registry = startFakeRegistry();
    registry.fault({ method: "PUT", times: Infinity, fault: { kind: "stall", after: 1 } });
    registry.fault({ method: "POST", times: Infinity, fault: { kind: "stall", after: 1 } });
    const args = ["push", source, `oci://${registry.host}/acme/app`, "--retries", "0", "--timeout", "1s"];
    assertRefused(await gantry(args), /nothing moved for [15] s/);
  });
});

Deno.test("push says it in one sentence when the registry is down", async () => {
  await withSource(async (source) => {
    const registry = startFakeRegistry();
    const { host } = registry;
    await registry.close();
    const result = await gantry(["push", source, `oci://${host}/acme/app`, "--retries", "0"]);
    assertRefused(result, new RegExp(host.replaceAll(".", "\\.")));
  });
});

for (const mode of ["basic", "bearer"] as const) {
  Deno.test(`push says where the credentials are from that a registry with ${mode} refuses`, async () => {
    await withSource(async (source, directory) => {
      await using registry = startFakeRegistry({ auth: { mode, users: { robot: "s3cr3t-password" } } });
      const config = join(directory, "config.json");
      const stale = { auths: { [registry.host]: { auth: btoa("robot:stale-password") } } };
      await Deno.writeTextFile(config, JSON.stringify(stale));
      const args = ["push", source, `oci://${registry.host}/acme/app`, "--retries", "0"];
      const cases: readonly (readonly [env: Readonly<Record<string, string>>, from: string])[] = [
        [{ GANTRY_USERNAME: "robot", GANTRY_PASSWORD: "stale-password" }, "GANTRY_USERNAME and GANTRY_PASSWORD"],
        [{ DOCKER_CONFIG: directory }, config],
      ];
      for (const [env, from] of cases) {
        const { code, stderr } = await gantry(args, { env });
        assert.equal(code, 1);
        assert.ok(stderr.includes(`advice: ${registry.host} refused the credentials of ${from}: `), stderr);
        assert.ok(!stderr.includes("stale-password"));
      }
      assert.match((await gantry(args)).stderr, /^advice: log in with /m);
    });
  });
}

Deno.test("push takes credentials from Docker's config file and shows them nowhere", async () => {
  await withSource(async (source, directory) => {
    await using registry = startFakeRegistry({ auth: { mode: "bearer", users: { robot: "s3cr3t-password" } } });
    const auth = btoa("robot:s3cr3t-password");
    await Deno.writeTextFile(join(directory, "config.json"), JSON.stringify({ auths: { [registry.host]: { auth } } }));
    const args = ["push", source, `oci://${registry.host}/acme/app`, "--version", "1.0.0", "-v"];
    const refused = await gantry([...args, "--retries", "0"]);
    assertRefused(refused, /401/);
    const result = await gantry(args, { env: { DOCKER_CONFIG: directory } });
    assert.equal(result.code, 0, result.stderr);
    for (const secret of ["s3cr3t-password", auth]) assert.ok(!`${result.stdout}${result.stderr}`.includes(secret));

    await Deno.writeTextFile(join(source, "a.yaml"), "a: 2\n");
    const withFlags = await gantry([...args.slice(0, 3), "--username", "robot", "--password-stdin", "-v"], {
      stdin: new TextEncoder().encode("s3cr3t-password\n"),
    });
    assert.equal(withFlags.code, 0, withFlags.stderr);
    const wrong = await gantry([...args.slice(0, 3), "--creds", "robot:not-the-password", "-v", "--retries", "0"]);
    assert.equal(wrong.code, 1);
    assert.ok(!wrong.stderr.includes("not-the-password"));
  });
});

Deno.test("push stops when it is interrupted, ends with 130 and leaves nothing behind", async () => {
  await withSource(async (source, directory) => {
    await using registry = startFakeRegistry();
    const interrupt = new AbortController();
    registry.fault({
      method: "POST",
      fault: {
        kind: "edit",
        edit: (answer) => {
          interrupt.abort(new DOMException("Interrupted", "AbortError"));
          return answer;
        },
      },
    });
    const result = await gantry(
      ["push", source, `oci://${registry.host}/acme/app`, `oci-archive:${join(directory, "a.tar")}`, "-t", "x"],
      { signal: interrupt.signal },
    );
    assert.equal(result.code, 130);
    assert.equal(result.stderr.split("\n").at(-2), "error: Interrupted");
    assert.deepEqual((await Array.fromAsync(Deno.readDir(directory))).map(({ name }) => name), ["source"]);
  });
});

function assertRefused({ code, stdout, stderr }: GantryResult, says: RegExp): void {
  assert.equal(code, 1, stderr);
  assert.equal(stdout, "");
  const errors = stderr.split("\n").filter((line) => line.startsWith("error: "));
  assert.equal(errors.length, 1, stderr);
  assert.match(errors[0] ?? "", says);
  assert.doesNotMatch(stderr, /\n\s+at /, "a stack trace is no message");
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.lstat(path);
    return true;
  } catch {
    return false;
  }
}
