import assert from "node:assert/strict";
import { join } from "node:path";
import { REVISION_ANNOTATION } from "../../../src/oci/annotation_keys.ts";
import { git } from "../../../src/plugins/annotate/git.ts";
import { assertAgreesWithGit, gitTest } from "./agrees_with_git.ts";
import { annotated, commitTo, gitIn, makeRepository } from "./support.ts";

gitTest("reads a branch, from a directory deep in the work tree", async (directory) => {
  await makeRepository(directory);
  await gitIn(directory, "checkout", "--quiet", "-b", "feature/a-b");
  await commitTo(directory, "second");
  await Deno.mkdir(join(directory, "a/b"), { recursive: true });
  await Deno.symlink(join(directory, "a/b"), join(directory, "link"));
  await assertAgreesWithGit(directory);
  await assertAgreesWithGit(join(directory, "a/b"));
  await assertAgreesWithGit(join(directory, "link"));
});

gitTest("gives the committer's time and no other", async (directory) => {
  await makeRepository(directory);
  const { values } = await annotated(git({ directory }), { revision: "commit" });
  assert.equal(values["created"], "2024-05-31T07:04:56Z");
});

gitTest("reads a detached HEAD", async (directory) => {
  await makeRepository(directory);
  await commitTo(directory, "second");
  await gitIn(directory, "checkout", "--quiet", "--detach", "HEAD~1");
  await assertAgreesWithGit(directory);
});

gitTest("reads packed refs and packed objects after git gc", async (directory) => {
  await makeRepository(directory);
  await gitIn(directory, "tag", "light", "HEAD");
  await gitIn(directory, "tag", "-a", "other", "-m", "other");
  for (let count = 0; count < 20; count++) await commitTo(directory, `commit ${count}`);
  await gitIn(directory, "gc", "--quiet");
  assert.deepEqual([...Deno.readDirSync(join(directory, ".git/refs/heads"))], [], "refs are packed");
  await assertAgreesWithGit(directory);
  await gitIn(directory, "checkout", "--quiet", "other");
  await assertAgreesWithGit(directory, { tag: "light" });
});

for (
  const [how, ...config] of [
    ["offset deltas"],
    ["name deltas", "-c", "repack.useDeltaBaseOffset=false"],
    ["an uncompressed pack", "-c", "core.compression=0", "-c", "pack.compression=0"],
  ] as const
) {
  gitTest(`reads commits and tags that are deltas: ${how}`, async (directory) => {
    await makeRepository(directory);
    // Each text resembles its neighbours and not those far away, which makes long chains.
    const text = (count: number): string =>
      Array.from({ length: 200 }, (_, line) => `line ${(count * 20 + line) * 2654435761 % 2 ** 32}`).join("\n");
    for (let count = 0; count < 30; count++) {
      await commitTo(directory, text(count));
      await gitIn(directory, "tag", "-a", `v0.0.${count}`, "-m", text(count));
    }
    await gitIn(directory, ...config, "repack", "-adfq", "--depth=50", "--window=30");
    const depths = deltaDepths(await verifyPack(directory));
    assert.ok(Math.max(...depths["commit"] ?? []) >= 5, "commits are deltas of deltas");
    assert.ok(Math.max(...depths["tag"] ?? []) >= 5, "tags are deltas of deltas");
    for (const [at, tag] of [["main", "v0.0.29"], ["v0.0.0", "v0.0.0"], ["v0.0.17", "v0.0.17"]] as const) {
      await gitIn(directory, "checkout", "--quiet", at);
      await assertAgreesWithGit(directory, { tag });
    }
  });
}

async function verifyPack(directory: string): Promise<string> {
  const packs = join(directory, ".git/objects/pack");
  const names = [...Deno.readDirSync(packs)].map(({ name }) => name).filter((name) => name.endsWith(".idx"));
  assert.equal(names.length, 1);
  return await gitIn(directory, "verify-pack", "-v", join(packs, names[0] ?? ""));
}

function deltaDepths(verified: string): Readonly<Record<string, readonly number[]>> {
  const depths: Record<string, number[]> = {};
  for (const [, type = "", depth] of verified.matchAll(/^[0-9a-f]+ (\w+) +\d+ \d+ \d+ (\d+) [0-9a-f]+$/gm)) {
    (depths[type] ??= []).push(Number(depth));
  }
  return depths;
}

gitTest("reads an index with offsets of 64 bits", async (directory) => {
  await makeRepository(directory);
  for (let count = 0; count < 10; count++) await commitTo(directory, `commit ${count}`);
  await gitIn(directory, "repack", "-adq");
  const packs = join(directory, ".git/objects/pack");
  const pack = [...Deno.readDirSync(packs)].map(({ name }) => name).find((name) => name.endsWith(".pack")) ?? "";
  const index = join(packs, pack.replace(/pack$/, "idx"));
  const before = await Deno.readFile(index);
  await Deno.remove(index);
  await gitIn(directory, "index-pack", "--index-version=2,0x20", join(packs, pack));
  assert.ok((await Deno.readFile(index)).byteLength > before.byteLength, "the table of large offsets is there");
  for (const commit of ["HEAD", "HEAD~5"]) {
    await gitIn(directory, "checkout", "--quiet", "--detach", commit);
    await assertAgreesWithGit(directory);
  }
});

gitTest("reads a sha256 repository, loose and packed", async (directory) => {
  await makeRepository(directory, "--object-format=sha256");
  await gitIn(directory, "tag", "-a", "v1.0.0", "-m", "one");
  await assertAgreesWithGit(directory, { tag: "v1.0.0" });
  const text = "a long message that makes deltas worth it ".repeat(50);
  for (let count = 0; count < 20; count++) await commitTo(directory, `${text}${count}`);
  await gitIn(directory, "repack", "-adfq", "--depth=50");
  await gitIn(directory, "pack-refs", "--all");
  assert.ok(Math.max(...deltaDepths(await verifyPack(directory))["commit"] ?? []) >= 1);
  await assertAgreesWithGit(directory);
  await gitIn(directory, "checkout", "--quiet", "v1.0.0");
  await assertAgreesWithGit(directory, { tag: "v1.0.0" });
});

gitTest("reads a linked work tree, with its own HEAD and the shared rest", async (directory) => {
  const main = join(directory, "main");
  const linked = join(directory, "linked");
  await makeRepository(main);
  await gitIn(main, "remote", "add", "origin", "git@example.com:acme/app.git");
  await gitIn(main, "worktree", "add", "--quiet", "-b", "topic", linked);
  await commitTo(linked, "in the work tree");
  await assertAgreesWithGit(main);
  await assertAgreesWithGit(linked);
  await gitIn(main, "gc", "--quiet");
  await assertAgreesWithGit(linked);
  const { values } = await annotated(git({ directory: linked }), { revision: "flux" });
  assert.equal(values["source"], "https://example.com/acme/app");
});

gitTest("reads a submodule, which is its own repository", async (directory) => {
  const library = join(directory, "library");
  const app = join(directory, "app");
  await makeRepository(library);
  await commitTo(library, "only here");
  await makeRepository(app);
  await gitIn(app, "submodule", "--quiet", "add", library, "lib");
  await gitIn(join(app, "lib"), "remote", "set-url", "origin", "https://example.com/acme/library.git");
  assert.ok((await Deno.stat(join(app, "lib/.git"))).isFile);
  await assertAgreesWithGit(join(app, "lib"));
  const { values } = await annotated(git({ directory: join(app, "lib") }), { revision: "commit" });
  assert.equal(values["source"], "https://example.com/acme/library");
});

gitTest("reads a shallow clone", async (directory) => {
  const origin = join(directory, "origin");
  await makeRepository(origin);
  await commitTo(origin, "second");
  await gitIn(origin, "tag", "-a", "v2.0.0", "-m", "two");
  await gitIn(directory, "clone", "--quiet", "--depth=1", `file://${origin}`, "clone");
  assert.equal(await gitIn(join(directory, "clone"), "rev-list", "--count", "HEAD"), "1");
  await assertAgreesWithGit(join(directory, "clone"), { tag: "v2.0.0" });
});

gitTest("reads a clone that borrows its objects, and one that borrows from that", async (directory) => {
  await makeRepository(join(directory, "a"));
  await gitIn(join(directory, "a"), "tag", "-a", "annotated", "-m", "text");
  await gitIn(directory, "clone", "--quiet", "--shared", "a", "b");
  await gitIn(directory, "clone", "--quiet", "--shared", "b", "c");
  await assertAgreesWithGit(join(directory, "b"), { tag: "annotated" });
  await assertAgreesWithGit(join(directory, "c"), { tag: "annotated" });
});

gitTest("follows a relative alternate and ends when alternates name each other", async (directory) => {
  await makeRepository(join(directory, "a"));
  await gitIn(directory, "clone", "--quiet", "--shared", "a", "b");
  const alternates = (name: string): string => join(directory, name, ".git/objects/info/alternates");
  await Deno.writeTextFile(alternates("b"), "# a comment\n\n../../../a/.git/objects\n");
  await Deno.writeTextFile(alternates("a"), `${join(directory, "b/.git/objects")}\n`);
  const { values, warnings } = await annotated(git({ directory: join(directory, "b") }), { revision: "commit" });
  assert.deepEqual(warnings, []);
  assert.equal(values["created"], "2024-05-31T07:04:56Z");
});

gitTest("chooses the highest SemVer of several tags, light or annotated, loose or packed", async (directory) => {
  await makeRepository(directory);
  await gitIn(directory, "tag", "-a", "v9.0.0", "-m", "elsewhere");
  await commitTo(directory, "second");
  for (const tag of ["a-first", "v1.9.0", "2.0.0-rc.1", "deploy/prod"]) await gitIn(directory, "tag", tag);
  await assertAgreesWithGit(directory, { tag: "2.0.0-rc.1" });
  await gitIn(directory, "pack-refs", "--all");
  await assertAgreesWithGit(directory, { tag: "2.0.0-rc.1" });
  await gitIn(directory, "tag", "-a", "v10.0.0", "-m", "annotated");
  await assertAgreesWithGit(directory, { tag: "v10.0.0" });
  await gitIn(directory, "tag", "-a", "v11.0.0", "-m", "a tag of a tag", "v10.0.0");
  await assertAgreesWithGit(directory, { tag: "v11.0.0" });
  await gitIn(directory, "pack-refs", "--all");
  await assertAgreesWithGit(directory, { tag: "v11.0.0" });
});

gitTest("reads packed tags of old, whose file does not say what they point to", async (directory) => {
  await makeRepository(directory);
  await gitIn(directory, "tag", "-a", "v1.0.0", "-m", "annotated");
  await gitIn(directory, "pack-refs", "--all");
  const path = join(directory, ".git/packed-refs");
  const text = await Deno.readTextFile(path);
  assert.match(text, /^# .*peeled/);
  for (const header of ["", "# pack-refs with: sorted \n"]) {
    await Deno.writeTextFile(path, header + text.replace(/^[#^].*\n/gm, ""));
    await assertAgreesWithGit(directory, { tag: "v1.0.0" });
  }
});

gitTest("passes over a tag of a tree, and a loose tag that hides a packed one", async (directory) => {
  await makeRepository(directory);
  await gitIn(directory, "tag", "a-tree", "HEAD^{tree}");
  await gitIn(directory, "tag", "-a", "a-tagged-tree", "-m", "tree", "HEAD^{tree}");
  await gitIn(directory, "tag", "moved");
  await gitIn(directory, "pack-refs", "--all");
  await commitTo(directory, "second");
  await gitIn(directory, "tag", "--force", "moved");
  await gitIn(directory, "checkout", "--quiet", "HEAD~1");
  await assertAgreesWithGit(directory);
  await gitIn(directory, "checkout", "--quiet", "main");
  await assertAgreesWithGit(directory, { tag: "moved" });
});

gitTest("gives the remote's URL without credentials", async (directory) => {
  await makeRepository(directory);
  await gitIn(directory, "remote", "add", "origin", "https://bot:s3cret@example.com:8443/acme/app.git");
  await gitIn(directory, "remote", "add", "mirror", "https://mirror.example.com/acme/app");
  const { values, from } = await annotated(git({ directory }), { revision: "commit" });
  assert.equal(values["source"], "https://example.com:8443/acme/app");
  assert.equal(from["source"], ".git/config remote.origin.url");
});

gitTest("gives the upstream remote's URL when there is no origin", async (directory) => {
  await makeRepository(directory);
  await gitIn(directory, "remote", "add", "other", "https://other.example.com/acme/app");
  await gitIn(directory, "remote", "add", "company", "git@example.com:acme/app.git");
  const without = await annotated(git({ directory }), { revision: "commit" });
  assert.equal(without.values["source"], undefined);
  await gitIn(directory, "config", "branch.main.remote", "company");
  const { values, from } = await annotated(git({ directory }), { revision: "commit" });
  assert.equal(values["source"], "https://example.com/acme/app");
  assert.equal(from["source"], ".git/config remote.company.url");
});

gitTest("publishes no path of this machine", async (directory) => {
  await makeRepository(join(directory, "origin"));
  await gitIn(directory, "clone", "--quiet", "origin", "clone");
  const { values, debug, warnings } = await annotated(
    git({ directory: join(directory, "clone") }),
    { revision: "commit" },
  );
  assert.equal(values["source"], undefined);
  assert.deepEqual(warnings, []);
  assert.match(debug.join("\n"), /remote\.origin\.url/);
});

gitTest("gives only the source while there is no commit", async (directory) => {
  await gitIn(directory, "init", "--quiet", "--initial-branch=main");
  await gitIn(directory, "remote", "add", "origin", "https://example.com/acme/app");
  const { values, warnings } = await annotated(git({ directory }), { revision: "flux" });
  assert.deepEqual(values, { source: "https://example.com/acme/app" });
  assert.deepEqual(warnings, []);
});

gitTest("warns when the revision that is known is another commit", async (directory) => {
  await makeRepository(directory);
  const commit = await gitIn(directory, "rev-parse", "HEAD");
  const other = "0123456789012345678901234567890123456789";
  for (const value of [other, `main@sha1:${other}`, `sha1:${other}`]) {
    const known = { [REVISION_ANNOTATION]: { value, from: "GITHUB_SHA" } };
    const { values, warnings } = await annotated(git({ directory }), { revision: "commit" }, { known });
    assert.equal(values["revision"], commit, "its own view all the same");
    assert.equal(warnings.length, 1);
    for (const part of [other, commit, "GITHUB_SHA"]) assert.ok(warnings[0]?.includes(part), part);
  }
  for (const value of [commit, `main@sha1:${commit}`, "1.0.0"]) {
    const known = { [REVISION_ANNOTATION]: { value, from: "GITHUB_SHA" } };
    assert.deepEqual((await annotated(git({ directory }), { revision: "commit" }, { known })).warnings, []);
  }
});
