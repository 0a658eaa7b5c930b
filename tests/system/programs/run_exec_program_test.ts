import assert from "node:assert/strict";
import { type Ended, runExecProgram, type RunProgram } from "../../../src/system/programs/run_exec_program.ts";
import { writeProgram, writeScript } from "../../support/script.ts";
import { runTool, tool } from "../../support/tools.ts";
import { tempDirectory } from "../../support/temp_directory.ts";

Deno.test("runExecProgram() ends a program and what it started by SIGTERM when it is aborted", async () => {
  await using directory = await tempDirectory();
  const witness = await makeWitness(directory.path);
  const script = [`trap 'echo told >&2; exit 0' TERM`, witness.process, "wait"];
  assert.deepEqual(await abortedWhenUp(directory.path, script, 60_000), ["up", "told"]);
  await witness.gone;
});

Deno.test("runExecProgram() ends a program that does not listen by SIGKILL", async () => {
  await using directory = await tempDirectory();
  const witness = await makeWitness(directory.path);
  assert.deepEqual(await abortedWhenUp(directory.path, ["trap '' TERM", witness.process, "wait"], 50), ["up"]);
  await witness.gone;
});

/** Aborts a program when it says the first line, and gives all lines. */
async function abortedWhenUp(
  directory: string,
  script: readonly string[],
  patience: number,
): Promise<readonly string[]> {
  const lines: string[] = [];
  const stop = new AbortController();
  const reason = new Error("enough");
  const line = (text: string): void => {
    lines.push(text);
    stop.abort(reason);
  };
  await assert.rejects(start(directory, script, { signal: stop.signal, patience, line }), reason);
  return lines;
}

/** A line of shell that starts a process and waits until it is up; and what settles when that process is no more. */
async function makeWitness(directory: string): Promise<{ readonly process: string; readonly gone: Promise<string> }> {
  const [pipe, up] = [`${directory}/pipe`, `${directory}/up`];
  await tool("mkfifo", [pipe, up]);
  return {
    process: `sh -c 'exec 3>"${pipe}"; echo up >&2; echo > "${up}"; exec sleep 600' & read _ < "${up}"`,
    // A pipe has an end when nobody holds it open for writing any more.
    gone: tool("cat", [pipe]),
  };
}

Deno.test("runExecProgram() does not wait for what a program leaves behind, and ends it", async () => {
  await using directory = await tempDirectory();
  const witness = await makeWitness(directory.path);
  const ended = await start(directory.path, [witness.process, "echo done"]);
  assert.deepEqual([ended.code, ended.stdout], [0, "done\n"]);
  await witness.gone;
});

Deno.test("runExecProgram() gives no input to a program that reads none, however much there is", async () => {
  await using directory = await tempDirectory();
  const ended = await start(directory.path, ["exec <&-", "echo done"], { input: "x".repeat(1024 * 1024) });
  assert.deepEqual([ended.code, ended.stdout], [0, "done\n"]);
});

Deno.test("runExecProgram() does not start a program when it is aborted already", async () => {
  await using directory = await tempDirectory();
  const reason = new Error("before");
  await assert.rejects(start(directory.path, ["echo > ran"], { signal: AbortSignal.abort(reason) }), reason);
});

Deno.test("runExecProgram() says that the interpreter of a script does not exist", async () => {
  await using directory = await tempDirectory();
  const path = `${directory.path}/script`;
  await writeProgram(path, "#!/no/such/shell\n");
  await assert.rejects(run(path), {
    message: `Cannot run "${path}": the interpreter that its first line names does not exist`,
  });
});

Deno.test("runExecProgram() tells lines as they come, and keeps the last ten", async () => {
  await using directory = await tempDirectory();
  const lines: string[] = [];
  const script = ["i=0; while [ $i -lt 12 ]; do echo line $i >&2; i=$((i+1)); done", "printf 'no end' >&2"];
  const ended = await start(directory.path, script, { line: (text) => lines.push(text) });
  assert.deepEqual(lines, [...Array.from({ length: 12 }, (_, at) => `line ${at}`), "no end"]);
  assert.deepEqual(ended.lastLines, lines.slice(-10));
});

Deno.test("runExecProgram() ends a program when gantry itself ends at once", async () => {
  await using directory = await tempDirectory();
  const witness = await makeWitness(directory.path);
  const program = await writeScript(directory.path, "program", witness.process, "wait");
  const module = new URL("../../../src/system/programs/run_exec_program.ts", import.meta.url).href;
  const source = `
    import { runExecProgram } from ${JSON.stringify(module)};
    await runExecProgram(${JSON.stringify(program)}, {
      args: [],
      env: { PATH: "/usr/bin:/bin" },
      input: "",
      signal: new AbortController().signal,
      line: () => Deno.exit(7),
      limit: 10,
      patience: 60000,
    });`;
  const { code, stderr } = await runTool(Deno.execPath(), ["eval", "--no-lock", source]);
  assert.equal(code, 7, stderr);
  await witness.gone;
});

async function start(
  directory: string,
  script: readonly string[],
  options: Partial<RunProgram> = {},
): Promise<Ended> {
  return await run(await writeScript(directory, "program", ...script), options);
}

function run(program: string, options: Partial<RunProgram> = {}): Promise<Ended> {
  return runExecProgram(program, {
    args: [],
    env: { PATH: "/usr/bin:/bin" },
    input: "",
    signal: new AbortController().signal,
    line: () => {},
    limit: 1024,
    patience: 60_000,
    ...options,
  });
}
