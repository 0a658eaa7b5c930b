import assert from "node:assert/strict";
import { createLog, type Verbosity } from "../../../src/cli/output/log.ts";
import { sayDone } from "../../../src/work/context.ts";
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

Deno.test("createLog() leaves what was done to the command where there is a terminal", () => {
  const said = (columns?: number): string => {
    const world = fakeWorld(columns === undefined ? undefined : { columns: () => columns });
    sayDone(createLog(world, "normal"), "Published it");
    return world.written.stderr;
  };
  assert.equal(said(), "Published it\n");
  assert.equal(said(80), "");
});
