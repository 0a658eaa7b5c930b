import assert from "node:assert/strict";
import { join } from "node:path";
import { type ProgramResult, runProgram, type RunProgramOptions } from "../../src/system/run_program.ts";
import { writeScript } from "../support/script.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { testClock } from "../registry/support.ts";

const NEVER = new AbortController().signal;

/** Runs a script, with no program in reach but those of the system. */
async function runScript(
  lines: readonly string[],
  options: Partial<RunProgramOptions> = {},
): Promise<ProgramResult | undefined> {
  await using directory = await tempDirectory();
  await writeScript(directory.path, "program", ...lines);
  const path = `${directory.path}:/usr/bin:/bin`;
  return await runProgram("program", { args: ["get"], input: "", signal: NEVER, path, ...options });
}

Deno.test("runProgram() gives what the program makes of its arguments and its input", async () => {
  const result = await runScript(['echo "$1 $(cat)"', "echo oops >&2", "exit 3"], { input: "s\u00e9cret" });
  assert.deepEqual(result, { code: 3, stdout: "get s\u00e9cret\n", stderr: "oops\n" });
});

Deno.test("runProgram() gives a program the environment of this process, but for what it shall not see", async () => {
  const lines = ['echo "$HOME|$TMPDIR"'];
  const home = Deno.env.get("HOME") ?? "";
  assert.notEqual(home, "");
  const result = await runScript(lines, { hidden: ["HOME"] });
  assert.equal(result?.stdout.startsWith("|"), true);
  assert.equal((await runScript(lines))?.stdout.startsWith(`${home}|`), true);
});

Deno.test("runProgram() does not mind a program that reads nothing", async () => {
  assert.equal((await runScript(["exit 0"], { input: "x".repeat(1_000_000) }))?.code, 0);
});

Deno.test("runProgram() gives undefined when there is no such program, and only then", async () => {
  await using directory = await tempDirectory();
  const options = { args: [], input: "", signal: NEVER, path: directory.path };
  assert.equal(await runProgram("program", options), undefined);
  await writeScript(directory.path, "program", "exit 1");
  assert.equal((await runProgram("program", options))?.code, 1);
});

Deno.test("runProgram() kills a program that does not end in time", async () => {
  const clock = testClock();
  await using directory = await tempDirectory();
  await writeScript(directory.path, "program", "trap '' TERM INT", "exec sleep 1000");
  const path = `${directory.path}:/usr/bin:/bin`;
  const running = runProgram("program", { args: [], input: "", signal: NEVER, path, clock });
  clock.advance(30_000);
  await assert.rejects(running, { message: "Cannot wait for program: it did not end within 30 s" });
});

Deno.test("runProgram() does not wait for what the program has left behind", async () => {
  const clock = testClock();
  await using directory = await tempDirectory();
  const started = join(directory.path, "started");
  await new Deno.Command("mkfifo", { args: [started] }).output();
  await writeScript(directory.path, "program", "sleep 1000 &", `echo $! > '${started}'`);
  const path = `${directory.path}:/usr/bin:/bin`;
  const running = runProgram("program", { args: [], input: "", signal: NEVER, path, clock });
  const left = Number(await Deno.readTextFile(started));
  try {
    clock.advance(30_000);
    await assert.rejects(running, /did not end within 30 s/);
  } finally {
    Deno.kill(left, "SIGKILL");
  }
});

Deno.test("runProgram() kills a program that writes without end", async () => {
  await assert.rejects(runScript(["exec yes"]), {
    message: "Cannot use the answer of program: it is longer than 1048576 bytes",
  });
});

Deno.test("runProgram() throws the signal's reason, before and while the program runs", async () => {
  const reason = new DOMException("Interrupted", "AbortError");
  await assert.rejects(runScript(["exit 0"], { signal: AbortSignal.abort(reason) }), reason);
  await using directory = await tempDirectory();
  await writeScript(directory.path, "program", "exec sleep 1000");
  const abort = new AbortController();
  const path = `${directory.path}:/usr/bin:/bin`;
  const running = runProgram("program", { args: [], input: "", signal: abort.signal, path });
  abort.abort(reason);
  await assert.rejects(running, reason);
});
