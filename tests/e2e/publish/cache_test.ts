/** The cache of layers, as users meet it: it saves time, and changes nothing else. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { push as pushAsLibrary } from "../../../mod.ts";
import { gantryOk, type GantryResult } from "../../support/gantry.ts";
import { startGantry } from "../../support/processes/gantry_process.ts";
import { later } from "../../support/later.ts";
import { noise, textLike } from "../../support/sample_bytes.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { toolTest } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

/** Old enough and large enough for the cache: gantry's own sources. */
const SOURCES = fileURLToPath(new URL("../../../src/", import.meta.url));
const FROM_CACHE = /^Took sha256:[0-9a-f]{64} from the cache: nothing has changed since it was packed$/m;

const GENERIC = ["--profile", "generic"];

interface Place extends AsyncDisposable {
  readonly path: string;
  readonly source: string;
  /** Runs a command line with the cache, an hour after the source was written. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<GantryResult>;
  kept(): Promise<readonly string[]>;
}

async function place(): Promise<Place> {
  const directory = await tempDirectory();
  const source = join(directory.path, "source");
  const cache = join(directory.path, "cache");
  await writeTree(source, { "noise": noise(1_000_000), "text": textLike(400_000), "a/b.yaml": "a: 1\n" });
  return {
    path: directory.path,
    source,
    run([command = "", ...args], env = { GANTRY_CACHE: cache }): Promise<GantryResult> {
      const how = [...(command === "plan" ? ["-o", "json"] : []), ...(args.includes("--profile") ? [] : GENERIC)];
      return later(() => gantryOk([command, ...args, ...how, "-v"], { env }));
    },
    kept: async () => await Array.fromAsync(Deno.readDir(cache), ({ name }) => name).catch(() => []),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

/** The digest that was printed: by push, or by `plan -o json`. */
function digestIn({ stdout }: GantryResult): string {
  return stdout.startsWith("{") ? JSON.parse(stdout).digest : stdout.split("@")[1]?.trim() ?? assert.fail(stdout);
}

Deno.test("plan and push take from the cache what either of them has packed, and publish the same", async () => {
  await using at = await place();
  const layout = (name: string): string => `oci-layout:${join(at.path, name)}:v1`;
  const planned = await at.run(["plan", at.source]);
  assert.doesNotMatch(planned.stderr, FROM_CACHE);
  const again = await at.run(["plan", at.source]);
  assert.match(again.stderr, FROM_CACHE);
  assert.equal(again.stdout, planned.stdout);
  const pushed = await at.run(["push", at.source, layout("one")]);
  assert.match(pushed.stderr, FROM_CACHE);
  const anew = await at.run(["push", at.source, layout("two"), "--no-cache"]);
  assert.doesNotMatch(anew.stderr, FROM_CACHE);
  assert.equal(digestIn(pushed), digestIn(anew));
  for (const name of ["one", "two"]) await gantryOk(["verify", `oci-layout:${join(at.path, name)}`]);
  await gantryOk(["pull", layout("one"), join(at.path, "out")]);
  assert.deepEqual(await Deno.readFile(join(at.path, "out", "text")), textLike(400_000));
});

Deno.test("--no-cache keeps nothing, and neither does GANTRY_CACHE=off or a small source", async () => {
  await using at = await place();
  await at.run(["plan", at.source, "--no-cache"]);
  assert.deepEqual(await at.kept(), []);
  await at.run(["plan", at.source], { GANTRY_CACHE: "off", HOME: at.path });
  await at.run(["plan", join(at.source, "a")]);
  assert.deepEqual(await at.kept(), []);
  await at.run(["plan", at.source]);
  assert.equal((await at.kept()).length, 2);
  assert.doesNotMatch((await at.run(["plan", at.source, "--no-cache"])).stderr, FROM_CACHE);
  assert.match((await at.run(["plan", at.source, "--cache"])).stderr, FROM_CACHE);
});

Deno.test("the cache is where the system keeps such things, and a home that is none is no error", async () => {
  await using at = await place();
  const home = join(at.path, "home");
  await at.run(["plan", at.source], { HOME: home });
  const usual = Deno.build.os === "darwin" ? "Library/Caches/gantry" : ".cache/gantry";
  assert.equal((await Array.fromAsync(Deno.readDir(join(home, usual)))).length, 2);
  const file = join(at.source, "text");
  const { stderr } = await at.run(["plan", at.source], { HOME: file });
  assert.match(stderr, /^The cache in ".*" is not used: not a directory$/m);
  const quiet = await later(() => gantryOk(["plan", at.source, ...GENERIC], { env: { HOME: file } }));
  assert.doesNotMatch(quiet.stderr, /cache/);
});

Deno.test("a cache inside the source is left out, with the directories that were made for it", async () => {
  await using at = await place();
  const before = await at.run(["plan", at.source]);
  const env = { GANTRY_CACHE: join(at.source, "ci/cache") };
  assert.equal(digestIn(await at.run(["plan", at.source], env)), digestIn(before));
  const after = await at.run(["plan", at.source], env);
  assert.equal(digestIn(after), digestIn(before));
  assert.deepEqual(JSON.parse(after.stdout).dropped, [
    { path: "ci/cache", reason: "/ci/cache (the cache)" },
    { path: "ci", reason: "the cache" },
  ]);
  assert.match(after.stderr, FROM_CACHE);
});

Deno.test("other options are other layers", async () => {
  await using at = await place();
  const ways = [
    [],
    ["--compression-level", "1"],
    ["--compression", "none"],
    ["--profile", "flux"],
    ["--profile", "image"],
    ["--ignore", "b.yaml"],
  ];
  const digests = [];
  for (const way of ways) digests.push(digestIn(await at.run(["plan", at.source, ...way, "--no-cache"])));
  for (const way of ways) await at.run(["plan", at.source, ...way]);
  for (const [at_, way] of ways.entries()) {
    const planned = await at.run(["plan", at.source, ...way]);
    assert.match(planned.stderr, FROM_CACHE);
    assert.equal(digestIn(planned), digests[at_], way.join(" "));
  }
  assert.equal(new Set(digests).size, ways.length);
});

Deno.test("standard input is known by its content", async () => {
  await using at = await place();
  const env = { GANTRY_CACHE: join(at.path, "cache") };
  const plan = (stdin: Uint8Array<ArrayBuffer>): Promise<GantryResult> =>
    gantryOk(["plan", "-", "-v", "--profile", "generic"], { env, stdin });
  assert.doesNotMatch((await plan(textLike(1_200_000))).stderr, FROM_CACHE);
  assert.match((await plan(textLike(1_200_000))).stderr, FROM_CACHE);
  assert.doesNotMatch((await plan(textLike(1_200_000, 7))).stderr, FROM_CACHE);
});

Deno.test("what a plugin changed is not taken for what it was", async () => {
  await using at = await place();
  await Deno.writeTextFile(
    join(at.path, "upper.js"),
    `export default ({ plugin, z }) => plugin({ name: "upper", version: "1.0.0", apiVersion: 1, stage: "after:filter",
      description: "Writes capitals.", options: z.strictObject({ text: z.string() }),
      run: ({ entries }, { text }, context) => ({ entries: entries.map((entry) =>
        entry.path === "a/b.yaml" ? context.entry(entry.path, text) : entry) }) });`,
  );
  const planned = async (text: string): Promise<GantryResult> => {
    const config = join(at.path, "gantry.json");
    const custom = [{ use: "./upper.js", after: "filter", options: { text } }];
    await Deno.writeTextFile(config, JSON.stringify({ pipeline: { custom } }));
    return await at.run(["plan", at.source, "--config", config]);
  };
  const plain = await at.run(["plan", at.source]);
  const first = await planned("A: 1\n");
  const second = await planned("B: 1\n");
  assert.equal(new Set([plain, first, second].map(digestIn)).size, 3);
  assert.match((await at.run(["plan", at.source])).stderr, FROM_CACHE);
});

Deno.test("the library keeps nothing unless it is told where", async () => {
  await using at = await place();
  const targets = [`oci-layout:${join(at.path, "layout")}:v1`];
  const said: string[] = [];
  const log = { debug: (text: string): void => void said.push(text), info: () => {}, warn: () => {} };
  const options = { source: at.source, targets, profile: "generic", log };
  const { digest } = await later(() => pushAsLibrary(options));
  assert.deepEqual(await at.kept(), []);
  const cacheDirectory = join(at.path, "cache");
  for (let time = 0; time < 2; time++) {
    assert.equal((await later(() => pushAsLibrary({ ...options, cacheDirectory }))).digest, digest);
  }
  assert.equal((await at.kept()).length, 2);
  assert.equal(said.filter((text) => FROM_CACHE.test(text)).length, 1);
});

toolTest(
  "gantry processes that push the same at once, and die on the way, leave a cache that is right",
  [],
  async () => {
    await using directory = await tempDirectory();
    const cache = join(directory.path, "cache");
    const env = { GANTRY_CACHE: cache };
    const target = (name: string): string => `oci-layout:${join(directory.path, name)}:v1`;
    const push = (name: string): ReturnType<typeof startGantry> =>
      startGantry(["push", SOURCES, target(name), "-v", "--profile", "generic"], { cwd: directory.path, env });
    const processes = ["a", "b", "c"].map(push);
    processes[2]?.kill("SIGKILL");
    const ended = await Promise.all(processes.map((each) => each.ended()));
    assert.deepEqual(ended.map(({ code }) => code).slice(0, 2), [0, 0]);
    const last = await push("d").ended();
    assert.match(last.stderr, FROM_CACHE);
    const digests = await Promise.all(["a", "b", "d"].map(async (name) => {
      await gantryOk(["verify", `oci-layout:${join(directory.path, name)}`]);
      return JSON.parse(await Deno.readTextFile(join(directory.path, name, "index.json"))).manifests[0].digest;
    }));
    assert.equal(new Set(digests).size, 1);
  },
);
