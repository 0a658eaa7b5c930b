import assert from "node:assert/strict";
import type { Command } from "commander";
import { createProgram } from "../../src/cli/program.ts";
import { fakeWorld } from "./fake_world.ts";

/** Every command, those below others included, with its help on a terminal of some width. */
function helpOf(columns?: number): readonly (readonly [name: string, help: string])[] {
  const terminal = columns === undefined ? undefined : { color: false, columns: () => columns };
  const program = createProgram(fakeWorld(terminal), () => {});
  const all = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(all)];
  return all(program).map((command) => [command.name(), command.helpInformation()]);
}

Deno.test("HELP_LAYOUT keeps every line of every help within the terminal", () => {
  const widths = [[undefined, 80], [50, 50], [60, 60], [80, 80], [100, 100], [300, 100]] as const;
  for (const [columns, limit] of widths) {
    const pages = helpOf(columns);
    assert.ok(pages.length > 15);
    for (const [name, help] of pages) {
      const long = help.split("\n").filter((line) => line.length > limit);
      assert.deepEqual(long, [], `${name} at ${columns} columns`);
    }
  }
});

Deno.test("HELP_LAYOUT lists commands by their names, with what they do beside them", () => {
  const [[, help = ""] = []] = helpOf(80);
  assert.match(help, /^ {2}push {2,}package a source and publish it to every target$/m);
  assert.match(help, /^ {2}login {2,}check credentials .*\n {6,}\S/m);
});

Deno.test("HELP_LAYOUT puts descriptions below their terms where there is no room beside them", () => {
  const help = new Map(helpOf(50)).get("push") ?? "";
  assert.match(help, /^ {2}-t, --tag <tag>\n {6}also tag with this name; repeatable$/m);
});
