import assert from "node:assert/strict";
import { git } from "../../../src/plugins/annotate/git.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { toolTest } from "../../support/tools.ts";
import { annotated, gitIn } from "./support.ts";

/** Compares what the annotator reads with what git itself says. */
export async function assertAgreesWithGit(directory: string, expected: { tag?: string } = {}): Promise<void> {
  const commit = await gitIn(directory, "rev-parse", "HEAD");
  const branch = await gitIn(directory, "branch", "--show-current");
  const seconds = Number(await gitIn(directory, "show", "-s", "--format=%ct"));
  const algorithm = commit.length === 64 ? "sha256" : "sha1";
  const name = expected.tag ?? branch;
  const created = new Date(seconds * 1000).toISOString().replace(".000Z", "Z");

  const bare = await annotated(git({ directory }), { revision: "commit" });
  assert.deepEqual(bare.warnings, []);
  assert.deepEqual([bare.values["revision"], bare.values["created"]], [commit, created]);
  assert.deepEqual([bare.from["revision"], bare.from["created"]], [".git/HEAD", ".git commit time"]);

  const flux = await annotated(git({ directory }), { revision: "flux" });
  assert.deepEqual(flux.warnings, []);
  assert.equal(flux.values["revision"], `${name === "" ? "" : `${name}@`}${algorithm}:${commit}`);
  const from = expected.tag === undefined ? ".git/HEAD" : `.git/HEAD, refs/tags/${expected.tag}`;
  assert.equal(flux.from["revision"], from);
}

/** Declares a test of `git()` in an empty directory, for machines that have git. */
export function gitTest(name: string, body: (directory: string) => Promise<void>): void {
  toolTest(`git() ${name}`, ["git"], async () => {
    await using temp = await tempDirectory();
    await body(await Deno.realPath(temp.path));
  });
}
