import assert from "node:assert/strict";
import { comparisons, joinResults, median, parseResults, type Run } from "../../bench/results.ts";
import { sampleResults } from "./sample_results.ts";

Deno.test("median() takes the middle of an odd number, and the mean of the two in the middle of an even one", () => {
  for (const [numbers, middle] of [[[3], 3], [[9, 1, 10], 9], [[4, 1, 10, 2], 3]] as const) {
    assert.equal(median(numbers), middle);
  }
});

Deno.test("median() throws when there are no numbers", () => {
  assert.throws(() => median([]), RangeError);
});

Deno.test("comparisons() groups by tree and work, and compares with peers alone", () => {
  const run = (tree: string, work: Run["work"], [kind, seconds]: readonly [Run["kind"], number]): Run => ({
    tree,
    work,
    tool: kind,
    kind,
    seconds: [seconds],
    cpuSeconds: [1],
  });
  const runs = [
    run("a", "push", ["gantry", 1]),
    run("a", "push", ["peer", 4]),
    run("a", "push", ["peer", 3]),
    run("a", "push", ["other", 2]),
    run("a", "push", ["floor", 1]),
    run("a", "pull", ["gantry", 1]),
    run("b", "push", ["peer", 9]),
  ];
  assert.deepEqual(
    comparisons(runs).map(({ tree, work, runs, fastestPeer }) => [tree, work, runs.length, fastestPeer]),
    [["a", "push", 5, 3], ["a", "pull", 1, undefined], ["b", "push", 1, 9]],
  );
});

Deno.test("parseResults() reads what was written, and refuses anything else", () => {
  const results = sampleResults();
  assert.deepEqual(parseResults(JSON.stringify(results)), results);
  for (const text of ["", "{}", "null", '{"runs":[]}', "[]"]) assert.throws(() => parseResults(text), SyntaxError);
});

Deno.test("joinResults() makes one of several runs, and each tree one of it", () => {
  const one = sampleResults();
  const runs = one.runs.map((run) => ({ ...run, work: "pull" as const }));
  const other = { ...one, programs: { flux: "2.9.5" }, runs, deflate: [], leftOut: [] };
  assert.deepEqual(joinResults([one, other]), {
    ...one,
    programs: { oras: "1.3.6", flux: "2.9.5" },
    runs: [...one.runs, ...runs],
  });
});

Deno.test("joinResults() refuses what cannot be compared", () => {
  const one = sampleResults();
  assert.throws(() => joinResults([]), new RangeError("There are no results to join"));
  assert.throws(
    () => joinResults([one, { ...one, machine: { ...one.machine, cores: 4 } }]),
    new RangeError("Cannot join results of several machines"),
  );
  assert.throws(
    () => joinResults([one, { ...one, programs: { oras: "1.3.7" } }]),
    new RangeError("Cannot join results of oras 1.3.6 and 1.3.7"),
  );
});
