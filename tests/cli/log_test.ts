import assert from "node:assert/strict";
import { createLog, type Verbosity } from "../../src/cli/log.ts";
import { fakeWorld } from "./fake_world.ts";

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

Deno.test("createLog() shows no secret in any message, wherever it stands and however often", () => {
  const world = fakeWorld();
  const log = createLog(world, "verbose");
  log.keepSecret("s3cret");
  log.debug("s3cret");
  log.info("a s3cret b s3crets3cret");
  log.warn("https://user:s3cret@host/");
  assert.equal(world.written.stderr, "***\na *** b ******\nwarning: https://user:***@host/\n");
});

const MASKED: readonly (readonly [secret: string, text: string, masked: string])[] = [
  ["p@ss/w?rd", "p@ss/w?rd and p%40ss%2Fw%3Frd", "*** and ***"],
  ["a.c", "a.c abc", "*** abc"],
  ["$&$1", "x$&$1y", "x***y"],
  ["(a+)+", "(a+)+", "***"],
  ["pässwörd", "pässwörd p%C3%A4ssw%C3%B6rd", "*** ***"],
  ["line\nbreak", "line\nbreak line%0Abreak", "*** ***"],
];

for (const [secret, text, masked] of MASKED) {
  Deno.test(`mask() hides ${JSON.stringify(secret)}, as it is and as a part of a URL`, () => {
    const log = createLog(fakeWorld(), "normal");
    log.keepSecret(secret);
    assert.equal(log.mask(text), masked);
  });
}

Deno.test("mask() hides every secret that was kept, and only from then on", () => {
  const log = createLog(fakeWorld(), "normal");
  assert.equal(log.mask("first second"), "first second");
  log.keepSecret("first");
  assert.equal(log.mask("first second"), "*** second");
  log.keepSecret("second");
  log.keepSecret("second");
  assert.equal(log.mask("first second"), "*** ***");
});

Deno.test("keepSecret() leaves alone what is too short to be a secret, and nothing at all", () => {
  const log = createLog(fakeWorld(), "normal");
  log.keepSecret(undefined);
  log.keepSecret("");
  log.keepSecret("a");
  log.keepSecret("an");
  assert.equal(log.mask("a banana"), "a banana");
  log.keepSecret("nan");
  assert.equal(log.mask("a banana"), "a ba***a");
});

Deno.test("createLog() keeps the secrets of one log apart from another's", () => {
  const [one, two] = [createLog(fakeWorld(), "normal"), createLog(fakeWorld(), "normal")];
  one.keepSecret("s3cret");
  assert.equal(two.mask("s3cret"), "s3cret");
});
