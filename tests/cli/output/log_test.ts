import assert from "node:assert/strict";
import { createLog, type Verbosity } from "../../../src/cli/output/log.ts";
import { fakeWorld } from "../fake_world.ts";

const SHOWN: readonly (readonly [verbosity: Verbosity, stderr: string])[] = [
  ["quiet", ""],
  ["normal", "two\nwarning: three\n"],
  ["verbose", "one\ntwo\nwarning: three\n"],
];

for (const [verbosity, stderr] of SHOWN) {
  Deno.test(`createLog() shows the right messages when it is ${verbosity}`, () => {
    const world = fakeWorld();
    const log = createLog(world, verbosity);
    log.debug("one");
    log.info("two");
    log.warn("three");
    assert.deepEqual(world.written, { stdout: "", stderr });
  });
}

Deno.test("createLog() colours the word warning on a terminal with colours only", () => {
  const warning = (color: boolean): string => {
    const world = fakeWorld({ color, columns: () => 80 });
    createLog(world, "normal").warn("three");
    return world.written.stderr;
  };
  assert.equal(warning(true), "\x1b[33mwarning:\x1b[39m three\n");
  assert.equal(warning(false), "warning: three\n");
});
