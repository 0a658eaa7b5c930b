/** Every line with gantry in the pages for beginners runs as it stands, as those of the help do. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { ExampleResult } from "../support/run_examples.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const PAGES = ["start", "recipes", "troubleshooting"] as const;

/** The lines of the shell blocks of a page that begin with `gantry`. */
async function linesOf(page: string): Promise<readonly string[]> {
  const text = await Deno.readTextFile(`${ROOT}docs/${page}.md`);
  const blocks = [...text.matchAll(/^ *```sh\n(.*?)^ *```$/gms)].map(([, block = ""]) => block);
  return blocks.flatMap((block) => block.split("\n")).map((line) => line.trim()).filter((line) =>
    line.startsWith("gantry ")
  );
}

async function run(lines: readonly string[]): Promise<readonly ExampleResult[]> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--frozen", "tests/support/run_examples.ts"],
    cwd: ROOT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(JSON.stringify(lines)));
  await writer.close();
  const { success, stdout, stderr } = await child.output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("every line of the pages for beginners runs as it stands", async (t) => {
  const lines = [...new Set((await Promise.all(PAGES.map(linesOf))).flat())];
  assert.ok(lines.length > 20, `there are only ${lines.length}`);
  for (const { line, code, stderr } of await run(lines)) {
    const mayBe = / (?:diff|--for|verify .*--key|--verify-key) /.test(line) ? [0, 1] : [0];
    await t.step(line, () => assert.ok(mayBe.includes(code), `exit code ${code}\n${stderr}`));
  }
});
