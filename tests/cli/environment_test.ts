import assert from "node:assert/strict";
import metadata from "../../deno.json" with { type: "json" };
import { createEnvironment, ENVIRONMENT_VARIABLES } from "../../src/cli/environment.ts";
import { createSecrets } from "../../src/cli/secrets.ts";
import { withoutComments } from "../support/source_text.ts";

const VALUES: Readonly<Record<string, string>> = { HOME: "/home/me", STAGE: "production", SCAN_TOKEN: "hunter2" };
const read = (name: string): string | undefined => VALUES[name];

Deno.test("deno.json permits every variable, because plugins may declare any", () => {
  assert.equal(metadata.permissions.default.env, true);
});

Deno.test("createEnvironment() lets gantry read what it declares and refuses every other name", () => {
  const { env } = createEnvironment(read, createSecrets());
  assert.equal(env("HOME"), "/home/me");
  assert.equal(env("GANTRY_PASSWORD"), undefined);
  assert.throws(() => env("STAGE"), {
    name: "RangeError",
    message: 'Cannot read the environment variable "STAGE": gantry does not declare it',
  });
  for (const name of ENVIRONMENT_VARIABLES) assert.doesNotThrow(() => env(name));
});

Deno.test("createEnvironment() gives declared variables, and hides those that look secret", () => {
  const secrets = createSecrets();
  const { declaredEnv } = createEnvironment(read, secrets);
  assert.deepEqual(declaredEnv(["STAGE", "NOWHERE"]), { STAGE: "production", NOWHERE: undefined });
  assert.equal(secrets.mask("production hunter2"), "production hunter2");
  assert.deepEqual(declaredEnv(["SCAN_TOKEN"]), { SCAN_TOKEN: "hunter2" });
  assert.equal(secrets.mask("production hunter2"), "production ***");
});

/** A library that nobody has given an environment looks at that of its process. */
const MAY_ASK = ["src/registry/http/process_env.ts"];

Deno.test("nothing but main.ts and what libraries need asks the process for its environment", async () => {
  const asking: string[] = [];
  for (const file of await sources("src")) {
    if (/\bDeno\.env\b|\bprocess\.env\b/.test(withoutComments(await Deno.readTextFile(file)))) asking.push(file);
  }
  assert.deepEqual(asking, MAY_ASK);
});

async function sources(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) files.push(...await sources(path));
    else if (name.endsWith(".ts")) files.push(path);
  }
  return files;
}
