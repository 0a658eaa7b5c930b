import assert from "node:assert/strict";
import type { Entry } from "../../src/pipeline/entry.ts";
import { filter } from "../../src/pipeline/filter.ts";
import type { Filter } from "../../src/pipeline/plugin.ts";
import type { Collected, Dropped } from "../../src/pipeline/values.ts";
import { directoryEntry, dropper, fakeContext, fileEntry, SOURCE } from "./fakes.ts";

const COLLECTED: Collected = {
  source: SOURCE,
  entries: [directoryEntry("d"), fileEntry("d/a"), fileEntry("b"), fileEntry("c")],
};

Deno.test("filter() keeps everything when there is no filter", async () => {
  assert.deepEqual(await filter([])(COLLECTED, fakeContext()), { ...COLLECTED, dropped: [] });
});

Deno.test("filter() lets each filter see what the one before it kept, and keeps every reason", async () => {
  const seen: (readonly string[])[] = [];
  const watching = (name: string, paths: readonly string[]): Filter => ({
    name,
    filter(entries, context): Promise<readonly Dropped[]> {
      seen.push(entries.map(({ path }) => path));
      return dropper(name, paths).filter(entries, context);
    },
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
  const broken = { name: "broken", filter: () => Promise.reject(cause) };
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
