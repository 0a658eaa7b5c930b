import assert from "node:assert/strict";
import fc from "fast-check";
import { dump } from "js-yaml";
import type { Config } from "../../../src/cli/config/config_schema.ts";
import { ConfigError } from "../../../src/cli/config/config_error.ts";
import { parseConfig } from "../../../src/cli/config/parse_config.ts";
import { referenceForms } from "../../../src/oci/reference.ts";
import { PROFILE_NAMES } from "../../../src/profiles/profiles.ts";
import { UsageError } from "../../../src/cli/usage_error.ts";

/** What a profile can be called, for messages. */
const PROFILES = ["auto", ...PROFILE_NAMES].map((name) => JSON.stringify(name)).join(", ");

/** What is wrong, the file's name, its text, and the message. */
const REFUSED: readonly (readonly [what: string, path: string, text: string, message: string])[] = [
  [
    "an unknown key that is near a known one",
    "deploy/gantry.jsonc",
    '{\n  // the shape\n  "profil": "flux"\n}',
    'deploy/gantry.jsonc:3:3: unknown key "profil", did you mean "profile"?',
  ],
  [
    "an unknown key that is near no known one",
    "gantry.json",
    '{"webhooks": {"collect": []}}',
    'gantry.json:1:2: unknown key "webhooks"',
  ],
  [
    "an unknown key that objects have by nature",
    "gantry.json",
    '{"constructor": 1, "toString": 2}',
    'gantry.json:1:2: unknown key "constructor"\ngantry.json:1:20: unknown key "toString"',
  ],
  [
    "everything in JSONC at once",
    "gantry.jsonc",
    `{ // a comment does not move a column
  "taget": [], "targets": ["ghcr.io/acme/app", "oci://ghcr.io/Acme/app", 3],
  "latest": "yes", "immutable": 0,
  "concurrency": 100.5, "retries": -1, "compressionLevel": 20,
  "annotations": {"": "x", "a.b": 1},
  "profile": "fluxx", "symlinks": "keep", "compression": ["gzip"],
  "version": "v1.2.3", "tags": ["ok", "not ok"], "timeout": "soon",
  "source": "", "ignore": "*.md", "artifactType": null, "defaultIgnores": {},
}`,
    `gantry.jsonc:2:3: unknown key "taget", did you mean "targets"?
gantry.jsonc:2:28: "targets[0]": Cannot parse reference "ghcr.io/acme/app": it has no scheme, write ${referenceForms()}
gantry.jsonc:2:48: "targets[1]": Cannot parse reference "oci://ghcr.io/Acme/app": "Acme" cannot stand in a repository name, repositories are lower case: "acme"
gantry.jsonc:2:74: "targets[2]": must be a string, not 3: put it in quotes
gantry.jsonc:3:13: "latest": must be true or false, not "yes"
gantry.jsonc:3:33: "immutable": must be true or false, not 0
gantry.jsonc:4:18: "concurrency": must be a whole number from 1 to 64, not 100.5
gantry.jsonc:4:36: "retries": must be a whole number from 0 to 20, not -1
gantry.jsonc:4:60: "compressionLevel": must be a whole number from 1 to 19, not 20
gantry.jsonc:5:19: "annotations": a key must not be empty
gantry.jsonc:5:35: "annotations.a.b": must be a string, not 1: put it in quotes
gantry.jsonc:6:14: "profile": must be one of ${PROFILES}, not "fluxx", did you mean "flux"?
gantry.jsonc:6:35: "symlinks": must be one of "follow", "skip", "error", not "keep"
gantry.jsonc:6:58: "compression": must be one of "gzip", "zstd", "none", not a list
gantry.jsonc:7:14: "version": Cannot parse version "v1.2.3": SemVer has no leading "v", write "1.2.3"
gantry.jsonc:7:39: "tags[1]": Cannot parse tag "not ok": " " is not allowed in an OCI tag
gantry.jsonc:7:61: "timeout": must be a duration up to 24h, such as 30s, 5m or 1h
gantry.jsonc:8:13: "source": must not be empty
gantry.jsonc:8:27: "ignore": must be a list, not "*.md"
gantry.jsonc:8:51: "artifactType": must be a string, not null
gantry.jsonc:8:75: "defaultIgnores": must be true or false, not an object`,
  ],
  [
    "everything in YAML at once",
    "gantry.yaml",
    `# a comment
taget: x
"profile": 'fluxx'
targets:
  - "oci://ghcr.io/acme/app"
  - https://ghcr.io/acme/app
  - !secret x
latest: yes
version: 1.10
tags:
annotations: {1.10: 1.10, "": &a x}
ignore: [*a, '*.md']
`,
    `gantry.yaml:2:1: unknown key "taget", did you mean "targets"?
gantry.yaml:3:12: "profile": must be one of ${PROFILES}, not "fluxx", did you mean "flux"?
gantry.yaml:6:5: "targets[1]": Cannot parse reference "https://ghcr.io/acme/app": unknown scheme "https:", write ${referenceForms()}
gantry.yaml:7:5: unknown scalar tag !<!secret>
gantry.yaml:8:9: "latest": must be true or false, not "yes"
gantry.yaml:9:10: "version": must be a string, not 1.1: put it in quotes
gantry.yaml:10:1: "tags": must be a list, not null
gantry.yaml:11:21: "annotations.1.10": must be a string, not 1.1: put it in quotes
gantry.yaml:11:27: "annotations": a key must not be empty
gantry.yaml:12:10: aliases are not allowed`,
  ],
  [
    "everything in a pipeline at once",
    "gantry.jsonc",
    `{ "env": ["1A", "A"],
  "pipeline": {
    "filtr": [], "collect": [], "archive": ["flux", "image"], "annotate": "git",
    "filter": [3, "", ["ignore"], ["ignore", 1], { "use": "a", "optins": {} }, { "options": [] }, { "use": "a", "timeout": "x" }],
    "custom": [{ "after": "archive" }, { "use": "./a.ts" }, { "use": "./a.ts", "before": "tag", "after": "tag" }, { "use": "./a.ts", "before": "tags" }],
  },
}`,
    `gantry.jsonc:1:11: "env[0]": must be the name of an environment variable
gantry.jsonc:3:5: "pipeline": unknown key "filtr", did you mean "filter"?
gantry.jsonc:3:29: "pipeline.collect": must name at least one plugin
gantry.jsonc:3:44: "pipeline.archive": must name exactly one plugin
gantry.jsonc:3:75: "pipeline.annotate": must be a list, not "git"
gantry.jsonc:4:16: "pipeline.filter[0]": must be a plugin, a list ["PLUGIN", { OPTIONS }] or an object with "use", not 3
gantry.jsonc:4:19: "pipeline.filter[1]": must not be empty
gantry.jsonc:4:23: "pipeline.filter[2]": must be a list of two: a plugin and its options, not a list
gantry.jsonc:4:46: "pipeline.filter[3][1]": must be an object, not 1
gantry.jsonc:4:64: "pipeline.filter[4]": unknown key "optins", did you mean "options"?
gantry.jsonc:4:80: "pipeline.filter[5].use": is missing: it must be a string
gantry.jsonc:4:93: "pipeline.filter[5].options": must be an object, not a list
gantry.jsonc:4:124: "pipeline.filter[6].timeout": must be a duration up to 24h, such as 30s, 5m or 1h
gantry.jsonc:5:16: "pipeline.custom[0].use": is missing: it must be a string
gantry.jsonc:5:40: "pipeline.custom[1]": must say either "before" or "after", with the name of a stage
gantry.jsonc:5:61: "pipeline.custom[2]": must say either "before" or "after", with the name of a stage
gantry.jsonc:5:144: "pipeline.custom[3].before": must be one of "collect", "filter", "archive", "annotate", "upload", "tag", not "tags"`,
  ],
  [
    "lines that end in CR, LF or both",
    "gantry.yml",
    "latest: 1\rlatest2: 1\r\n\r\nimmutable: 1\n",
    `gantry.yml:1:9: "latest": must be true or false, not 1
gantry.yml:2:1: unknown key "latest2", did you mean "latest"?
gantry.yml:4:12: "immutable": must be true or false, not 1`,
  ],
  [
    "comments and trailing commas in .json",
    "gantry.json",
    '{ /* a */\n  "tags": ["a",], // b\n}',
    `gantry.json:1:3: a .json file cannot hold comments, name it .jsonc
gantry.json:2:15: a .json file cannot hold trailing commas, name it .jsonc
gantry.json:2:17: a .json file cannot hold trailing commas, name it .jsonc
gantry.json:2:19: a .json file cannot hold comments, name it .jsonc`,
  ],
  [
    "a target without any entry",
    "gantry.json",
    '{"targets": []}',
    'gantry.json:1:13: "targets": must name at least one target',
  ],
  [
    "credentials in a target",
    "gantry.json",
    '{"targets": ["oci://me:hunter2@ghcr.io/acme/app"]}',
    'gantry.json:1:14: "targets[0]": Cannot parse reference "oci://ghcr.io/acme/app": credentials do not belong in a reference',
  ],
  [
    "duplicate keys in JSON",
    "gantry.json",
    '{"latest": true,\n "latest": false}',
    'gantry.json:2:2: duplicate key "latest"',
  ],
  [
    "duplicate keys in YAML",
    "gantry.yaml",
    "tags: [a]\nannotations:\n  a: b\n  'a': c\ntags: [b]",
    'gantry.yaml:4:3: duplicate key "a"\ngantry.yaml:5:1: duplicate key "tags"',
  ],
  [
    "__proto__ in JSON",
    "gantry.json",
    '{"__proto__": {"latest": true}, "annotations": {"__proto__": "x"}}',
    'gantry.json:1:2: the key "__proto__" is not allowed\ngantry.json:1:49: the key "__proto__" is not allowed',
  ],
  [
    "__proto__ in YAML",
    "gantry.yaml",
    "__proto__: {latest: true}",
    'gantry.yaml:1:1: the key "__proto__" is not allowed',
  ],
  ["a merge key", "gantry.yaml", "<<: {latest: true}", 'gantry.yaml:1:1: unknown key "<<"'],
  ["a key that is no string", "gantry.yaml", "? [a]\n: b", "gantry.yaml:1:3: a key must be a string"],
  ["a tag on a collection", "gantry.yaml", "tags: !!set {a}", "gantry.yaml:1:7: a list or an object cannot have a tag"],
  ["a list in JSON", "gantry.json", " []", "gantry.json:1:2: the configuration must be an object, not a list"],
  ["a list in YAML", "gantry.yaml", "\n- a", "gantry.yaml:2:1: the configuration must be an object, not a list"],
  [
    "two documents",
    "gantry.yaml",
    "latest: true\n---\nlatest: false",
    "gantry.yaml:3:1: there is more than one document",
  ],
  ["an empty JSON file", "gantry.json", "", "gantry.json:1:1: the syntax is broken: value expected"],
  [
    "JSON without a comma",
    "gantry.jsonc",
    '{\n  "latest": true\n  "tags": []\n}',
    "gantry.jsonc:3:3: the syntax is broken: comma expected",
  ],
  [
    "JSON that is cut off",
    "gantry.jsonc",
    '{"tags": ["a"',
    "gantry.jsonc:1:14: the syntax is broken: close bracket expected",
  ],
  ["two JSON values", "gantry.json", "{} {}", "gantry.json:1:4: the syntax is broken: end of file expected"],
  [
    "YAML with a bad indentation",
    "gantry.yaml",
    "tags:\n  - a\n - b",
    "gantry.yaml:3:2: the syntax is broken: bad indentation of a mapping entry",
  ],
  [
    "YAML with a NUL",
    "gantry.yaml",
    "source: a\0b",
    "gantry.yaml:1:10: the syntax is broken: null byte is not allowed in input",
  ],
  ["deep JSON", "gantry.json", "[".repeat(500_000), "gantry.json:1:101: it is nested deeper than 100 levels"],
  [
    "deep JSON in objects",
    "gantry.jsonc",
    '{"tags":'.repeat(50_000),
    "gantry.jsonc:1:801: it is nested deeper than 100 levels",
  ],
  ["deep YAML", "gantry.yaml", "[".repeat(500_000), "gantry.yaml:1:100: it is nested deeper than 100 levels"],
  ["deep YAML in blocks", "gantry.yaml", "- ".repeat(50_000), "gantry.yaml:1:201: it is nested deeper than 100 levels"],
  ["a huge file", "gantry.yaml", "#".repeat(1024 * 1024 + 1), "gantry.yaml: it is larger than 1 MiB"],
  [
    "another ending",
    "gantry.toml",
    "",
    "gantry.toml: the name of a configuration file ends in .jsonc, .json, .yaml or .yml",
  ],
];

for (const [what, path, text, message] of REFUSED) {
  Deno.test(`parseConfig() refuses ${what}`, () => {
    const error = refusal(() => parseConfig(text, { path: path }).config);
    assert.equal(error.message, message);
    assert.deepEqual(error.problems, message.split("\n"));
    assert.ok(error instanceof UsageError);
  });
}

Deno.test("parseConfig() names a key as long as the file in a short line", () => {
  const { message } = refusal(() => parseConfig(`{"${"k".repeat(1_000_000)}": 1}`, { path: "gantry.json" }).config);
  assert.equal(message, `gantry.json:1:2: unknown key "${"k".repeat(100)}…"`);
});

Deno.test("parseConfig() names each of very many problems", () => {
  const text = `{${Array.from({ length: 20_000 }, (_, at) => `"k${at}": 1`).join(",\n")}}`;
  assert.equal(refusal(() => parseConfig(text, { path: "gantry.json" }).config).problems.length, 20_000);
});

const EMPTY: readonly (readonly [path: string, text: string])[] = [
  ["gantry.jsonc", "{} // nothing"],
  ["gantry.json", "\n{}\n"],
  ["gantry.yaml", ""],
  ["gantry.yaml", "# nothing\n"],
  ["gantry.yaml", "---\n...\n"],
  ["gantry.yaml", "{}"],
];

for (const [path, text] of EMPTY) {
  Deno.test(`parseConfig() takes ${JSON.stringify(text)} in ${path} as an empty configuration`, () => {
    assert.deepEqual(parseConfig(text, { path: path }).config, {});
  });
}

Deno.test("parseConfig() reads YAML by the core schema", () => {
  const text = `
version: "1.10.0"
profile: !!str flux
latest: TRUE
retries: 0o17
tags: [on, no, 2026-11-22]
annotations:
  1.10: &anchor first
  null: second
  0x10: |
    third
    line
`;
  assert.deepEqual(parseConfig(text, { path: "gantry.yaml" }).config, {
    version: "1.10.0",
    profile: "flux",
    latest: true,
    retries: 15,
    tags: ["on", "no", "2026-11-22"],
    annotations: { "1.10": "first", "null": "second", "0x10": "third\nline\n" },
  });
});

Deno.test("parseConfig() gives back what JSON.stringify() wrote", () => {
  fc.assert(fc.property(configs(), fc.boolean(), (config, indented) => {
    const text = JSON.stringify(config, undefined, indented ? 2 : 0);
    assert.deepEqual(parseConfig(text, { path: "gantry.json" }).config, config);
    assert.deepEqual(parseConfig(text, { path: "gantry.jsonc" }).config, config);
  }));
});

Deno.test("parseConfig() gives back what a YAML library wrote", () => {
  fc.assert(fc.property(configs(), (config) => {
    assert.deepEqual(parseConfig(dump(config), { path: "gantry.yaml" }).config, config);
  }));
});

function refusal(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error;
  }
  assert.fail("it was not refused");
}

function configs(): fc.Arbitrary<Config> {
  const text = fc.string({ unit: "binary" });
  const filled = fc.string({ unit: "binary", minLength: 1 });
  const word = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
  const version = fc.tuple(fc.nat(), fc.nat(), fc.nat()).map((numbers) => numbers.join("."));
  return fc.record({
    $schema: text,
    source: filled,
    profile: fc.constantFrom("auto", "generic", "flux", "timoni", "image"),
    targets: fc.array(
      fc.oneof(
        fc.tuple(word, word, version).map(([host, name, tag]) => `oci://${host}:5000/${name}/${name}:${tag}`),
        word.map((path) => `oci-layout:./dist/${path}`),
        word.map((path) => `oci-archive:/dist/${path}.tar:latest`),
      ),
      { minLength: 1 },
    ),
    version,
    latest: fc.boolean(),
    tags: fc.array(word),
    immutable: fc.boolean(),
    annotations: fc.dictionary(filled.filter((key) => key !== "__proto__"), text, { noNullPrototype: true }),
    ignore: fc.array(text),
    ignoreFile: filled,
    defaultIgnores: fc.boolean(),
    symlinks: fc.constantFrom("follow", "skip", "error"),
    artifactType: fc.constantFrom("a/b", "application/vnd.acme.config.v1"),
    compression: fc.constantFrom("gzip", "zstd", "none"),
    compressionLevel: fc.integer({ min: 1, max: 19 }),
    concurrency: fc.integer({ min: 1, max: 64 }),
    retries: fc.integer({ min: 0, max: 20 }),
    timeout: fc.constantFrom("30", "30s", "5m", "1h", "1m30s"),
    stdinName: fc.constantFrom("a", "values.yaml", "ä b"),
  }, { requiredKeys: [], noNullPrototype: true });
}
