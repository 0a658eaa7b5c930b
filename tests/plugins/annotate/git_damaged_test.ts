import assert from "node:assert/strict";
import { join } from "node:path";
import { git } from "../../../src/plugins/annotate/git.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { assertAgreesWithGit, gitTest } from "./agrees_with_git.ts";
import { annotated, commitTo, gitIn, makeRepository } from "./support.ts";

gitTest("keeps the revision when the commit is not in the clone, and says so", async (directory) => {
  await makeRepository(directory);
  const commit = await gitIn(directory, "rev-parse", "HEAD");
  await Deno.remove(join(directory, ".git/objects", commit.slice(0, 2), commit.slice(2)));
  const { values, warnings } = await annotated(git({ directory }), { revision: "flux" });
  assert.deepEqual(values, { revision: `main@sha1:${commit}` });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", new RegExp(`commit time.*${commit}.*not in this clone`));
});

gitTest("takes no object whose bytes are not what its name says", async (directory) => {
  await makeRepository(directory);
  const first = await gitIn(directory, "rev-parse", "HEAD");
  await commitTo(directory, "second");
  const second = await gitIn(directory, "rev-parse", "HEAD");
  const path = (id: string): string => join(directory, ".git/objects", id.slice(0, 2), id.slice(2));
  await Deno.remove(path(second));
  await Deno.copyFile(path(first), path(second));
  const { values, warnings } = await annotated(git({ directory }), { revision: "commit" });
  assert.equal(values["created"], undefined);
  assert.match(warnings.join("\n"), /content does not match its name/);
});

gitTest("reads a sound copy when another one is damaged", async (directory) => {
  await makeRepository(directory);
  const commit = await gitIn(directory, "rev-parse", "HEAD");
  await gitIn(directory, "repack", "-aq");
  const loose = join(directory, ".git/objects", commit.slice(0, 2), commit.slice(2));
  await Deno.chmod(loose, 0o644);
  await Deno.writeTextFile(loose, "no zlib stream");
  await assertAgreesWithGit(directory);
});

gitTest("gives the source and warns when refs are in a reftable", async (directory) => {
  await makeRepository(directory);
  await gitIn(directory, "remote", "add", "origin", "https://example.com/acme/app");
  await gitIn(directory, "config", "core.repositoryformatversion", "1");
  await Deno.writeTextFile(join(directory, ".git/config"), "[extensions]\n\trefStorage = reftable\n", { append: true });
  await Deno.writeTextFile(join(directory, ".git/HEAD"), "ref: refs/heads/.invalid\n");
  const { values, warnings } = await annotated(git({ directory }), { revision: "flux" });
  assert.deepEqual(values, { source: "https://example.com/acme/app" });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /reftable/);
});

Deno.test("git() gives nothing and says nothing outside of a repository", async () => {
  await using temp = await tempDirectory();
  const { values, warnings } = await annotated(git({ directory: temp.path }), { revision: "flux" });
  assert.deepEqual(values, {});
  assert.deepEqual(warnings, []);
});

Deno.test("git() warns and invents nothing when .git is broken", async (t) => {
  const id = "1".repeat(40);
  const cases: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
    ["empty", {}, /HEAD.*no such file/],
    ["HEAD without meaning", { "HEAD": "what\n" }, /"HEAD".*neither an object nor a ref/],
    ["HEAD that leaves the repository", { "HEAD": "ref: refs/../../secret\n" }, /"HEAD"/],
    ["HEAD of a reftable without its config", { "HEAD": "ref: refs/heads/.invalid\n" }, /"HEAD"/],
    ["refs in a circle", { "HEAD": "ref: refs/a", "refs/a": "ref: refs/b", "refs/b": "ref: refs/a" }, /too many/],
    ["an empty ref", { "HEAD": "ref: refs/heads/main", "refs/heads/main": "" }, /"refs\/heads\/main"/],
    ["malformed packed-refs", { "HEAD": "ref: refs/heads/main", "packed-refs": "<<<<<<<\n" }, /packed-refs/],
    ["a packed-refs without newlines", { "HEAD": "ref: refs/heads/main", "packed-refs": "x".repeat(1e6) }, /too long/],
    ["malformed config", { "HEAD": "ref: refs/heads/main", "config": "[core\n" }, /line 1 is malformed/],
    ["an unknown hash", { "HEAD": id, "config": "[extensions]\nobjectFormat = md5" }, /md5/],
    ["a newer format", { "HEAD": id, "config": "[core]\nrepositoryformatversion = 7" }, /repositoryformatversion/],
  ];
  for (const [name, files, warning] of cases) {
    await t.step(name, async () => {
      await using temp = await tempDirectory();
      await Deno.mkdir(join(temp.path, ".git/refs/heads"), { recursive: true });
      for (const [path, text] of Object.entries(files)) await Deno.writeTextFile(join(temp.path, ".git", path), text);
      const { values, warnings } = await annotated(git({ directory: temp.path }), { revision: "flux" });
      assert.deepEqual(values, {});
      assert.equal(warnings.length, 1, warnings.join("\n"));
      assert.match(warnings[0] ?? "", warning);
      assert.ok(warnings[0]?.includes(temp.path), "the warning names the repository");
    });
  }
});

Deno.test("git() warns when a .git file does not say where the repository is", async () => {
  await using temp = await tempDirectory();
  await Deno.writeTextFile(join(temp.path, ".git"), "nothing\n");
  const { values, warnings } = await annotated(git({ directory: temp.path }), { revision: "flux" });
  assert.deepEqual(values, {});
  assert.match(warnings.join("\n"), /gitdir: PATH/);
});

Deno.test("git() stops when it is aborted", async () => {
  await using temp = await tempDirectory();
  const signal = AbortSignal.abort(new Error("stop"));
  await assert.rejects(annotated(git({ directory: temp.path }), { revision: "flux" }, { signal }), /stop/);
});
