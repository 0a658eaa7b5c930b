/** The commit that is built in every case. */
export const HEAD = "1eabc9a41ca088515cab83f1cce49eb43e84b67f";
/** A merge commit that a pull request's variables name. */
export const MERGE = "2222222222222222222222222222222222222222";
const SHA256 = "8fb62a09c9e48ace5463bf940dc15e85f525be4f230e223bbceef6e13024110c";

/** Environment variables. */
export type Variables = Readonly<Record<string, string>>;

/** What an annotator in the style of Flux gives: its values, then where they are from. */
type Expected = readonly [values: Variables, from: Variables];

const GITHUB: Variables = {
  GITHUB_ACTIONS: "true",
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "acme/app",
  GITHUB_SHA: HEAD,
  GITHUB_REF_NAME: "main",
  GITHUB_REF_TYPE: "branch",
  GITHUB_EVENT_NAME: "push",
  GITHUB_EVENT_PATH: "/event.json",
};
/** What GitHub sets for a pull request. */
export const PULL_REQUEST: Variables = {
  ...GITHUB,
  GITHUB_SHA: MERGE,
  GITHUB_REF_NAME: "12/merge",
  GITHUB_EVENT_NAME: "pull_request",
  GITHUB_HEAD_REF: "feature",
};
const PULL_REQUEST_EVENT = { pull_request: { head: { sha: HEAD, ref: "feature" } } };
/** What GitLab sets for a commit. */
export const GITLAB: Variables = {
  GITLAB_CI: "true",
  CI_PROJECT_URL: "https://gitlab.com/acme/app",
  CI_REPOSITORY_URL: "https://gitlab-ci-token:s3cret@gitlab.com/wrong.git",
  CI_COMMIT_SHA: HEAD,
  CI_COMMIT_TIMESTAMP: "2024-05-31T12:34:56+02:00",
};
const JENKINS: Variables = {
  JENKINS_URL: "https://jenkins.example.com/",
  BUILD_ID: "7",
  GIT_URL: "git@example.com:acme/app.git",
  GIT_COMMIT: HEAD,
};
const AZURE: Variables = {
  TF_BUILD: "True",
  BUILD_REPOSITORY_URI: "https://org@dev.azure.com/org/project/_git/app",
  BUILD_SOURCEVERSION: HEAD,
  BUILD_SOURCEBRANCH: "refs/heads/feature/a",
  BUILD_SOURCEBRANCHNAME: "a",
};

/** Every CI system: what it sets, the event that it writes down, and what is to be read from them. */
export const CI_CASES: readonly (readonly [name: string, Variables, event: unknown, Expected])[] = [
  ["GitHub, push", GITHUB, { head_commit: { timestamp: "2024-05-31T12:34:56+02:00" } }, [
    { source: "https://github.com/acme/app", revision: `main@sha1:${HEAD}`, created: "2024-05-31T10:34:56Z" },
    {
      source: "GITHUB_SERVER_URL, GITHUB_REPOSITORY",
      revision: "GITHUB_SHA, GITHUB_REF_NAME",
      created: "GITHUB_EVENT_PATH head_commit.timestamp",
    },
  ]],
  ["GitHub, tag", { ...GITHUB, GITHUB_REF_NAME: "v1", GITHUB_REF_TYPE: "tag" }, { head_commit: null }, [
    { source: "https://github.com/acme/app", revision: `v1@sha1:${HEAD}` },
    { source: "GITHUB_SERVER_URL, GITHUB_REPOSITORY", revision: "GITHUB_SHA, GITHUB_REF_NAME" },
  ]],
  ["GitHub, pull request", PULL_REQUEST, PULL_REQUEST_EVENT, [
    { source: "https://github.com/acme/app", revision: `feature@sha1:${HEAD}` },
    {
      source: "GITHUB_SERVER_URL, GITHUB_REPOSITORY",
      revision: "GITHUB_EVENT_PATH pull_request.head.sha, GITHUB_HEAD_REF",
    },
  ]],
  [
    "GitHub, pull request reviewed",
    { ...PULL_REQUEST, GITHUB_HEAD_REF: "", GITHUB_EVENT_NAME: "pull_request_review" },
    PULL_REQUEST_EVENT,
    [
      { source: "https://github.com/acme/app", revision: `feature@sha1:${HEAD}` },
      {
        source: "GITHUB_SERVER_URL, GITHUB_REPOSITORY",
        revision: "GITHUB_EVENT_PATH pull_request.head.sha, GITHUB_EVENT_PATH pull_request.head.ref",
      },
    ],
  ],
  [
    "GitHub, pull_request_target builds the base",
    { ...GITHUB, GITHUB_EVENT_NAME: "pull_request_target", GITHUB_HEAD_REF: "evil" },
    { pull_request: { head: { sha: MERGE, ref: "evil" } } },
    [
      { source: "https://github.com/acme/app", revision: `main@sha1:${HEAD}` },
      { source: "GITHUB_SERVER_URL, GITHUB_REPOSITORY", revision: "GITHUB_SHA, GITHUB_REF_NAME" },
    ],
  ],
  ["Gitea", { ...GITHUB, GITEA_ACTIONS: "true", GITHUB_SERVER_URL: "https://gitea.example.com:3000/git/" }, {}, [
    { source: "https://gitea.example.com:3000/git/acme/app", revision: `main@sha1:${HEAD}` },
    { source: "GITHUB_SERVER_URL, GITHUB_REPOSITORY", revision: "GITHUB_SHA, GITHUB_REF_NAME" },
  ]],
  [
    "Forgejo, which has its own names as well",
    {
      ...GITHUB,
      GITEA_ACTIONS: "true",
      FORGEJO_ACTIONS: "true",
      FORGEJO_SERVER_URL: "https://codeberg.org",
      FORGEJO_REPOSITORY: "acme/app",
      FORGEJO_SHA: HEAD,
      FORGEJO_REF_NAME: "trunk",
      FORGEJO_REF_TYPE: "branch",
    },
    {},
    [
      { source: "https://codeberg.org/acme/app", revision: `trunk@sha1:${HEAD}` },
      { source: "FORGEJO_SERVER_URL, FORGEJO_REPOSITORY", revision: "FORGEJO_SHA, FORGEJO_REF_NAME" },
    ],
  ],
  ["Forgejo, with GitHub's names only", { ...GITHUB, FORGEJO_ACTIONS: "true" }, {}, [
    { source: "https://github.com/acme/app", revision: `main@sha1:${HEAD}` },
    { source: "GITHUB_SERVER_URL, GITHUB_REPOSITORY", revision: "GITHUB_SHA, GITHUB_REF_NAME" },
  ]],
  ["GitLab, branch", { ...GITLAB, CI_COMMIT_BRANCH: "main" }, undefined, [
    { source: "https://gitlab.com/acme/app", revision: `main@sha1:${HEAD}`, created: "2024-05-31T10:34:56Z" },
    { source: "CI_PROJECT_URL", revision: "CI_COMMIT_SHA, CI_COMMIT_BRANCH", created: "CI_COMMIT_TIMESTAMP" },
  ]],
  ["GitLab, tag", { ...GITLAB, CI_COMMIT_TAG: "v1" }, undefined, [
    { source: "https://gitlab.com/acme/app", revision: `v1@sha1:${HEAD}`, created: "2024-05-31T10:34:56Z" },
    { source: "CI_PROJECT_URL", revision: "CI_COMMIT_SHA, CI_COMMIT_TAG", created: "CI_COMMIT_TIMESTAMP" },
  ]],
  [
    "GitLab, merged results",
    {
      ...GITLAB,
      CI_COMMIT_SHA: MERGE,
      CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: HEAD,
      CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: "feature",
      CI_COMMIT_TIMESTAMP: "1717158896",
    },
    undefined,
    [
      { source: "https://gitlab.com/acme/app", revision: `feature@sha1:${HEAD}` },
      {
        source: "CI_PROJECT_URL",
        revision: "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA, CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
      },
    ],
  ],
  [
    "Woodpecker, pull request",
    {
      CI: "woodpecker",
      CI_REPO_URL: "https://codeberg.org/acme/app",
      CI_COMMIT_SHA: SHA256,
      CI_COMMIT_BRANCH: "main",
      CI_COMMIT_SOURCE_BRANCH: "feature",
      CI_COMMIT_TIMESTAMP: "1717158896",
    },
    undefined,
    [
      {
        source: "https://codeberg.org/acme/app",
        revision: `feature@sha256:${SHA256}`,
        created: "2024-05-31T12:34:56Z",
      },
      { source: "CI_REPO_URL", revision: "CI_COMMIT_SHA, CI_COMMIT_SOURCE_BRANCH", created: "CI_COMMIT_TIMESTAMP" },
    ],
  ],
  [
    "Drone, pull request",
    {
      DRONE: "true",
      DRONE_REPO_LINK: "https://git.example.com/acme/app",
      DRONE_COMMIT: HEAD,
      DRONE_BRANCH: "main",
      DRONE_SOURCE_BRANCH: "feature",
      DRONE_BUILD_CREATED: "1717158896",
    },
    undefined,
    [
      { source: "https://git.example.com/acme/app", revision: `feature@sha1:${HEAD}` },
      { source: "DRONE_REPO_LINK", revision: "DRONE_COMMIT, DRONE_SOURCE_BRANCH" },
    ],
  ],
  [
    "Buildkite",
    {
      BUILDKITE: "true",
      BUILDKITE_REPO: "git@github.com:acme/app.git",
      BUILDKITE_COMMIT: HEAD,
      BUILDKITE_BRANCH: "main",
    },
    undefined,
    [
      { source: "https://github.com/acme/app", revision: `main@sha1:${HEAD}` },
      { source: "BUILDKITE_REPO", revision: "BUILDKITE_COMMIT, BUILDKITE_BRANCH" },
    ],
  ],
  [
    "Buildkite, built from the word HEAD",
    {
      BUILDKITE: "true",
      BUILDKITE_REPO: "git@github.com:acme/app.git",
      BUILDKITE_COMMIT: "HEAD",
      BUILDKITE_BRANCH: "main",
    },
    undefined,
    [{ source: "https://github.com/acme/app" }, { source: "BUILDKITE_REPO" }],
  ],
  [
    "CircleCI, tag",
    { CIRCLECI: "true", CIRCLE_REPOSITORY_URL: "git@github.com:acme/app.git", CIRCLE_SHA1: HEAD, CIRCLE_TAG: "v1" },
    undefined,
    [
      { source: "https://github.com/acme/app", revision: `v1@sha1:${HEAD}` },
      { source: "CIRCLE_REPOSITORY_URL", revision: "CIRCLE_SHA1, CIRCLE_TAG" },
    ],
  ],
  ["CircleCI, without a repository URL", { CIRCLECI: "true", CIRCLE_SHA1: HEAD, CIRCLE_BRANCH: "main" }, undefined, [
    { revision: `main@sha1:${HEAD}` },
    { revision: "CIRCLE_SHA1, CIRCLE_BRANCH" },
  ]],
  ["Jenkins", { ...JENKINS, GIT_BRANCH: "origin/feature/a" }, undefined, [
    { source: "https://example.com/acme/app", revision: `feature/a@sha1:${HEAD}` },
    { source: "GIT_URL", revision: "GIT_COMMIT, GIT_BRANCH" },
  ]],
  ["Jenkins, pull request", { ...JENKINS, CHANGE_BRANCH: "feature", BRANCH_NAME: "PR-1" }, undefined, [
    { source: "https://example.com/acme/app", revision: `feature@sha1:${HEAD}` },
    { source: "GIT_URL", revision: "GIT_COMMIT, CHANGE_BRANCH" },
  ]],
  [
    "Jenkins, tag and several repositories",
    { ...JENKINS, GIT_URL: "", GIT_URL_1: "https://u:p@example.com/a", TAG_NAME: "v1", TAG_UNIXTIME: "1" },
    undefined,
    [
      { source: "https://example.com/a", revision: `v1@sha1:${HEAD}` },
      { source: "GIT_URL_1", revision: "GIT_COMMIT, TAG_NAME" },
    ],
  ],
  ["Azure, branch", AZURE, undefined, [
    { source: "https://dev.azure.com/org/project/_git/app", revision: `feature/a@sha1:${HEAD}` },
    { source: "BUILD_REPOSITORY_URI", revision: "BUILD_SOURCEVERSION, BUILD_SOURCEBRANCH" },
  ]],
  ["Azure, tag", { ...AZURE, BUILD_SOURCEBRANCH: "refs/tags/v1" }, undefined, [
    { source: "https://dev.azure.com/org/project/_git/app", revision: `v1@sha1:${HEAD}` },
    { source: "BUILD_REPOSITORY_URI", revision: "BUILD_SOURCEVERSION, BUILD_SOURCEBRANCH" },
  ]],
  [
    "Azure, pull request",
    {
      ...AZURE,
      BUILD_SOURCEVERSION: MERGE,
      BUILD_SOURCEBRANCH: "refs/pull/1/merge",
      SYSTEM_PULLREQUEST_SOURCECOMMITID: HEAD,
      SYSTEM_PULLREQUEST_SOURCEBRANCH: "refs/heads/users/me/feature",
    },
    undefined,
    [
      { source: "https://dev.azure.com/org/project/_git/app", revision: `users/me/feature@sha1:${HEAD}` },
      {
        source: "BUILD_REPOSITORY_URI",
        revision: "SYSTEM_PULLREQUEST_SOURCECOMMITID, SYSTEM_PULLREQUEST_SOURCEBRANCH",
      },
    ],
  ],
  [
    "Bitbucket",
    {
      BITBUCKET_BUILD_NUMBER: "3",
      BITBUCKET_GIT_HTTP_ORIGIN: "https://bitbucket.org/acme/app",
      BITBUCKET_COMMIT: HEAD.toUpperCase(),
      BITBUCKET_BRANCH: "main",
    },
    undefined,
    [
      { source: "https://bitbucket.org/acme/app", revision: `main@sha1:${HEAD}` },
      { source: "BITBUCKET_GIT_HTTP_ORIGIN", revision: "BITBUCKET_COMMIT, BITBUCKET_BRANCH" },
    ],
  ],
];
