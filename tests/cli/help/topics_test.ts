import assert from "node:assert/strict";
import { TOPICS } from "../../../src/cli/help/topics.ts";
import { EXIT_MEANINGS } from "../../../src/cli/output/exit_code.ts";
import { gantry } from "../../support/gantry.ts";

async function help(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await gantry(["help", ...words]);
  assert.deepEqual([code, stderr], [0, ""]);
  return stdout;
}

Deno.test("gantry help help explains help alone, as gantry help --help does", async () => {
  const page = await help("help");
  assert.match(page, /^explain a command or a topic \([^)]*\)\n\nUsage: gantry help \[command\.\.\.\]\n/);
  assert.equal(await help("--help"), page);
});

Deno.test("gantry help topics lists every topic with what it is about", async () => {
  const names = [...(await help("topics")).matchAll(/^ {2}(\S+) {2,}\S/gm)].map(([, name]) => name);
  assert.deepEqual(names, TOPICS);
});

Deno.test("gantry help exit-codes has every exit code, and may be written apart", async () => {
  const page = await help("exit-codes");
  const codes = [...page.matchAll(/^ {2}(\d+) +\S/gm)].map(([, code]) => Number(code));
  assert.deepEqual(codes, EXIT_MEANINGS.map(([code]) => code));
  assert.equal(await help("exit", "codes"), page);
});

Deno.test("gantry help names the topic that was meant", async () => {
  for (const [word, meant] of [["exit-code", "exit-codes"], ["topic", "topics"]] as const) {
    const { code, stderr } = await gantry(["help", word]);
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`\\(Did you mean help ${meant}\\?\\)`));
  }
});
