import assert from "node:assert/strict";
import { parseOptions } from "../../bench/options.ts";

Deno.test("parseOptions() gives defaults that end within an hour", () => {
  assert.deepEqual(parseOptions([]), {
    trees: ["small", "config", "source"],
    works: ["push", "again", "pull"],
    deflate: true,
    rounds: 5,
    writeDocs: false,
  });
});

Deno.test("parseOptions() takes lists, and works in their own order", () => {
  const args = "--tree big,small --work pull,push --rounds 9 --peers oras,flux --json a --plot b --write-docs".split(
    " ",
  );
  assert.deepEqual(parseOptions(args), {
    trees: ["big", "small"],
    works: ["push", "pull"],
    deflate: false,
    rounds: 9,
    peers: ["oras", "flux"],
    json: "a",
    plot: "b",
    writeDocs: true,
  });
});

Deno.test("parseOptions() takes all trees, no peers, and deflate alone", () => {
  const options = parseOptions(["--tree", "all", "--peers", "none", "--work", "deflate"]);
  assert.equal(options?.trees.length, 6);
  assert.deepEqual([options?.peers, options?.works, options?.deflate], [[], [], true]);
});

Deno.test("parseOptions() gives nothing when help is asked for", () => {
  assert.equal(parseOptions(["--help"]), undefined);
});

Deno.test("parseOptions() throws on what it does not know", () => {
  for (const args of ["--tree tiny", "--work push,sleep", "--rounds 0", "--rounds 1.5", "--rounds many"]) {
    assert.throws(() => parseOptions(args.split(" ")), RangeError);
  }
  for (const args of ["--fast", "--json", "tree"]) assert.throws(() => parseOptions(args.split(" ")), TypeError);
});
