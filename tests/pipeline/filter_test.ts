import assert from "node:assert/strict";
import type { Entry } from "../../src/pipeline/entry.ts";
import { filter } from "../../src/pipeline/filter.ts";
import type { ReadyPlugin } from "../../src/pipeline/ready_plugin.ts";
import type { Collected } from "../../src/pipeline/values.ts";
import { directoryEntry, dropper, fakeContext, fakePlugin, fileEntry, SOURCE } from "./fakes.ts";

const COLLECTED: Collected = {
  source: SOURCE,
  entries: [directoryEntry("d"), fileEntry("d/a"), fileEntry("b"), fileEntry("c")],
};

Deno.test("filter() keeps everything when there is no filter", async () => {
  assert.deepEqual(await filter([])(COLLECTED, fakeContext()), { ...COLLECTED, dropped: [] });
});

Deno.test("filter() lets each filter see what the one before it kept, and keeps every reason", async () => {
  const seen: (readonly string[])[] = [];
  const watching = (name: string, paths: readonly string[]): ReadyPlugin<"filter"> =>
    fakePlugin("filter", name, ({ entries }) => {
      seen.push(entries.map(({ path }) => path));
      return { drop: paths.map((path) => ({ path, reason: `the rule of ${name}` })) };
    });
  const { entries, dropped } = await filter([
    watching("one", ["c"]),
    watching("two", []),
    watching("three", ["d", "d/a"]),
  ])(COLLECTED, fakeContext());

  assert.deepEqual(seen, [["d", "d/a", "b", "c"], ["d", "d/a", "b"], ["d", "d/a", "b"]]);
  assert.deepEqual(entries.map(({ path }) => path), ["b"]);
  assert.deepEqual(dropped, [
    { path: "c", reason: "the rule of one" },
    { path: "d", reason: "the rule of three" },
    { path: "d/a", reason: "the rule of three" },
  ]);
});

Deno.test("filter() drops what is in a directory with the directory, each with a reason", async () => {
  const names = ["d", "d/e", "d-x"].map(directoryEntry);
  const [d, e, x] = names;
  assert.ok(d !== undefined && e !== undefined && x !== undefined);
  const entries = [fileEntry("a"), d, fileEntry("d/b"), e, fileEntry("d/e/c"), x, fileEntry("d-x/y"), fileEntry("f")];
  const dropping = fakePlugin("filter", "one", () => ({
    drop: [{ path: "f", reason: "f" }, { path: "d/e", reason: "e" }, { path: "d", reason: "d" }],
  }));
  const selected = await filter([dropping])({ source: SOURCE, entries }, fakeContext());
  assert.deepEqual(selected.entries.map(({ path }) => path), ["a", "d-x", "d-x/y"]);
  assert.deepEqual(selected.dropped, [
    { path: "f", reason: "f" },
    { path: "d/e", reason: "e" },
    { path: "d", reason: "d" },
    { path: "d/b", reason: "d" },
    { path: "d/e/c", reason: "d" },
  ]);
});

Deno.test("filter() blames a filter that drops what is not there: it may have meant something else", async () => {
  const misspelt = fakePlugin("filter", "misspelt", () => ({
    drop: [{ path: "b", reason: "x" }, { path: "./c", reason: "x" }],
  }));
  await assert.rejects(filter([misspelt])(COLLECTED, fakeContext()), {
    name: "StageError",
    plugin: "misspelt",
    message: 'Plugin misspelt (filter) gave a wrong result: drop[1].path is "./c", and no entry has that path',
  });
});

Deno.test("filter() goes on from what custom steps have left out", async () => {
  const dropped = [{ path: "x", reason: "left out by mine" }];
  const selected = await filter([dropper("one", ["c"])])({ ...COLLECTED, dropped }, fakeContext());
  assert.deepEqual(selected.dropped, [...dropped, { path: "c", reason: "the rule of one" }]);
});

Deno.test("filter() leaves the collected value alone", async () => {
  const collected = { ...COLLECTED, entries: Object.freeze([...COLLECTED.entries]) };
  const selected = await filter([dropper("one", ["b"])])(collected, fakeContext());
  assert.equal(collected.entries.length, 4);
  assert.equal(selected.source, SOURCE);
});

const NOTHING_LEFT:
  readonly (readonly [when: string, entries: readonly Entry[], drop: readonly string[], message: string])[] = [
    ["nothing was collected", [], [], 'Cannot publish "./deploy": there are 0 entries and no file among them'],
    [
      "there are only directories",
      [directoryEntry("d"), directoryEntry("e")],
      [],
      'Cannot publish "./deploy": there are 2 entries and no file among them',
    ],
    [
      "every file is dropped",
      COLLECTED.entries,
      ["b", "c", "d/a"],
      'Cannot publish "./deploy": every file was left out, "b" by the rule of ignore',
    ],
  ];

for (const [when, entries, drop, message] of NOTHING_LEFT) {
  Deno.test(`filter() throws when ${when}`, async () => {
    const step = filter(drop.length === 0 ? [] : [dropper("ignore", drop)]);
    await assert.rejects(step({ source: SOURCE, entries }, fakeContext()), { name: "SourceError", message });
  });
}

Deno.test("filter() names the filter that failed", async () => {
  const cause = new Error("Cannot decide");
  const broken = fakePlugin("filter", "broken", () => Promise.reject(cause));
  await assert.rejects(filter([dropper("fine", []), broken])(COLLECTED, fakeContext()), {
    name: "StageError",
    message: "Cannot decide",
    stage: "filter",
    plugin: "broken",
    cause,
  });
});

Deno.test("filter() takes more drops than a call has room for arguments", async () => {
  const many = Array.from({ length: 200_000 }, (_, at) => fileEntry(`${at}`));
  const drop = dropper("many", many.slice(1).map(({ path }) => path));
  const { entries, dropped } = await filter([drop])({ source: SOURCE, entries: many }, fakeContext());
  assert.deepEqual([entries.length, dropped.length], [1, 199_999]);
});

Deno.test("filter() says which plugin it was that left something out, unless it is built in", async () => {
  const leaving = (id: string, origin: string | undefined, path: string): ReadyPlugin<"filter"> => ({
    ...fakePlugin("filter", id, () => ({ drop: [{ path, reason: "a draft" }] })),
    origin,
  });
  const [, , first, second] = COLLECTED.entries;
  assert.ok(first !== undefined && second !== undefined);
  const plugins = [leaving("ignore", undefined, first.path), leaving("acme:no-drafts", "./no_drafts.ts", second.path)];
  const { dropped } = await filter(plugins)(COLLECTED, fakeContext());
  assert.deepEqual(dropped.map(({ reason }) => reason), ["a draft", "a draft (acme:no-drafts)"]);
});
