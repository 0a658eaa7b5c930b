/** Two processes that sign one artifact in the same moment, each with a key of its own: nobody loses a signature. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gantryOk, push } from "../support/gantry.ts";
import { startGantry } from "../support/processes/gantry_process.ts";
import { startRegistry } from "../support/registry_process.ts";
import { sampleKeyPath } from "../support/sample_keys.ts";
import { writeScript } from "../support/script.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

/** How often they meet: `GANTRY_RACE_ROUNDS=200` for a long night. */
const ROUNDS = Number(Deno.env.get("GANTRY_RACE_ROUNDS") ?? 10);
const timeout = 60_000 + ROUNDS * 20_000;
const KEYS = ["p256", "p384"] as const;

/**
 * Programs that sign, each with a key. For each signature they meet: whoever opens one end of a pipe waits for the
 * other.
 */
async function meetingSigners(directory: string): Promise<readonly string[]> {
  const [there, back] = [join(directory, "there"), join(directory, "back")];
  await tool("mkfifo", [there, back]);
  const meetings = [[`echo > ${there}`, `read -r _ < ${back}`], [`read -r _ < ${there}`, `echo > ${back}`]];
  return await Promise.all(KEYS.map(async (name, at) => {
    const path = await writeScript(
      directory,
      `${name}.sh`,
      `[ "$1" = public-key ] && exec cat ${fileURLToPath(sampleKeyPath(`${name}.pub`))}`,
      ...meetings[at] ?? [],
      `exec openssl dgst -sha256 -sign ${fileURLToPath(sampleKeyPath(`${name}.pem`))}`,
    );
    return `exec:${path}`;
  }));
}

/** Runs the command line with each of the keys, all at once. */
async function allAtOnce(directory: string, args: (key: string) => readonly string[]): Promise<void> {
  const env = { PATH: Deno.env.get("PATH") ?? "" };
  const runs = (await meetingSigners(directory)).map((key) => startGantry(args(key), { cwd: directory, env }));
  for (const run of runs) {
    const { code, stderr } = await run.ended();
    assert.equal(code, 0, stderr);
  }
}

/** Both forms of a signature by each key are there. */
async function assertSigned(artifact: string): Promise<void> {
  for (const name of KEYS) {
    const key = fileURLToPath(sampleKeyPath(`${name}.pub`));
    const { stdout } = await gantryOk(["verify", artifact, "--key", key, "-o", "json"]);
    const [{ signatures }] = JSON.parse(stdout).artifacts;
    const formats = signatures.map(({ format }: { readonly format: string }) => format).toSorted();
    assert.deepEqual(formats, ["bundle", "legacy"], `${artifact} by ${name}`);
  }
}

for (const command of ["registry", "ociregistry"] as const) {
  toolTest(
    `two pushes to ${command} that sign at once lose nothing`,
    { tools: [command, "openssl"], timeout },
    async () => {
      await using directory = await tempDirectory();
      await using registry = await startRegistry(command);
      for (let round = 0; round < ROUNDS; round++) {
        const path = join(directory.path, `${round}`);
        await writeTree(path, { "source/app.yaml": `round: ${round}\n` });
        const place = `oci://${registry.host}/acme/app-${round}`;
        await allAtOnce(path, (key) => ["push", "source", place, "-t", "dev", "-q", "--sign-key", key]);
        await assertSigned(`${place}:dev`);
      }
    },
  );
}

for (const [form, what] of [["oci-archive:app.tar", "a tar"], ["oci-layout:app", "a layout"]] as const) {
  toolTest(`two who sign ${what} at once lose nothing`, { tools: ["openssl"], timeout }, async () => {
    await using directory = await tempDirectory();
    for (let round = 0; round < ROUNDS; round++) {
      const path = join(directory.path, `${round}`);
      await writeTree(path, { "source/app.yaml": `round: ${round}\n` });
      const place = form.replace(":", `:${path}/`);
      await push([join(path, "source"), place, "-t", "dev"]);
      await allAtOnce(path, (key) => ["sign", `${place}:dev`, "-q", "--key", key]);
      await assertSigned(`${place}:dev`);
      const { stdout } = await gantryOk(["verify", place, "-o", "json"]);
      assert.deepEqual(JSON.parse(stdout).unreferenced, []);
    }
  });
}
