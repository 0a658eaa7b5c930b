import assert from "node:assert/strict";
import fc from "fast-check";
import { dependencyOrder } from "../../src/work/dependency_order.ts";

Deno.test("dependencyOrder() puts everything after what it comes after, each once", () => {
  const graphs = fc.array(fc.array(fc.nat(30), { maxLength: 6 }), { maxLength: 30 })
    // Only what has a lower number comes before, so there are no circles.
    .map((lists) => new Map(lists.map((list, at) => [at, list.filter((each) => each < at)])));
  fc.assert(fc.property(graphs, (after) => {
    const groups = dependencyOrder(after);
    const groupOf = new Map(groups.flatMap((group, at) => group.map((key) => [key, at] as const)));
    assert.deepEqual(groups.flat().toSorted((a, b) => a - b), [...after.keys()]);
    for (const [key, names] of after) {
      for (const name of names) assert.ok((groupOf.get(name) ?? 0) < (groupOf.get(key) ?? 0), `${name} before ${key}`);
    }
  }));
});

Deno.test("dependencyOrder() ends when items wait for each other", () => {
  const after = new Map([["a", ["b"]], ["b", ["a"]], ["c", []], ["d", ["d", "elsewhere"]]]);
  assert.deepEqual(dependencyOrder(after), [["c"], ["a", "b", "d"]]);
});

Deno.test("dependencyOrder() takes a long chain", () => {
  const after = new Map(Array.from({ length: 50_000 }, (_, at) => [at, [at + 1]]));
  assert.equal(dependencyOrder(after).length, 50_000);
});
