import assert from "node:assert/strict";
import fc from "fast-check";
import { type Entry, inWalkOrder, treeProblem } from "../../src/pipeline/entry.ts";

function entry(path: string, kind: Entry["kind"] = "file"): Entry {
  return { path, kind, executable: false, size: 0, open: () => ReadableStream.from([]) };
}

const TREES: readonly (readonly [what: string, entries: readonly Entry[], problem: string | undefined])[] = [
  ["nothing", [], undefined],
  ["files and directories", [entry("a", "directory"), entry("a/b"), entry("a-b"), entry("b")], undefined],
  ["files of directories that have no entry", [entry("a/b/c"), entry("a/b/d")], undefined],
  ["a file whose name begins like that of another", [entry("a"), entry("a-b/c"), entry("ab")], undefined],
  ["a file below a file", [entry("a"), entry("a/b")], '1 is below "a", which is a file'],
  ["a file deep below a file", [entry("a"), entry("a/b/c"), entry("b")], '1 is below "a", which is a file'],
  ["a path that is there twice", [entry("a"), entry("a")], "1 is there twice"],
  ["a path that leads out", [entry("a"), entry("a/../../b")], "1 is not a plain relative path"],
  ["an empty path", [entry("")], "0 is not a plain relative path"],
];
for (const [what, entries, problem] of TREES) {
  Deno.test(`treeProblem() says ${problem ?? "nothing"} of ${what}`, () => {
    const found = treeProblem(entries);
    assert.equal(found && `${found.at} ${found.problem}`, problem);
  });
}

Deno.test("treeProblem() finds the same in any order", () => {
  const path = fc.array(fc.constantFrom("a", "b", "a-b", "c"), { minLength: 1, maxLength: 3 }).map((parts) =>
    parts.join("/")
  );
  const kind = fc.constantFrom("file" as const, "directory" as const);
  fc.assert(fc.property(fc.uniqueArray(fc.tuple(path, kind), { selector: ([path]) => path }), (nodes) => {
    const entries = nodes.map(([path, kind]) => entry(path, kind));
    const sorted = inWalkOrder(entries);
    // The wrong way round, so that nothing is known of what stands side by side.
    const found = treeProblem(sorted.toReversed());
    assert.equal(treeProblem(sorted) === undefined, found === undefined || sorted.length < 2);
  }));
});
