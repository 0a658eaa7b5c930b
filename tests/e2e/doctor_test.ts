/** `gantry doctor`: what it finds, and that it shows nothing secret. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startFakeRegistry } from "../support/fake_registry.ts";
import { gantry, type GantryOptions } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

async function doctor(
  args: readonly string[],
  options: GantryOptions = {},
  // deno-lint-ignore no-explicit-any -- the shape is what is looked at
): Promise<{ readonly code: number; readonly result: any; readonly stderr: string }> {
  const { code, stdout, stderr } = await gantry(["doctor", ...args, "-o", "json"], options);
  return { code, result: JSON.parse(stdout), stderr };
}

Deno.test("doctor says what gantry runs on and where it looks, and contacts nobody when no registry is named", async () => {
  const env = {
    HOME: "/nowhere/home",
    HTTPS_PROXY: "http://me:hunter2@proxy.example:3128",
    NO_PROXY: "localhost,.site",
    GANTRY_CACHE: "off",
  };
  const { code, result, stderr } = await doctor([], { env });
  assert.deepEqual([code, stderr, result.problems], [0, "", []]);
  assert.equal(result.runtime.deno, Deno.version.deno);
  assert.equal(result.cache, undefined);
  assert.deepEqual(result.proxies, [
    { variable: "HTTPS_PROXY", value: "http://proxy.example:3128" },
    { variable: "NO_PROXY", value: "localhost,.site" },
  ]);
  assert.ok(result.credentialPlaces.includes("/nowhere/home/.docker/config.json"));
  assert.ok(result.configuration.lookedIn.length > 0);
  const { stdout } = await gantry(["doctor"], { env });
  assert.doesNotMatch(stdout, /hunter2/);
  assert.match(stdout, /^runtime +Deno \d/m);
  assert.match(stdout, /^\u2714 Nothing is wrong$/m);
});

Deno.test("doctor says who we are at a registry, from where, and whether it has the referrers API and our time", async () => {
  for (const referrers of [true, false]) {
    await using registry = startFakeRegistry({
      auth: { mode: "basic", users: { ann: "hunter2" } },
      referrers,
    });
    await using directory = await tempDirectory();
    const auth = btoa("ann:hunter2");
    await writeTree(directory.path, {
      ".docker/config.json": JSON.stringify({ auths: { [registry.host]: { auth } } }),
    });
    const env = { HOME: directory.path };
    await gantry(["push", join(directory.path, ".docker"), `oci://${registry.host}/acme/app`, "-t", "1"], { env });
    const { code, result } = await doctor([`${registry.host}/acme/app`], { env });
    assert.deepEqual([code, result.problems], [0, []]);
    const { milliseconds, clockAhead, ...rest } = result.registry;
    assert.equal(typeof milliseconds, "number");
    assert.equal(typeof clockAhead, "number");
    assert.deepEqual(rest, {
      host: registry.host,
      repository: "acme/app",
      url: registry.origin,
      asks: true,
      credentials: { from: join(directory.path, ".docker/config.json"), kind: "password", username: "ann" },
      referrers,
    });
    assert.doesNotMatch(JSON.stringify(result), new RegExp(`hunter2|${auth}`));
  }
});

Deno.test("doctor names what is wrong, and fails", async () => {
  await using registry = startFakeRegistry({ auth: { mode: "basic", users: { ann: "right" } } });
  const env = { GANTRY_USERNAME: "ann", GANTRY_PASSWORD: "wrong" };
  const refused = await doctor([registry.host], { env });
  assert.equal(refused.code, 1);
  assert.match(refused.result.problems.join("\n"), /UNAUTHORIZED \(401\)/);
  assert.equal(refused.result.registry.credentials.from, "GANTRY_USERNAME and GANTRY_PASSWORD");
  const half = await doctor([], { env: { GANTRY_USERNAME: "ann", GANTRY_PASSWORD: "" } });
  assert.equal(half.code, 1);
  assert.deepEqual(half.result.problems, ["GANTRY_USERNAME is set and GANTRY_PASSWORD is empty: neither is used"]);
  const { stdout } = await gantry(["doctor", registry.host], { env });
  assert.match(stdout, /^\u2718 .*401/m);
});

Deno.test("doctor says of a registry that wants a login that it answers, and how to log in", async () => {
  await using registry = startFakeRegistry({ auth: { mode: "basic", users: { ann: "right" } } });
  const { host } = registry;
  const { code, result } = await doctor([host]);
  assert.equal(code, 1);
  assert.deepEqual(result.problems, [`${host} wants a login: \`gantry login ${host}\``]);
  assert.deepEqual(result.registry, { host, asks: true });
  const { stdout } = await gantry(["doctor", host]);
  assert.match(stdout, /^ {2}answers +yes, but does not let us in$/m);
  assert.match(stdout, /^ {2}wants +a login$/m);
});

Deno.test("doctor says at once that nobody answers", async () => {
  const registry = startFakeRegistry();
  const { host } = registry;
  await registry.close();
  const { code, result } = await doctor([host]);
  assert.equal(code, 1);
  assert.deepEqual(result.registry, { host });
  assert.match(result.problems.join("\n"), new RegExp(`Cannot reach .*${host}`));
});

Deno.test("doctor refuses what is no registry, and does not repeat it", async () => {
  const { code, stderr } = await gantry(["doctor", "https://me:hunter2@h.example"]);
  assert.equal(code, 2);
  assert.match(stderr, /^error: Cannot ask that: name the host/);
  assert.doesNotMatch(stderr, /hunter2/);
});

Deno.test("-v shows every request with its time, and whose credentials are shown", async () => {
  await using registry = startFakeRegistry({ auth: { mode: "basic", users: { ann: "hunter2" } } });
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "a.yaml": "a: 1\n" });
  const env = { GANTRY_USERNAME: "ann", GANTRY_PASSWORD: "hunter2" };
  const target = `oci://${registry.host}/acme/app`;
  const { code, stderr } = await gantry(["push", directory.path, target, "-t", "1", "-v"], { env });
  assert.equal(code, 0, stderr);
  assert.match(stderr, new RegExp(`^Credentials for ${registry.host}: GANTRY_USERNAME and GANTRY_PASSWORD$`, "m"));
  assert.match(stderr, new RegExp(`^PUT ${registry.origin}/v2/acme/app/manifests/\\S+: 201 in \\d+ ms$`, "m"));
  assert.doesNotMatch(stderr, /hunter2/);
});
