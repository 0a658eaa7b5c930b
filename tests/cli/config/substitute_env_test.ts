import assert from "node:assert/strict";
import { ConfigError } from "../../../src/cli/config/config_error.ts";
import { parseConfig, type ParsedConfig } from "../../../src/cli/config/parse_config.ts";

const SECRET = "s3cr3t-that-is-so-long-that-a-message-would-cut-it-short";
const VALUES: Readonly<Record<string, string>> = { STAGE: "production", COUNT: "3", EMPTY: "", SCAN_TOKEN: SECRET };

function parse(text: string): ParsedConfig {
  const readEnv = (names: readonly string[]): Readonly<Record<string, string | undefined>> =>
    Object.fromEntries(names.map((name) => [name, VALUES[name]]));
  return parseConfig(text, { path: "gantry.yaml", readEnv });
}

Deno.test("parseConfig() puts declared variables into strings of every level, and into no key", () => {
  const { config } = parse(`
env: [STAGE, SCAN_TOKEN]
targets: ["oci://ghcr.io/acme/\${STAGE}:a-\${STAGE}"]
annotations: { "\${STAGE}": "is \${STAGE}", price: "$$\${5}, $5 and $", "a": "$$$\${STAGE}" }
pipeline:
  filter: [["./x.ts", { deep: [{ value: "\${STAGE}" }], number: 1 }]]
`);
  assert.deepEqual(config, {
    env: ["STAGE", "SCAN_TOKEN"],
    targets: ["oci://ghcr.io/acme/production:a-production"],
    annotations: { "${STAGE}": "is production", price: "$${5}, $5 and $", a: "$$${STAGE}" },
    pipeline: { filter: [["./x.ts", { deep: [{ value: "production" }], number: 1 }]] },
  });
});

const REFUSED: readonly (readonly [what: string, text: string, message: string])[] = [
  [
    "a variable that is not declared",
    'source: "${STAGE}"',
    'gantry.yaml:1:9: the environment variable STAGE is not declared, add it to the list "env"',
  ],
  [
    "a variable that is not set, and one that is empty",
    "env: [NOWHERE, EMPTY]\nsource: a/${NOWHERE}\nignoreFile: ${EMPTY}",
    "gantry.yaml:2:9: the environment variable NOWHERE is not set or empty\n" +
    "gantry.yaml:3:13: the environment variable EMPTY is not set or empty",
  ],
  [
    "what names no variable",
    "env: [STAGE]\ntags: ['${STAGE-x}', '${', '${STAGE']",
    'gantry.yaml:2:8: "${STAGE-x}" names no environment variable, write "$${" for a "${" that means itself\n' +
    'gantry.yaml:2:22: "${" names no environment variable, write "$${" for a "${" that means itself\n' +
    'gantry.yaml:2:28: "${" names no environment variable, write "$${" for a "${" that means itself',
  ],
  [
    "a list of variables that names none",
    "env: [1A, 2, A]",
    'gantry.yaml:1:7: "env[0]": must be the name of an environment variable\n' +
    'gantry.yaml:1:11: "env[1]": must be a string, not 2: put it in quotes',
  ],
  [
    "a value that does not fit, where it stands",
    "env: [COUNT, STAGE]\nretries: ${COUNT}\nsymlinks: ${STAGE}",
    'gantry.yaml:2:10: "retries": must be a whole number from 0 to 20, not "3"\n' +
    'gantry.yaml:3:11: "symlinks": must be one of "follow", "skip", "error", not "production"',
  ],
  [
    "a secret that does not fit, without showing any of it",
    "env: [SCAN_TOKEN]\nsymlinks: ${SCAN_TOKEN}\ntargets: ['oci://${SCAN_TOKEN}']",
    'gantry.yaml:2:11: "symlinks": it does not fit, and is not shown because it holds ${SCAN_TOKEN}\n' +
    'gantry.yaml:3:11: "targets[0]": it does not fit, and is not shown because it holds ${SCAN_TOKEN}',
  ],
];

for (const [what, text, message] of REFUSED) {
  Deno.test(`parseConfig() refuses ${what}`, () => {
    assert.throws(() => parse(text), (error) => {
      assert.ok(error instanceof ConfigError);
      assert.equal(error.message, message);
      return true;
    });
  });
}

Deno.test("parseConfig() can say later where something stands, and what is wrong with it", () => {
  const { positions } = parse(`
env: [SCAN_TOKEN]
pipeline:
  filter:
    - ignore
    - use: ./x.ts
      options: { kindz: [], token: "\${SCAN_TOKEN}" }
`);
  const options = ["pipeline", "filter", 1, "options"];
  assert.equal(positions.at(["pipeline", "filter", 1]), "gantry.yaml:6:7");
  assert.equal(positions.at(["pipeline", "filter", 1, "options", "nowhere"]), "gantry.yaml:7:16");
  assert.deepEqual(
    positions.problems([
      { path: [...options, "token"], message: `must be a number, not ${SECRET}` },
      { path: [...options, "kindz"], message: "unknown option", isKey: true },
      { path: [...options, "kinds"], message: "is missing" },
    ]),
    [
      'gantry.yaml:7:16: "pipeline.filter[1].options.kinds": is missing',
      'gantry.yaml:7:18: "pipeline.filter[1].options.kindz": unknown option',
      'gantry.yaml:7:36: "pipeline.filter[1].options.token": it does not fit, and is not shown because it holds ${SCAN_TOKEN}',
    ],
  );
});
