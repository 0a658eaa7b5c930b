/** Laws that hold for every tree, wherever it is. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { directory } from "../../../src/plugins/collect/directory.ts";
import { tar } from "../../../src/plugins/collect/tar.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { collectContext, collected, describeEntries } from "./collect_support.ts";
import { packNodes, treeArbitrary, walkOrder, writeNodes } from "./random_tree.ts";

Deno.test("directory() gives any tree in the order of a walk, whatever order it was made in", async () => {
  await fc.assert(
    fc.asyncProperty(treeArbitrary, fc.boolean(), async (nodes, backwards) => {
      await using root = await tempDirectory();
      await writeNodes(root.path, backwards ? nodes.toReversed() : nodes);
      const collector = directory();
      const entries = await collected(collector, { symlinks: "follow" }, { location: root.path }, collectContext());
      assert.deepEqual(await describeEntries(entries), walkOrder(nodes));
    }),
    { numRuns: 60 },
  );
});

Deno.test("tar() gives the entries of the tree that is in it, whatever its order and its way to write names", async () => {
  const shuffled = treeArbitrary.chain((nodes) =>
    fc.record({
      nodes: fc.constant(nodes),
      members: fc.shuffledSubarray([...nodes], { minLength: nodes.length }),
      prefix: fc.constantFrom("", "./"),
      withParents: fc.boolean(),
    })
  );
  await fc.assert(
    fc.asyncProperty(shuffled, async ({ nodes, members, prefix, withParents }) => {
      const isNeeded = ({ path }: { readonly path: string }): boolean =>
        withParents ||
        !members.some((other) => other.path !== path && other.path.startsWith(path) && path.endsWith("/"));
      const bytes = await packNodes(members.filter(isNeeded), prefix);
      const collector = tar({ open: () => new Blob([bytes]).stream() });
      const entries = await collected(collector, { symlinks: "follow" }, { location: "-" }, collectContext());
      assert.deepEqual(await describeEntries(entries), walkOrder(nodes));
    }),
    { numRuns: 150 },
  );
});
