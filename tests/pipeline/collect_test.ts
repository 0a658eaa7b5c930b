import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { collect } from "../../src/pipeline/collect.ts";
import type { Entry } from "../../src/pipeline/entry.ts";
import { collector, directoryEntry, fakeContext, fakePlugin, fileEntry, SOURCE } from "./fakes.ts";

Deno.test("collect() puts the entries of all collectors in the order of a walk", async () => {
  const collectors = [
    collector("one", [fileEntry("b/z"), fileEntry("b.txt"), directoryEntry("b"), fileEntry("\u{1f600}")]),
    collector("two", []),
    collector("three", [
      fileEntry("b-1"),
      fileEntry("b/a/x"),
      directoryEntry("b/a"),
      fileEntry("B"),
      fileEntry("\uffee"),
    ]),
  ];
  const { source, entries } = await collect(collectors)(SOURCE, fakeContext());
  assert.equal(source, SOURCE);
  // A plain sort of whole paths would put "b-1" and "b.txt" between "b" and what is in it.
  assert.deepEqual(paths(entries), ["B", "b", "b/a", "b/a/x", "b/z", "b-1", "b.txt", "\uffee", "\u{1f600}"]);
});

Deno.test("collect() gives each collector the source", async () => {
  const seen: unknown[] = [];
  const collectors = ["one", "two"].map((name) =>
    fakePlugin("collect", name, (source, { signal }) => {
      seen.push(source, signal);
      return { entries: [] };
    })
  );
  const context = fakeContext();
  await collect(collectors)(SOURCE, context);
  assert.deepEqual(seen.map((each) => each === SOURCE || each === context.signal), [true, true, true, true]);
});

Deno.test("collect() gives the same order whatever collector an entry is from and whatever the listing", async () => {
  const names = fc.string({ unit: fc.constantFrom(..."ab-.0 é\uffee\u{1f600}"), minLength: 1, maxLength: 3 })
    .filter((name) => !name.endsWith("."));
  const pathLists = fc.uniqueArray(fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => parts.join("/")), {
    minLength: 1,
    maxLength: 12,
  });
  const cases = pathLists.chain((all) =>
    fc.tuple(
      fc.constant(all),
      fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
      fc.array(fc.nat({ max: 2 }), { minLength: all.length, maxLength: all.length }),
    )
  );
  await fc.assert(fc.asyncProperty(cases, async ([all, shuffled, owners]) => {
    const collectors = [0, 1, 2].map((owner) =>
      collector(`${owner}`, shuffled.filter((_, at) => owners[at] === owner).map((path) => fileEntry(path)))
    );
    const { entries } = await collect(collectors)(SOURCE, fakeContext());
    assert.deepEqual(paths(entries), all.toSorted(walkOrder));
  }));
});

for (
  const [how, collectors] of [
    ["by one collector", [collector("one", [fileEntry("a/b"), fileEntry("c"), fileEntry("a/b")])]],
    ["by two collectors", [collector("one", [fileEntry("a/b")]), collector("two", [fileEntry("a"), fileEntry("a/b")])]],
    ["as a file and as a directory", [collector("one", [fileEntry("a/b"), directoryEntry("a/b")])]],
  ] as const
) {
  Deno.test(`collect() throws when the same path is found twice ${how}`, async () => {
    await assert.rejects(collect(collectors)(SOURCE, fakeContext()), {
      name: "SourceError",
      message: 'Cannot collect "a/b": it was found twice',
    });
  });
}

Deno.test("collect() names the collector that failed", async () => {
  const cause = new Error("Cannot read it");
  const broken = fakePlugin("collect", "broken", () => Promise.reject(cause));
  await assert.rejects(collect([collector("fine", []), broken])(SOURCE, fakeContext()), {
    name: "StageError",
    message: "Cannot read it",
    stage: "collect",
    plugin: "broken",
    cause,
  });
});

Deno.test("collect() takes more entries than a call has room for arguments", async () => {
  const many = Array.from({ length: 200_000 }, (_, at) => fileEntry(`${at}`));
  const { entries } = await collect([collector("many", many)])(SOURCE, fakeContext());
  assert.equal(entries.length, many.length);
});

function paths(entries: readonly Entry[]): readonly string[] {
  return entries.map(({ path }) => path);
}

/** The order of a walk, written down in another way: part by part, by the bytes. */
function walkOrder(a: string, b: string): number {
  const [left, right] = [a.split("/"), b.split("/")];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const order = Buffer.compare(Buffer.from(left[at] ?? ""), Buffer.from(right[at] ?? ""));
    if (order !== 0) return order;
  }
  return left.length - right.length;
}
