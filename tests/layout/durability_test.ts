/** What a power cut leaves: a name only where the bytes are on the disk, and no index without what it lists. */
import assert from "node:assert/strict";
import { basename, dirname, join } from "node:path";
import type { Change } from "../support/processes/dies_on_the_way.ts";
import { changesOf } from "../support/processes/dying_program.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { PUSH_LOOP, pushArguments } from "./push_process.ts";

const ways = [
  ["oci-layout", "push"],
  ["oci-layout", "copy"],
  ["oci-archive", "push"],
  ["oci-archive", "copy"],
  ["oci-archive", "volumes"],
] as const;

for (const [kind, way] of ways) {
  const where = way === "volumes" ? "volumes" : kind;
  Deno.test(`a ${way === "push" ? "push" : "copy"} into ${where} names what is on the disk, and nothing else`, async () => {
    await using directory = await tempDirectory();
    const path = join(directory.path, "layout");
    const changes = await changesOf(PUSH_LOOP, pushArguments(kind, path, "durable", { count: 2, way }));
    const names = namesGiven(changes);
    assert.ok(names.some(({ to }) => basename(to).startsWith(kind === "oci-layout" ? "index.json" : "layout")));
    for (const { at, from, to } of names) {
      const last = changes.slice(0, at).findLast(({ what, paths }) =>
        /^(?:sync|write)/.test(what) && paths[0] === from
      );
      assert.equal(last?.what, "sync", `${from} becomes ${to}`);
      // Of what is announced the name is on the disk as well.
      const rest = changes.slice(at);
      const announced = rest.findIndex(({ paths }) => paths[0] === "/dev/stdout");
      const isSynced = rest.slice(0, announced).some(({ what, paths }) => what === "sync" && paths[0] === dirname(to));
      assert.ok(isSynced, to);
    }
    for (const [at, { what, paths: [made = ""], done }] of changes.entries()) {
      if (what !== "mkdir" || !done) continue;
      const isSynced = changes.slice(at).some(({ what, paths }) => what === "sync" && paths[0] === dirname(made));
      assert.ok(isSynced, `the new directory ${made}`);
    }
    for (const { at, to } of names.filter(({ to }) => basename(to) === "index.json")) {
      for (const earlier of names.filter((name) => name.at < at)) {
        const between = changes.slice(earlier.at, at);
        const isSynced = between.some(({ what, paths }) => what === "sync" && paths[0] === dirname(earlier.to));
        assert.ok(isSynced, `${earlier.to} before ${to}`);
      }
    }
  });
}

/** Where files get a name, and which one they had before. */
function namesGiven(
  changes: readonly Change[],
): readonly { readonly at: number; readonly from: string; readonly to: string }[] {
  return changes.flatMap(({ what, paths: [from = "", to = ""], done }, at) =>
    done && (what === "rename" || what === "link") ? [{ at, from, to }] : []
  );
}
