import assert from "node:assert/strict";
import { residentMemory, timed, watched } from "../../bench/observe.ts";

const NOTHING = { program: Deno.execPath(), args: ["eval", ""] };
const FAILS = { program: Deno.execPath(), args: ["eval", "console.error('no room'); Deno.exit(3)"] };
const HAS_PROC = Deno.build.os === "linux";

Deno.test("timed() gives the time and the CPU time of a command", async () => {
  const { seconds, cpuSeconds } = await timed(NOTHING, {});
  assert.ok(seconds > 0 && cpuSeconds > 0, `${seconds} ${cpuSeconds}`);
});

Deno.test("timed() and watched() throw what a command that fails has said", async () => {
  for (const run of [timed, watched]) await assert.rejects(run(FAILS, {}), /no room/);
});

Deno.test("watched() sees the memory of a command", { ignore: !HAS_PROC }, async () => {
  assert.ok(await watched(NOTHING, {}) > 0);
});

Deno.test("residentMemory() counts what is below a process, and nothing of one that is gone", {
  ignore: !HAS_PROC,
}, async () => {
  const child = new Deno.Command("bash", { args: ["-c", "cat; :"], stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("up"));
  const reader = child.stdout.getReader();
  const { value } = await reader.read(); // cat is there
  assert.equal(new TextDecoder().decode(value), "up");
  const [own] = Deno.readTextFileSync(`/proc/${child.pid}/statm`).split(" ").slice(1).map((pages) => 4096 * +pages);
  assert.ok(residentMemory(child.pid) > (own ?? Infinity));
  await writer.close();
  await reader.cancel();
  await child.status;
  assert.equal(residentMemory(child.pid), 0);
});

Deno.test("residentMemory() counts nothing of a process that is its parent's copy", { ignore: !HAS_PROC }, async () => {
  const child = new Deno.Command("bash", {
    args: ["-c", "(echo $BASHPID; read -r; exit) <&0; exit"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const copy = Number(new TextDecoder().decode((await reader.read()).value));
  assert.ok(copy > 0 && copy !== child.pid && residentMemory(copy) > 0);
  const [own] = Deno.readTextFileSync(`/proc/${child.pid}/statm`).split(" ").slice(1).map((pages) => 4096 * +pages);
  const all = residentMemory(child.pid);
  assert.ok(all < (own ?? 0) + residentMemory(copy), `${all} of ${own}`);
  await child.stdin.close();
  await reader.cancel();
  await child.status;
});
