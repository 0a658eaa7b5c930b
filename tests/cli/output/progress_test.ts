import assert from "node:assert/strict";
import { createProgress, type ProgressReporter } from "../../../src/cli/output/progress.ts";
import { withStatusLine } from "../../../src/cli/output/status_line.ts";
import { type FakeWorld, fakeWorld } from "../fake_world.ts";

const MIB = 1024 * 1024;

interface Setup {
  readonly world: FakeWorld;
  readonly progress: ProgressReporter;
  /** Lets time pass, in milliseconds. */
  readonly pass: (milliseconds: number) => void;
  /** What was written since it was asked last. */
  readonly news: () => string;
}

function setUp(columns?: number): Setup {
  const world = fakeWorld(columns === undefined ? undefined : { columns: () => columns });
  let now = 5_000;
  let seen = 0;
  return {
    world,
    progress: createProgress(withStatusLine(world), { now: () => now }),
    pass: (milliseconds) => {
      now += milliseconds;
    },
    news: () => {
      const text = world.written.stderr.slice(seen);
      seen = world.written.stderr.length;
      return text;
    },
  };
}

Deno.test("createProgress() writes a plain line every ten seconds when there is no terminal", () => {
  const { progress, pass, news } = setUp();
  progress.update({ item: "a", done: 0, total: 100 * MIB });
  pass(9_999);
  progress.update({ item: "a", done: 10 * MIB, total: 100 * MIB });
  assert.equal(news(), "");
  pass(1);
  progress.update({ item: "a", done: 20 * MIB, total: 100 * MIB });
  assert.equal(news(), "Uploading 20.0 MiB of 100.0 MiB (20 %), 2.0 MiB/s, 40 s left\n");
  pass(9_999);
  progress.update({ item: "a", done: 30 * MIB, total: 100 * MIB });
  assert.equal(news(), "");
  pass(1);
  progress.update({ item: "a", done: 100 * MIB, total: 100 * MIB });
  assert.equal(news(), "Uploading 100.0 MiB of 100.0 MiB (100 %), 5.0 MiB/s, 0 s left\n");
});

Deno.test("createProgress() redraws one line ten times a second on a terminal", () => {
  const { progress, pass, news } = setUp(80);
  pass(99);
  progress.update({ item: "a", done: MIB, total: 100 * MIB });
  assert.equal(news(), "");
  pass(1);
  progress.update({ item: "a", done: MIB, total: 100 * MIB });
  assert.equal(news(), `\r\x1b[KUploading  ${"─".repeat(18)}    1 %    1.0 MiB / 100.0 MiB   10.0 MiB/s   10 s`);
  pass(50);
  progress.update({ item: "a", done: 2 * MIB, total: 100 * MIB });
  assert.equal(news(), "");
  pass(50);
  progress.update({ item: "a", done: 2 * MIB, total: 100 * MIB });
  assert.equal(news(), `\r\x1b[KUploading  ${"─".repeat(18)}    2 %    2.0 MiB / 100.0 MiB   10.0 MiB/s   10 s`);
});

Deno.test("createProgress() adds up all work, and counts each piece as its last update says", () => {
  const { progress, pass, news } = setUp();
  progress.update({ item: "a", done: 8 * MIB, total: 20 * MIB });
  progress.update({ item: "b", done: 10 * MIB, total: 10 * MIB });
  pass(10_000);
  // A request that is repeated begins again.
  progress.update({ item: "a", done: 5 * MIB, total: 20 * MIB });
  assert.equal(news(), "Uploading 15.0 MiB of 30.0 MiB (50 %), 1.5 MiB/s, 10 s left\n");
});

Deno.test("createProgress() never shows more than there is", () => {
  const { progress, pass, news } = setUp();
  pass(10_000);
  progress.update({ item: "a", done: 30 * MIB, total: 20 * MIB });
  assert.equal(news(), "Uploading 20.0 MiB of 20.0 MiB (100 %), 2.0 MiB/s, 0 s left\n");
});

Deno.test("createProgress() says nothing of time when nothing is done yet", () => {
  const { progress, pass, news } = setUp();
  pass(10_000);
  progress.update({ item: "a", done: 0, total: 20 * MIB });
  assert.equal(news(), "Uploading 0 B of 20.0 MiB (0 %), 0 B/s\n");
});

Deno.test("createProgress() writes minutes when it takes long", () => {
  const { progress, pass, news } = setUp();
  pass(10_000);
  progress.update({ item: "a", done: 10 * MIB, total: 100 * MIB });
  assert.equal(news(), "Uploading 10.0 MiB of 100.0 MiB (10 %), 1.0 MiB/s, 1 min 30 s left\n");
});

Deno.test("createProgress() is silent when the work is small, in a terminal as well", () => {
  for (const columns of [undefined, 80]) {
    const { progress, pass, news } = setUp(columns);
    pass(60_000);
    progress.update({ item: "a", done: 0, total: 8 * MIB - 1 });
    assert.equal(news(), "");
    progress.update({ item: "b", done: 0, total: 1 });
    assert.notEqual(news(), "");
  }
});

Deno.test("createProgress() draws a bar for each of several pieces that move at once", () => {
  const { progress, pass, news } = setUp(80);
  const piece = (letter: string): string => `oci://h/r@sha256:${letter.repeat(64)}`;
  progress.update({ item: piece("a"), done: 0, total: 64 * MIB });
  progress.update({ item: piece("b"), done: 0, total: 36 * MIB });
  pass(1000);
  progress.update({ item: piece("a"), done: 32 * MIB, total: 64 * MIB });
  const [whole = "", ...pieces] = news().split("\n");
  assert.ok(whole.startsWith("\r\x1b[K"));
  assert.match(whole.slice(4), /^Uploading {14}\S+ +32 % +32\.0 MiB \/ 100\.0 MiB .* 3 s$/);
  assert.match(pieces.join("\n"), /^ {2}sha256:a{12} {2}\S+ +50 % .*\n {2}sha256:b{12} {2}\S+ +0 % [^\n]*$/);
  pass(100);
  progress.update({ item: piece("a"), done: 33 * MIB, total: 64 * MIB });
  // All three lines are drawn anew.
  assert.ok(news().startsWith("\r\x1b[K\x1b[1A\x1b[K\x1b[1A\x1b[KUploading"));
  pass(100);
  progress.update({ item: piece("b"), done: 36 * MIB, total: 36 * MIB });
  assert.equal(news().split("\n").length, 1);
});

Deno.test("clear() takes the line away once, and only when one was drawn", () => {
  const { progress, pass, news } = setUp(80);
  progress.clear();
  assert.equal(news(), "");
  pass(100);
  progress.update({ item: "a", done: 0, total: 100 * MIB });
  news();
  progress.clear();
  progress.clear();
  assert.equal(news(), "\r\x1b[K");
});

Deno.test("clear() writes nothing when there is no terminal", () => {
  const { progress, pass, news } = setUp();
  pass(10_000);
  progress.update({ item: "a", done: 0, total: 100 * MIB });
  news();
  progress.clear();
  assert.equal(news(), "");
});

Deno.test("createProgress() writes nothing to standard output", () => {
  const { world, progress, pass } = setUp(80);
  pass(10_000);
  progress.update({ item: "a", done: 0, total: 100 * MIB });
  progress.clear();
  assert.equal(world.written.stdout, "");
});

Deno.test("createProgress() calls work as the command does, unless the work says what it is", () => {
  const world = fakeWorld();
  let now = 0;
  const progress = createProgress(world, { phase: "Copying", now: () => now });
  now += 10_000;
  progress.update({ item: "a", done: 10 * MIB, total: 10 * MIB });
  progress.update({ phase: "Verifying", item: "a", done: 0, total: 10 * MIB });
  now += 10_000;
  progress.update({ phase: "Verifying", item: "a", done: 10 * MIB, total: 10 * MIB });
  assert.deepEqual(world.written.stderr.split("\n").map((line) => line.split(" ")[0]), ["Copying", "Verifying", ""]);
});
