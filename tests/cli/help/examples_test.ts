import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { examplesOf } from "../../../src/cli/help/examples.ts";
import { registryTopic } from "../../../src/cli/help/registry_topic.ts";
import { MIGRATIONS } from "../../../src/cli/habits/migrations.ts";
import type { ExampleResult } from "../../support/run_examples.ts";
import { helpPages } from "./help_pages.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const COMMANDS = helpPages().flatMap(({ name, command }) => command === undefined ? [] : [{ name, command }]);

for (const { name, command } of COMMANDS) {
  Deno.test(`gantry help ${name} has three examples or more on top, each with gantry in it`, () => {
    const examples = examplesOf(command);
    assert.ok(examples.length >= 3, "withExamples() says them, where the command is declared");
    for (const [what, line] of examples) {
      assert.match(line, /(?:^|\| )gantry /);
      assert.doesNotMatch(what, /[.:]$/);
    }
  });
}

Deno.test("every example in the help runs as it stands", async (t) => {
  const commands = [...COMMANDS.map(({ command }) => command), registryTopic()];
  const examples = commands.flatMap(examplesOf).map(([, line]) => line);
  const lines = [...new Set([...examples, ...MIGRATIONS.map(({ here }) => here)])];
  for (const { line, code, stderr } of await run(lines)) {
    // A difference is what `diff` was asked for, and a refusal what `--for` was.
    const mayBe = / (?:diff|--for) /.test(line) ? [0, 1] : [0];
    await t.step(line, () => assert.ok(mayBe.includes(code), `exit code ${code}\n${stderr}`));
  }
});

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
