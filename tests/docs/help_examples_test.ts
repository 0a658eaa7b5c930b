import assert from "node:assert/strict";
import { MIGRATIONS } from "../../src/cli/habits/migrations.ts";
import { airgapTopic } from "../../src/cli/help/airgap_topic.ts";
import { examplesOf } from "../../src/cli/help/examples.ts";
import { registryTopic } from "../../src/cli/help/registry_topic.ts";
import { helpPages } from "../cli/help/help_pages.ts";
import { runExampleLines } from "../support/examples/example_lines.ts";

Deno.test("every example in the help runs as it stands", async (t) => {
  const commands = [...helpPages().flatMap(({ command }) => command ?? []), registryTopic(), airgapTopic()];
  const examples = commands.flatMap(examplesOf).map(([, line]) => line);
  const lines = [...new Set([...examples, ...MIGRATIONS.map(({ here }) => here)])];
  for (const { line, code, stderr } of (await runExampleLines(lines.map((each) => [each]))).flat()) {
    // A difference is what `diff` was asked for, and a refusal what `--for` was.
    const mayBe = / (?:diff|--for) /.test(line) ? [0, 1] : [0];
    await t.step(line, () => assert.ok(mayBe.includes(code), `exit code ${code}\n${stderr}`));
  }
});
