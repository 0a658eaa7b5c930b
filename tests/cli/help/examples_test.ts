import assert from "node:assert/strict";
import { examplesOf } from "../../../src/cli/help/examples.ts";
import { helpPages } from "./help_pages.ts";

for (const { name, command } of helpPages()) {
  if (command === undefined) continue;
  Deno.test(`gantry help ${name} has three examples or more on top, each with gantry in it`, () => {
    const examples = examplesOf(command);
    assert.ok(examples.length >= 3, "withExamples() says them, where the command is declared");
    for (const [what, line] of examples) {
      assert.match(line, /(?:^|\| )gantry /);
      assert.doesNotMatch(what, /[.:]$/);
    }
  });
}
