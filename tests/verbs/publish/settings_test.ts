import assert from "node:assert/strict";
import { localPath } from "../../../src/oci/reference.ts";
import type { Publishing } from "../../../src/options/publishing.ts";
import { withIdentity } from "../../../src/verbs/publish/identity.ts";
import type { Configuration } from "../../../src/verbs/publish/publish_options.ts";
import { type Settings, settingsOf } from "../../../src/verbs/publish/settings.ts";

/** What a configuration file says. */
function file(values: Configuration["values"]): Configuration {
  return {
    path: "gantry.jsonc",
    values,
    positions: {
      at: (path) => `gantry.jsonc at ${path.join(".")}`,
      problems: (all) => all.map(({ message }) => message),
    },
    allow: () => Promise.resolve(),
  };
}

async function settings(options: Publishing, values?: Configuration["values"]): Promise<Settings> {
  const configuration = values === undefined ? {} : { configuration: file(values) };
  return await settingsOf({ source: "x", ...options, ...configuration });
}

/** What an option is by default, what a configuration file makes of it, and what the caller makes of that. */
const PRECEDENCE:
  readonly (readonly [field: keyof Settings, byDefault: unknown, Publishing, unknown, Publishing, unknown])[] = [
    ["version", undefined, { version: "1.0.0" }, "1.0.0", { version: "2.0.0" }, "2.0.0"],
    ["latest", false, { version: "1.0.0", latest: true }, true, { latest: false }, false],
    ["tags", [], { tags: ["a", "b"] }, ["a", "b"], { tags: ["c"] }, ["c"]],
    ["immutable", false, { immutable: true }, true, { immutable: false }, false],
    ["ignoreFile", undefined, { ignoreFile: "a" }, "a", { ignoreFile: "b" }, "b"],
    ["defaultIgnores", true, { defaultIgnores: false }, false, { defaultIgnores: true }, true],
    ["symlinks", "follow", { symlinks: "skip" }, "skip", { symlinks: "error" }, "error"],
    ["artifactType", undefined, { artifactType: "a/b" }, "a/b", { artifactType: "c/d" }, "c/d"],
    ["mediaTypes", undefined, { mediaTypes: { a: "b/c" } }, { a: "b/c" }, { mediaTypes: { d: "e/f" } }, { d: "e/f" }],
    ["stdinName", "stdin.yaml", { stdinName: "a" }, "a", { stdinName: "b" }, "b"],
    ["concurrency", 4, { concurrency: 2 }, 2, { concurrency: 8 }, 8],
    ["retries", 5, { retries: 2 }, 2, { retries: 0 }, 0],
    ["timeout", 60_000, { timeout: 5_000 }, 5_000, { timeout: 7_000 }, 7_000],
  ];

for (const [field, byDefault, config, byConfig, caller, byCaller] of PRECEDENCE) {
  Deno.test(`settingsOf() takes ${field} from the caller over the file over the default`, async () => {
    assert.deepEqual((await settings({}))[field], byDefault);
    assert.deepEqual((await settings({}, config))[field], byConfig);
    assert.deepEqual((await settings(caller, config))[field], byCaller);
  });
}

Deno.test("settingsOf() takes the profile from the caller over the file over what the source is", async () => {
  const name = async (caller: Publishing, values?: Publishing): Promise<string> =>
    (await settings(caller, values)).profile.name;
  assert.equal(await name({}), "generic");
  assert.equal(await name({}, { profile: "flux" }), "flux");
  assert.equal(await name({ profile: "image" }, { profile: "flux" }), "image");
});

Deno.test("settingsOf() compresses with gzip at level 6, unless something else is wanted", async () => {
  const level = async (caller: Publishing, config?: Publishing): Promise<number | undefined> => {
    const { compression } = await settings(caller, config);
    return compression.kind === "gzip" ? compression.level : undefined;
  };
  assert.equal(await level({}), 6);
  assert.equal(await level({}, { compressionLevel: 8 }), 8);
  assert.equal(await level({ compressionLevel: 1 }, { compressionLevel: 6 }), 1);
  assert.deepEqual((await settings({ compression: "zstd" }, { compression: "none" })).compression, {
    kind: "zstd",
    level: 3,
  });
});

Deno.test("settingsOf() takes the caller's targets in the place of those in the file", async () => {
  const config = { targets: ["oci-layout:a", "oci-layout:b:x"] };
  const paths = async (caller: Publishing): Promise<readonly unknown[]> =>
    (await settings(caller, config)).targets.map(localPath);
  assert.deepEqual(await paths({}), ["a", "b"]);
  assert.deepEqual(await paths({ targets: ["oci-layout:c"] }), ["c"]);
});

Deno.test("settingsOf() keeps all ignore patterns, the caller's last, and says where they are from", async () => {
  const pipeline = { filter: [["ignore", { patterns: ["b"] }] as const] };
  const { wanted } = await settings({ ignore: ["c"] }, { ignore: ["a"], pipeline });
  assert.deepEqual(wanted.values.ignore, ["a", "b", "c"]);
  assert.deepEqual(wanted.said("ignore").map(({ from }) => from.place), [
    "gantry.jsonc at ignore",
    "gantry.jsonc at pipeline.filter.0",
    "ignore",
  ]);
});

Deno.test("settingsOf() takes from the archive's entry what packs how, under the caller's word", async () => {
  const pipeline = {
    archive: [["generic", { compression: "zstd", compressionLevel: 19, artifactType: "a/b" }] as const],
  };
  const listed = await settings({ artifactType: "c/d" }, { compression: "none", pipeline });
  assert.deepEqual(listed.compression, { kind: "zstd", level: 19 });
  assert.deepEqual([listed.profile.name, listed.artifactType], ["generic", "c/d"]);
  const another = await settings({ profile: "image" }, { compression: "none", pipeline });
  assert.deepEqual([another.profile.name, another.compression.kind, another.artifactType], [
    "image",
    "none",
    undefined,
  ]);
});

Deno.test("withIdentity() takes one way to write a path for another", async () => {
  await assert.rejects(withIdentity(await settings({ targets: ["oci-layout:a", "oci-layout:./a"] })), {
    name: "OptionsError",
    message: "The target oci-layout:./a is named twice",
  });
});

Deno.test("settingsOf() removes credentials from the source, and refuses what cannot be told from them", async () => {
  const source = async (sourceUrl: string): Promise<string | undefined> =>
    (await settings({ sourceUrl })).annotations["org.opencontainers.image.source"]?.value;
  assert.equal(await source("https://bot:token@git.example.com/a/b.git"), "https://git.example.com/a/b.git");
  assert.equal(await source("localhost"), "localhost");
  await assert.rejects(source("bot:token@/x"), (error: Error) => !error.message.includes("token"));
});

const WRONG: readonly (readonly [what: string, options: Readonly<Record<string, unknown>>, message: string])[] = [
  [
    "a word that is none of the choices",
    { symlinks: "keep" },
    'Cannot use symlinks: it must be one of "follow", "skip", "error"',
  ],
  ["a number out of range", { concurrency: 65 }, "Cannot use concurrency: it must be a whole number from 1 to 64"],
  ["a time that is none", { timeout: "1m" }, "Cannot use timeout: it must be a time in milliseconds, a day at most"],
  ["a text in the place of a list", { tags: "a" }, "Cannot use tags: it must be a list of texts"],
  ["a version that is none", { version: "v1" }, "Cannot parse version"],
  [
    "an annotation in two ways",
    { annotations: { "org.opencontainers.image.revision": "a" }, revision: "b" },
    "The annotation org.opencontainers.image.revision is given twice: by annotations and by revision",
  ],
];

for (const [what, options, message] of WRONG) {
  Deno.test(`settingsOf() refuses ${what}, and names the option`, async () => {
    await assert.rejects(settings(options as Publishing), (error: Error) => {
      return error.name === "OptionsError" && error.message.startsWith(message);
    });
  });
}
