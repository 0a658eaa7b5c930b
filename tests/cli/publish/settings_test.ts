import assert from "node:assert/strict";
import type { Config } from "../../../src/cli/config/config_schema.ts";
import type { PublishFlags } from "../../../src/cli/publish/commands.ts";
import { resolveSettings, type Settings } from "../../../src/cli/publish/settings.ts";

/** What a field is by default, what a configuration file makes of it, and what a flag makes of that. */
const PRECEDENCE: readonly (readonly [
  field: keyof Settings,
  byDefault: unknown,
  config: Config,
  byConfig: unknown,
  flags: PublishFlags,
  byFlags: unknown,
])[] = [
  ["profile", "auto", { profile: "flux" }, "flux", { profile: "image" }, "image"],
  ["version", undefined, { version: "1.0.0" }, "1.0.0", { version: "2.0.0" }, "2.0.0"],
  ["latest", false, { version: "1.0.0", latest: true }, true, { latest: false }, false],
  ["tags", [], { tags: ["a", "b"] }, ["a", "b"], { tag: ["c"] }, ["c"]],
  ["immutable", false, { immutable: true }, true, { immutable: false }, false],
  ["ignoreFile", undefined, { ignoreFile: "a" }, "a", { ignoreFile: "b" }, "b"],
  ["defaultIgnores", true, { defaultIgnores: false }, false, { defaultIgnores: true }, true],
  ["symlinks", "follow", { symlinks: "skip" }, "skip", { symlinks: "error" }, "error"],
  ["artifactType", undefined, { artifactType: "a/b" }, "a/b", { artifactType: "c/d" }, "c/d"],
  ["stdinName", "stdin.yaml", { stdinName: "a" }, "a", { stdinName: "b" }, "b"],
  ["concurrency", 4, { concurrency: 2 }, 2, { concurrency: 8 }, 8],
  ["retries", 5, { retries: 2 }, 2, { retries: 0 }, 0],
  ["timeout", 60_000, { timeout: "5s" }, 5_000, { timeout: 7_000 }, 7_000],
  ["compression", undefined, { compression: "none" }, { kind: "none" }, { compression: "zstd" }, {
    kind: "zstd",
    level: 3,
  }],
];

const found = (config: Config): { path: string; config: Config } => ({ path: "gantry.jsonc", config });

for (const [field, byDefault, config, byConfig, flags, byFlags] of PRECEDENCE) {
  Deno.test(`resolveSettings() takes ${field} from flags over the file over the default`, () => {
    if (field !== "compression") assert.deepEqual(resolveSettings(["x"], {}, undefined)[field], byDefault);
    assert.deepEqual(resolveSettings(["x"], {}, found(config))[field], byConfig);
    assert.deepEqual(resolveSettings(["x"], flags, found(config))[field], byFlags);
  });
}

Deno.test("resolveSettings() compresses with gzip at level 6, unless a level is given", () => {
  const level = (flags: PublishFlags, config?: Config): number | undefined => {
    const { compression } = resolveSettings(["x"], flags, config && found(config));
    return compression.kind === "gzip" ? compression.level : undefined;
  };
  assert.equal(level({}), 6);
  assert.equal(level({}, { compressionLevel: 8 }), 8);
  assert.equal(level({ compressionLevel: 1 }, { compressionLevel: 6 }), 1);
});

Deno.test("resolveSettings() takes targets from the command line in the place of those in the file", () => {
  const config: Config = { source: "./app", targets: ["oci-layout:a", "oci-layout:b:x"] };
  const paths = (args: readonly string[]): readonly unknown[] =>
    resolveSettings(args, {}, found(config)).targets.map((target) => target.kind === "registry" ? "" : target.path);
  assert.deepEqual(paths([]), ["a", "b"]);
  assert.deepEqual(paths(["oci-layout:c"]), ["c"]);
  assert.deepEqual(paths(["x", "oci-layout:c"]), ["c"]);
  assert.equal(resolveSettings(["oci-layout:c"], {}, found(config)).source, "./app");
});

Deno.test("resolveSettings() adds ignore patterns of flags to those of the file, and says where they are from", () => {
  assert.deepEqual(resolveSettings(["x"], { ignore: ["b"] }, found({ ignore: ["a"] })).ignore, [
    { from: "gantry.jsonc", patterns: ["a"] },
    { from: "--ignore", patterns: ["b"] },
  ]);
});

Deno.test("resolveSettings() takes one way to write a path for another", () => {
  assert.throws(() => resolveSettings(["x", "oci-layout:a", "oci-layout:./a"], {}, undefined), {
    name: "UsageError",
    message: "The target oci-layout:./a is named twice",
  });
});

Deno.test("resolveSettings() removes credentials from the source, and refuses what cannot be told from them", () => {
  const source = (text: string): string | undefined =>
    resolveSettings(["x"], { source: text }, undefined).annotations["org.opencontainers.image.source"]?.value;
  assert.equal(source("https://bot:token@git.example.com/a/b.git"), "https://git.example.com/a/b.git");
  assert.equal(source("localhost"), "localhost");
  assert.throws(() => source("bot:token@/x"), (error: Error) => !error.message.includes("token"));
});
