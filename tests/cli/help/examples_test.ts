import assert from "node:assert/strict";
import { examplesOf } from "../../../src/cli/help/examples.ts";
import { airgapTopic } from "../../../src/cli/help/airgap_topic.ts";
import { registryTopic } from "../../../src/cli/help/registry_topic.ts";
import { MIGRATIONS } from "../../../src/cli/habits/migrations.ts";
import { runExampleLines } from "../../support/examples/example_lines.ts";
import { helpPages } from "./help_pages.ts";

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
  const commands = [...COMMANDS.map(({ command }) => command), registryTopic(), airgapTopic()];
  const examples = commands.flatMap(examplesOf).map(([, line]) => line);
  const lines = [...new Set([...examples, ...MIGRATIONS.map(({ here }) => here)])];
  for (const { line, code, stderr } of (await runExampleLines(lines.map((each) => [each]))).flat()) {
    // A difference is what `diff` was asked for, and a refusal what `--for` was.
    const mayBe = / (?:diff|--for) /.test(line) ? [0, 1] : [0];
    await t.step(line, () => assert.ok(mayBe.includes(code), `exit code ${code}\n${stderr}`));
  }
});
