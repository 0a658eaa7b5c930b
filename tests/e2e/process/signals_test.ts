/** Signals: the first one lets work end cleanly, and the process always ends, whatever it does. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startFakeRegistry } from "../../support/fake_registry.ts";
import { push } from "../../support/gantry.ts";
import { GANTRY, type GantryProcess, startGantry } from "../../support/processes/gantry_process.ts";
import { writeStep } from "../../support/step_plugin.ts";
import { writeScript } from "../../support/script.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool } from "../../support/tools.ts";
import { readTree, writeTree } from "../../support/tree.ts";

/** A timer keeps the program alive: it would see by itself that nothing can come any more. */
const UNTIL_ABORTED = `const timer = setInterval(() => {}, 60_000);
  await new Promise((_, reject) => context.signal.addEventListener("abort", () => {
    clearInterval(timer);
    reject(context.signal.reason);
  }));`;
const FOR_EVER = "while (true) {}";

const CODES = [["SIGHUP", 129], ["SIGINT", 130], ["SIGTERM", 143]] as const;

for (const [signal, code] of CODES) {
  Deno.test(`gantry ends with ${code} at ${signal}, says so, and publishes nothing`, async () => {
    await using directory = await tempDirectory();
    const args = await writeStep(directory.path, UNTIL_ABORTED);
    const process = startGantry(args, { cwd: directory.path });
    await process.said("at work");
    process.kill(signal);
    const ended = await process.ended();
    assert.deepEqual([ended.code, ended.signal], [code, null], ended.stderr);
    assert.match(ended.stderr, /^error: Interrupted$/m);
    await assert.rejects(Deno.stat(join(directory.path, "out")), Deno.errors.NotFound);
  });

  Deno.test(`a second ${signal} ends gantry while a plugin loops; the first one names the plugin`, async () => {
    await using directory = await tempDirectory();
    const process = startGantry(await writeStep(directory.path, FOR_EVER), { cwd: directory.path });
    await process.said("at work");
    process.kill(signal);
    await process.said("plugin acme:step (after:filter) is busy");
    process.kill(signal);
    assert.equal((await process.ended()).signal, signal);
  });
}

Deno.test("one signal is enough for a plugin that loops; it only takes longer", async () => {
  await using directory = await tempDirectory();
  const process = startGantry(await writeStep(directory.path, FOR_EVER), { cwd: directory.path });
  await process.said("at work");
  process.kill("SIGTERM");
  assert.equal((await process.ended()).signal, "SIGTERM");
});

Deno.test("a plugin that loops is ended with the process when its time is up, and named", async () => {
  await using directory = await tempDirectory();
  const args = await writeStep(directory.path, FOR_EVER);
  const config = JSON.parse(await Deno.readTextFile(join(directory.path, "gantry.json")));
  config.pipeline.custom[0].timeout = "1s";
  await Deno.writeTextFile(join(directory.path, "gantry.json"), JSON.stringify(config));
  const process = startGantry(args, { cwd: directory.path });
  const { signal, stderr } = await process.ended();
  assert.equal(signal, "SIGTERM");
  assert.match(stderr, /^error: plugin acme:step \(after:filter\) was not done after 1 s and does not stop/m);
});

Deno.test("SIGHUP does nothing to a gantry that was started to outlive its terminal", async () => {
  await using directory = await tempDirectory();
  const go = join(directory.path, "go");
  const args = await writeStep(
    directory.path,
    `while (!await Deno.stat(${JSON.stringify(go)}).catch(() => false)) await new Promise((go) => setTimeout(go, 10));`,
  );
  const command = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", ...GANTRY];
  const process = startGantry(args, { cwd: directory.path, command });
  await process.said("at work");
  process.kill("SIGHUP");
  await Deno.writeTextFile(go, "");
  const { code, stderr } = await process.ended();
  assert.equal(code, 0, stderr);
});

/** A program that waits for ever, with the temporary files of its run; a pipe has an end when it is gone. */
async function startWithProgram(
  path: string,
): Promise<{ readonly process: GantryProcess; readonly gone: Promise<string> }> {
  await writeTree(path, { "source/a.yaml": "a: 1\n", "tmp/": "" });
  await tool("mkfifo", [join(path, "pipe")]);
  await writeScript(
    path,
    "wait.sh",
    'if [ "$1" = metadata ]; then',
    `  echo '{"protocol":[1],"name":"wait","version":"1.0.0","stage":"before:upload"}'`,
    "  exit",
    "fi",
    `exec 3>"${join(path, "pipe")}"`,
    "echo at work >&2",
    "exec sleep 600",
  );
  const pipeline = { custom: [{ before: "upload", use: "exec:./wait.sh" }] };
  await Deno.writeTextFile(join(path, "gantry.json"), JSON.stringify({ source: "./source", pipeline }));
  const process = startGantry(["push", "oci-layout:out:x", "--config", "gantry.json"], {
    cwd: path,
    env: { TMPDIR: join(path, "tmp") },
  });
  return { process, gone: tool("cat", [join(path, "pipe")]) };
}

for (const signal of ["SIGHUP", "SIGTERM"] as const) {
  Deno.test(`at ${signal} a program that gantry runs ends, and no temporary file stays`, async () => {
    await using directory = await tempDirectory();
    const { process, gone } = await startWithProgram(directory.path);
    await process.said("at work");
    process.kill(signal);
    await process.ended();
    await gone;
    assert.deepEqual(await Array.fromAsync(Deno.readDir(join(directory.path, "tmp"))), []);
  });
}

Deno.test("a program ends when gantry is killed, and the next run removes what was left of this one", async () => {
  await using directory = await tempDirectory();
  const { process, gone } = await startWithProgram(directory.path);
  await process.said("at work");
  process.kill("SIGKILL");
  await process.ended();
  await gone;
  const tmp = join(directory.path, "tmp");
  assert.equal((await Array.fromAsync(Deno.readDir(tmp))).length, 1);
  await Deno.truncate(await large(directory.path), 10 * 1024 * 1024);
  const next = startGantry(["plan", "large", "--compression", "none"], { cwd: directory.path, env: { TMPDIR: tmp } });
  assert.equal((await next.ended()).code, 0);
  assert.deepEqual(await Array.fromAsync(Deno.readDir(tmp)), []);
});

/** A file of zeroes that becomes too large for memory once it is packed without compression. */
async function large(path: string): Promise<string> {
  await writeTree(path, { "large/file": "" });
  return join(path, "large/file");
}

for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`at ${signal} a pull leaves nothing, however early it comes`, async () => {
    await using directory = await tempDirectory();
    await using registry = startFakeRegistry();
    await writeTree(directory.path, { "source/a": "a", "home/temporary/": "" });
    const { url } = await push([join(directory.path, "source"), `oci://${registry.host}/acme/app`, "--tag", "main"]);
    const home = join(directory.path, "home");
    const process = startGantry(["pull", url, "out"], { cwd: home, env: { TMPDIR: join(home, "temporary") } });
    // The layer is asked for when there is a place for it.
    const interrupt = (): Response => {
      process.kill(signal);
      return new Response(new ReadableStream());
    };
    registry.fault({ path: /\/blobs\//, fault: { kind: "answer", answer: interrupt } });
    const ended = await process.ended();
    assert.deepEqual([ended.code, ended.signal], [code, null], ended.stderr);
    assert.deepEqual(Object.keys(await readTree(home)), ["temporary"]);
  });
}
