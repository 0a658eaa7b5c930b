/** Every line with gantry in the pages for beginners runs as it stands, as those of the help do. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { runExampleLines } from "../support/examples/example_lines.ts";

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

Deno.test("every line of the pages for beginners runs as it stands", async (t) => {
  const lines = [...new Set((await Promise.all(PAGES.map(linesOf))).flat())];
  assert.ok(lines.length > 20, `there are only ${lines.length}`);
  for (const { line, code, stderr } of await runExampleLines(lines)) {
    const mayBe = / (?:diff|--for|verify .*--key|--verify-key) /.test(line) ? [0, 1] : [0];
    await t.step(line, () => assert.ok(mayBe.includes(code), `exit code ${code}\n${stderr}`));
  }
});
