import assert from "node:assert/strict";
import { withStatusLine } from "../../../src/cli/output/status_line.ts";
import type { World } from "../../../src/cli/world.ts";
import { fakeWorld } from "../fake_world.ts";

const CLEAR = "\r\x1b[K";

/** A terminal on which standard output and standard error are one. */
function terminal(): { readonly world: World; readonly shown: () => string } {
  let shown = "";
  const write = (text: string): void => {
    shown += text;
  };
  const ask = (question: string): Promise<string> => {
    write(question);
    return Promise.resolve("");
  };
  const world = {
    ...fakeWorld({ columns: () => 80 }),
    stdout: write,
    stderr: write,
    prompt: { line: ask, hidden: ask },
  };
  return { world: withStatusLine(world), shown: () => shown };
}

const WRITING: readonly (readonly [what: string, write: (world: World) => unknown])[] = [
  ["a result", ({ stdout }) => stdout("text")],
  ["a message", ({ stderr }) => stderr("text")],
  ["a question", ({ prompt }) => prompt?.line("text")],
  ["a question for a password", ({ prompt }) => prompt?.hidden("text")],
];

for (const [what, write] of WRITING) {
  Deno.test(`withStatusLine() takes the line away before ${what}, and only once`, () => {
    const { world, shown } = terminal();
    world.terminal?.status?.(["50 %"]);
    write(world);
    write(world);
    assert.equal(shown(), `${CLEAR}50 %${CLEAR}texttext`);
  });
}

Deno.test("withStatusLine() leaves a world without a terminal as it is", () => {
  const world = fakeWorld();
  assert.equal(withStatusLine(world), world);
});
