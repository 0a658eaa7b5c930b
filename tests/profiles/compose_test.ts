/** Profile `compose`: the files of a project, and what a project could not be run without. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startFakeRegistry } from "../support/fake_registry.ts";
import { foreignRepository } from "../support/foreign_artifact.ts";
import { gantry, gantryOk } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

const PROJECT = {
  "compose.yaml": `x-web: &web
  image: nginx
  env_file:
    - ./web.env
    - { path: local.env, required: false }
services:
  web: { <<: *web, labels: !override [] }
  cache: { extends: { file: ./common.yml, service: cache } }
---
services: { built: { build: ., image: acme/built } }
`,
  "common.yml":
    "services:\n  cache: { image: varnish, env_file: cache.env, extends: { file: deep.yml, service: x } }\n",
  "deep.yml": "services: { x: { image: x, extends: { service: y } }, y: { image: y } }\n",
  "compose.override.yml": "services: { web: { environment: { A: b } } }\n",
  "web.env": "A=1\n",
  "cache.env": "B=2\n",
  "docker-compose.yml": "services: {}\n",
  "other.yaml": "services: {}\n",
  "config/app.env": "C=3\n",
  "README.md": "# Not for Compose\n",
};

Deno.test("the profile compose makes a layer of each file of the project, as docker compose publish does", async () => {
  await withProject(PROJECT, async ({ source, at }) => {
    const { stdout } = await gantryOk(["plan", source, "--profile", "compose", "--for", "compose", "-o", "json"]);
    const { artifactType, config, layers, dropped, consumers, digest } = JSON.parse(stdout);
    assert.equal(artifactType, "application/vnd.docker.compose.project");
    assert.equal(config.mediaType, "application/vnd.oci.empty.v1+json");
    assert.deepEqual(layers.map(({ mediaType, annotations }: Layer) => [mediaType.split("compose.")[1], annotations]), [
      ["file+yaml", { [FILE]: "compose.yaml", [TITLE]: "compose.yaml" }],
      ["file+yaml", { [FILE]: "compose.override.yml", [TITLE]: "compose.override.yml" }],
      ["file+yaml", { [EXTENDS]: "true", [FILE]: "common.yml", [TITLE]: "common.yml" }],
      ["file+yaml", { [EXTENDS]: "true", [FILE]: "deep.yml", [TITLE]: "deep.yml" }],
      ["envfile", { [ENV]: "web.env", [TITLE]: "web.env" }],
      ["envfile", { [ENV]: "cache.env", [TITLE]: "cache.env" }],
    ]);
    assert.deepEqual(dropped.map(({ path }: Path) => path), [
      "README.md",
      "config/app.env",
      "docker-compose.yml",
      "other.yaml",
    ]);
    assert.equal(consumers[0].accepted, true);
    assert.equal(digest, "sha256:908daacdcad26a2f390cf5ebf6bf6872c9dbd1726137ab642d6acd995f932b1a");

    const target = `oci-layout:${at("layout")}:1`;
    await gantryOk(["push", source, target, "--profile", "compose"]);
    assert.deepEqual(await gantry(["diff", target, source]), { code: 0, stdout: "", stderr: "" });
    await Deno.writeTextFile(join(source, "web.env"), "A=2\n");
    assert.match((await gantry(["diff", target, source])).stdout, /~ +web\.env/);
  });
});

Deno.test("auto takes a Compose file and nothing but env files beside it for a project", async () => {
  await withProject({ "docker-compose.yml": "services: {}\n", "web.env": "", ".env": "" }, async ({ source }) => {
    const chosen = async (): Promise<string> =>
      JSON.parse((await gantryOk(["plan", source, "-o", "json"])).stdout).profile;
    const { stderr } = await gantryOk(["plan", source]);
    assert.match(stderr, /^Profile compose: there is a docker-compose\.yml, and nothing but env files beside it; /m);
    await Deno.writeTextFile(join(source, "README.md"), "");
    assert.equal(await chosen(), "generic");
  });
});

Deno.test("a Compose file that is published by itself may have any name", async () => {
  await withProject({ "stack.yaml": "services: { a: { image: a } }\n" }, async ({ source }) => {
    const args = ["plan", join(source, "stack.yaml"), "--profile", "compose", "-o", "json"];
    const { layers } = JSON.parse((await gantryOk(args)).stdout);
    assert.deepEqual(layers.map(({ annotations }: Layer) => annotations[FILE]), ["stack.yaml"]);
  });
});

const REFUSED: readonly (readonly [what: string, compose: string, said: string])[] = [
  [
    "an env file that is not there",
    "services:\n  a:\n    image: a\n    env_file: a.env\n",
    'compose.yaml:4: there is no file "a.env"',
  ],
  [
    "a file that is not there",
    "services:\n  a: { extends: { file: b.yaml, service: b } }\n",
    'compose.yaml:2: there is no file "b.yaml"',
  ],
  [
    "an env file in a directory",
    "services:\n  a:\n    env_file: [./env/a.env]\n",
    'compose.yaml:3: "./env/a.env" is in another directory, and a published project has one only',
  ],
  [
    "a file above",
    "services:\n  a:\n    extends: { file: ../b.yaml }\n",
    'compose.yaml:3: "../b.yaml" is in another directory',
  ],
  [
    "an env file by a variable",
    'services:\n  a: { env_file: "${NAME}.env" }\n',
    'compose.yaml:2: "${NAME}.env" is named by a variable, so nobody can tell which file it is',
  ],
  [
    "a service without an image",
    "services:\n  a:\n    build: .\n",
    'compose.yaml:3: the service "a" is built and has no image to be run from',
  ],
  [
    "a file that is included",
    "services: {}\ninclude:\n  - other.yaml\n",
    'compose.yaml:3: "other.yaml" is included, and Compose publishes no such file',
  ],
  ["a file that is included by its path", "include:\n  - path: [a.yaml]\n", 'compose.yaml:2: "a.yaml" is included'],
  ["no object", "- a\n", "compose.yaml:1: there must be an object"],
  ["broken YAML", "a: 1\nb: [\n", "compose.yaml:3: the syntax is broken: "],
];

for (const [what, compose, said] of REFUSED) {
  Deno.test(`the profile compose refuses ${what}`, async () => {
    await withProject({ "compose.yaml": compose, "env/a.env": "" }, async ({ source }) => {
      const { code, stderr } = await gantry(["push", source, "oci://registry.invalid/a", "--profile", "compose"]);
      assert.equal(code, 2, stderr);
      assert.ok(stderr.startsWith(`error: Cannot publish the project: ${said}`), stderr);
      assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
    });
  });
}

Deno.test("the profile compose refuses a mark before any file but the first, which Compose would choke on", async () => {
  const marked = "# x\n---\nservices: { a: { image: a } }\n";
  await withProject({ "compose.yaml": marked, "compose.override.yaml": marked }, async ({ source }) => {
    const { code, stderr } = await gantry(["plan", source, "--profile", "compose"]);
    assert.equal(code, 2);
    assert.match(stderr, /compose\.override\.yaml:2: only the first file may begin with "---"/);
    await Deno.remove(join(source, "compose.override.yaml"));
    await gantryOk(["plan", source, "--profile", "compose"]);
  });
});

Deno.test("the profile compose refuses a directory without a Compose file", async () => {
  await withProject({ "a.yaml": "", "b.yaml": "" }, async ({ source }) => {
    const { code, stderr } = await gantry(["plan", source, "--profile", "compose"]);
    assert.equal(code, 2);
    assert.match(
      stderr,
      /there is no compose\.yaml, no compose\.yml, no docker-compose\.yml and no docker-compose\.yaml/,
    );
  });
});

Deno.test("what a project needs and does not bring costs a warning", async () => {
  const compose = `services:
  a: { image: a, volumes: [./data:/data, named:/x, { type: bind, source: ../b }] }
configs: { c: { file: ./c.conf } }
secrets: { s: { environment: S } }
include: ["https://github.com/acme/x.git"]
`;
  await withProject({ "compose.yaml": compose, "env/a.env": "" }, async ({ source }) => {
    const { stderr } = await gantryOk(["plan", source, "--profile", "compose"]);
    assert.deepEqual(stderr.trim().split("\n"), [
      'warning: compose.yaml:3: "./c.conf" is not published, and the config "c" needs it where it is run',
      'warning: compose.yaml:2: "./data:/data" is not published, and a volume of "a" needs it where it is run',
      'warning: compose.yaml:2: "../b" is not published, and a volume of "a" needs it where it is run',
    ]);
  });
});

Deno.test("what docker compose has published is pulled by its own names", async () => {
  await using registry = startFakeRegistry();
  await withProject({ "compose.yaml": "services: {}\n", "web.env": "A=1\n" }, async ({ source, at }) => {
    const text = await Deno.readTextFile(join(source, "compose.yaml"));
    const theirs = foreignRepository(registry, "acme/theirs");
    theirs.manifest({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      artifactType: "application/vnd.docker.compose.project",
      config: theirs.blob("{}", "application/vnd.oci.empty.v1+json"),
      layers: [
        theirs.blob(text, "application/vnd.docker.compose.file+yaml", { annotations: { [FILE]: "compose.yaml" } }),
        theirs.blob("A=1\n", "application/vnd.docker.compose.envfile", { annotations: { [ENV]: "web.env" } }),
      ],
    });
    const url = `${theirs.url}:1`;
    await gantryOk(["pull", url, at("pulled")]);
    assert.equal(await Deno.readTextFile(at("pulled/web.env")), "A=1\n");
    assert.equal(await Deno.readTextFile(at("pulled/compose.yaml")), text);
  });
});

const TITLE = "org.opencontainers.image.title";
const FILE = "com.docker.compose.file";
const ENV = "com.docker.compose.envfile";
const EXTENDS = "com.docker.compose.extends";

interface Layer {
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Path {
  readonly path: string;
}

interface Project {
  readonly source: string;
  readonly at: (path: string) => string;
}

async function withProject(
  files: Readonly<Record<string, string>>,
  use: (project: Project) => Promise<void>,
): Promise<void> {
  await using directory = await tempDirectory();
  const at = (path: string): string => join(directory.path, path);
  await writeTree(at("source"), files);
  await use({ source: at("source"), at });
}
