/** What a CI system says, against what is checked out. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { ci } from "../../../src/plugins/annotate/ci.ts";
import { git } from "../../../src/plugins/annotate/git.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { toolTest } from "../../support/tools.ts";
import { annotated, commitTo, gitIn, makeRepository } from "./support.ts";

const NOWHERE = "1111111111111111111111111111111111111111";
const GITHUB = {
  GITHUB_ACTIONS: "true",
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "acme/app",
  GITHUB_REF: "refs/heads/main",
  GITHUB_REF_NAME: "main",
  GITHUB_REF_TYPE: "branch",
  GITHUB_EVENT_PATH: "/event.json",
};
const TIME = { head_commit: { timestamp: "2020-01-01T00:00:00Z" } };

/** Source, revision and time as a publication has them, and what was said. */
interface Known {
  readonly values: Readonly<Record<string, string>>;
  readonly said: readonly string[];
}

checkoutTest("leaves the revision to git where another commit is checked out, and says so", async (directory) => {
  const first = await makeCheckout(directory);
  await gitIn(directory, "tag", "v1.0.0");
  await commitTo(directory, "second");
  const second = await gitIn(directory, "rev-parse", "HEAD");
  await gitIn(directory, "checkout", "--quiet", "v1.0.0");
  const { values, said } = await known(directory, { ...GITHUB, GITHUB_SHA: second }, TIME);
  assert.deepEqual(values, {
    source: "https://github.com/acme/app",
    revision: `v1.0.0@sha1:${first}`,
    created: "2024-05-31T07:04:56Z",
  });
  assert.deepEqual(said, [
    `The revision is that of what is checked out in ${JSON.stringify(await Deno.realPath(directory))}, ` +
    `commit ${first}; GITHUB_SHA says ${second}`,
  ]);
});

checkoutTest("says nothing where the CI's commit is checked out, and keeps the CI's names", async (directory) => {
  const commit = await makeCheckout(directory);
  await gitIn(directory, "checkout", "--quiet", "--detach");
  for (const remote of ["https://github.com/acme/app.git", "http://mirror.internal/x", "/srv/git/app"]) {
    await gitIn(directory, "remote", "set-url", "origin", remote);
    const { values, said } = await known(directory, { ...GITHUB, GITHUB_SHA: commit }, TIME);
    assert.deepEqual([values, said], [{
      source: "https://github.com/acme/app",
      revision: `main@sha1:${commit}`,
      created: "2020-01-01T00:00:00Z",
    }, []]);
  }
});

checkoutTest("leaves source and revision to git where another repository is checked out", async (directory) => {
  await makeCheckout(directory);
  for (
    const [name, ...init] of [["nested", "--object-format=sha1"], ["sha256", "--object-format=sha256"]] as const
  ) {
    const nested = join(directory, name);
    await makeRepository(nested, ...init);
    await gitIn(nested, "remote", "add", "origin", "git@github.com:acme/other.git");
    await Deno.mkdir(join(nested, "deploy"));
    const commit = await gitIn(nested, "rev-parse", "HEAD");
    const { values, said } = await known(join(nested, "deploy"), { ...GITHUB, GITHUB_SHA: NOWHERE }, TIME);
    assert.deepEqual(values, {
      source: "https://github.com/acme/other",
      revision: `main@${name === "sha256" ? "sha256" : "sha1"}:${commit}`,
      created: "2024-05-31T07:04:56Z",
    });
    assert.match(said.join(), /https:\/\/github\.com\/acme\/other; .* says https:\/\/github\.com\/acme\/app$/);
    assert.equal(said.length, 1);
  }
});

checkoutTest("leaves a submodule and a work tree to git", async (directory) => {
  const inner = join(directory, "inner");
  await makeRepository(inner);
  await commitTo(inner, "of the submodule");
  const outer = join(directory, "outer");
  const commit = await makeCheckout(outer);
  await gitIn(outer, "submodule", "--quiet", "add", inner, "lib");
  await gitIn(join(outer, "lib"), "remote", "set-url", "origin", "https://github.com/acme/lib.git");
  const lib = await gitIn(inner, "rev-parse", "HEAD");
  const submodule = await known(join(outer, "lib"), { ...GITHUB, GITHUB_SHA: commit });
  assert.deepEqual([submodule.values["source"], submodule.values["revision"]], [
    "https://github.com/acme/lib",
    `main@sha1:${lib}`,
  ]);

  await commitTo(outer, "second");
  await gitIn(outer, "worktree", "add", "--quiet", "-b", "old", join(directory, "tree"), commit);
  const head = await gitIn(outer, "rev-parse", "HEAD");
  const tree = await known(join(directory, "tree"), { ...GITHUB, GITHUB_SHA: head });
  assert.deepEqual([tree.values["source"], tree.values["revision"]], [
    "https://github.com/acme/app",
    `old@sha1:${commit}`,
  ]);
});

checkoutTest("claims no source for a commit that nothing ties to the CI's repository", async (directory) => {
  await makeRepository(directory);
  const commit = await gitIn(directory, "rev-parse", "HEAD");
  const { values, said } = await known(directory, { ...GITHUB, GITHUB_SHA: NOWHERE });
  assert.deepEqual(values, { revision: `main@sha1:${commit}`, created: "2024-05-31T07:04:56Z" });
  assert.match(said.at(-1) ?? "", /^The source is not known: nothing shows that commit/);
});

checkoutTest("gives the base of a pull request that was merged, squashed or not", async (directory) => {
  await makeCheckout(directory);
  await gitIn(directory, "checkout", "--quiet", "-b", "feature");
  await commitTo(directory, "feature");
  const head = await gitIn(directory, "rev-parse", "HEAD");
  await gitIn(directory, "checkout", "--quiet", "main");
  const merges = [() => commitTo(directory, "squashed"), async () => {
    await gitIn(directory, "merge", "--quiet", "--no-ff", "-m", "merged", "feature");
  }];
  for (const merge of merges) {
    await merge();
    const merged = await gitIn(directory, "rev-parse", "HEAD");
    const event = { pull_request: { merged: true, head: { sha: head, ref: "feature" }, base: { ref: "main" } } };
    const variables = { ...GITHUB, GITHUB_EVENT_NAME: "pull_request", GITHUB_HEAD_REF: "feature", GITHUB_SHA: merged };
    for (const names of [{}, { GITEA_ACTIONS: "true", GITHUB_REF_NAME: merged, GITHUB_REF_TYPE: "" }]) {
      const { values, said } = await known(directory, { ...variables, ...names }, event);
      assert.deepEqual([values["revision"], said], [`main@sha1:${merged}`, []]);
    }
  }
});

checkoutTest("gives the head of an open pull request whose merge is checked out, shallow too", async (directory) => {
  const origin = join(directory, "origin");
  await makeCheckout(origin);
  await gitIn(origin, "checkout", "--quiet", "-b", "feature");
  await commitTo(origin, "feature");
  const head = await gitIn(origin, "rev-parse", "HEAD");
  await gitIn(origin, "checkout", "--quiet", "main");
  await commitTo(origin, "main goes on");
  await gitIn(origin, "merge", "--quiet", "--no-ff", "-m", "test merge", "feature");
  const merge = await gitIn(origin, "rev-parse", "HEAD");
  const shallow = join(directory, "shallow");
  await gitIn(directory, "clone", "--quiet", "--depth=1", `file://${origin}`, shallow);
  await gitIn(shallow, "checkout", "--quiet", "--detach");
  const event = { pull_request: { merged: false, head: { sha: head, ref: "feature" } } };
  const systems = [
    { ...GITHUB, GITHUB_EVENT_NAME: "pull_request", GITHUB_HEAD_REF: "feature", GITHUB_SHA: merge },
    {
      GITLAB_CI: "true",
      CI_COMMIT_SHA: merge,
      CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: head,
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "feature",
    },
    {
      TF_BUILD: "True",
      BUILD_SOURCEVERSION: merge,
      SYSTEM_PULLREQUEST_SOURCECOMMITID: head,
      SYSTEM_PULLREQUEST_SOURCEBRANCH: "refs/heads/feature",
    },
    { DRONE: "true", DRONE_PULL_REQUEST: "1", DRONE_COMMIT_SHA: head, DRONE_SOURCE_BRANCH: "feature" },
    { BITBUCKET_BUILD_NUMBER: "1", BITBUCKET_PR_ID: "1", BITBUCKET_COMMIT: head, BITBUCKET_BRANCH: "feature" },
  ];
  for (const variables of systems) {
    const { values, said } = await known(shallow, variables, event);
    assert.equal(values["revision"], `feature@sha1:${head}`);
    assert.match(said.join(), new RegExp(`^The revision is commit ${head} .* a merge of it, commit ${merge}$`));
  }

  await gitIn(origin, "checkout", "--quiet", "feature");
  const local = await known(shallow, { ...GITHUB, GITHUB_SHA: head });
  assert.equal(local.values["revision"], `sha1:${merge}`, "a merge that nobody made to try a pull request");
  const checkedOut = await known(origin, { ...systems[0], GITHUB_SHA: merge }, event);
  assert.deepEqual([checkedOut.values["revision"], checkedOut.said], [`feature@sha1:${head}`, []]);
});

checkoutTest("of every system gives way to another commit", async (directory) => {
  await makeRepository(directory);
  const commit = await gitIn(directory, "rev-parse", "HEAD");
  const systems = [
    { GITEA_ACTIONS: "true", GITHUB_SHA: NOWHERE, GITHUB_REF_NAME: "x", GITHUB_REF_TYPE: "branch" },
    { FORGEJO_ACTIONS: "true", FORGEJO_SHA: NOWHERE, FORGEJO_REF_NAME: "x", FORGEJO_REF_TYPE: "tag" },
    { GITLAB_CI: "true", CI_COMMIT_SHA: NOWHERE, CI_COMMIT_TAG: "x", CI_COMMIT_TIMESTAMP: "2020-01-01T00:00:00Z" },
    { CI: "woodpecker", CI_COMMIT_SHA: NOWHERE, CI_COMMIT_BRANCH: "x", CI_COMMIT_TIMESTAMP: "1577836800" },
    { DRONE: "true", DRONE_COMMIT_SHA: NOWHERE, DRONE_BRANCH: "x" },
    { BUILDKITE: "true", BUILDKITE_COMMIT: NOWHERE, BUILDKITE_BRANCH: "x" },
    { BUILDKITE: "true", BUILDKITE_COMMIT: "HEAD", BUILDKITE_BRANCH: "x" },
    { CIRCLECI: "true", CIRCLE_SHA1: NOWHERE, CIRCLE_TAG: "x" },
    { JENKINS_URL: "x", BUILD_ID: "1", GIT_COMMIT: NOWHERE, BRANCH_NAME: "x" },
    { TF_BUILD: "True", BUILD_SOURCEVERSION: NOWHERE, BUILD_SOURCEBRANCH: "refs/heads/x" },
    { BITBUCKET_BUILD_NUMBER: "1", BITBUCKET_COMMIT: NOWHERE, BITBUCKET_BRANCH: "x" },
  ];
  for (const variables of systems) {
    const { values } = await known(directory, variables);
    assert.deepEqual(values, { revision: `main@sha1:${commit}`, created: "2024-05-31T07:04:56Z" });
  }
});

checkoutTest("counts where there is nothing to compare with", async (directory) => {
  const plain = join(directory, "plain");
  await Deno.mkdir(plain);
  const unborn = join(directory, "unborn");
  await Deno.mkdir(unborn);
  await gitIn(unborn, "init", "--quiet");
  const damaged = join(directory, "damaged");
  await makeRepository(damaged);
  await Deno.writeTextFile(join(damaged, ".git/HEAD"), "nonsense");
  for (const place of [plain, unborn, damaged]) {
    const { values } = await known(place, { ...GITHUB, GITHUB_SHA: NOWHERE }, TIME);
    assert.deepEqual(values, {
      source: "https://github.com/acme/app",
      revision: `main@sha1:${NOWHERE}`,
      created: "2020-01-01T00:00:00Z",
    });
  }
});

/** Declares a test of `ci()` in an empty directory, for machines that have git. */
function checkoutTest(name: string, body: (directory: string) => Promise<void>): void {
  toolTest(`ci() ${name}`, ["git"], async () => {
    await using temp = await tempDirectory();
    await body(await Deno.realPath(temp.path));
  });
}

/** Makes a repository with one commit and a remote, and gives the commit. */
async function makeCheckout(directory: string): Promise<string> {
  await makeRepository(directory);
  await gitIn(directory, "remote", "add", "origin", "https://github.com/acme/app.git");
  return await gitIn(directory, "rev-parse", "HEAD");
}

/** Asks both plugins, the first to know a key wins. */
async function known(
  directory: string,
  variables: Readonly<Record<string, string>>,
  event: unknown = {},
): Promise<Known> {
  const readEvent = () => Promise.resolve(JSON.stringify(event));
  const ofCi = await annotated(ci({ readEvent, directory }), { revision: "flux" }, { env: variables });
  const ofGit = await annotated(git({ directory }), { revision: "flux" }, {
    known: Object.fromEntries(
      Object.entries(ofCi.values).map(([key, value]) => [`org.opencontainers.image.${key}`, { value, from: "CI" }]),
    ),
  });
  return { values: { ...ofGit.values, ...ofCi.values }, said: [...ofCi.said, ...ofGit.said] };
}
