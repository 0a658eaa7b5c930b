import assert from "node:assert/strict";
import { comparisons, median, parseResults, type Run } from "../../bench/results.ts";
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
