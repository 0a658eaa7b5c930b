/**
 * Which environment variable of which CI system says what.
 *
 * Left out on purpose: `CI_REPOSITORY_URL` of GitLab, which holds a token; times that are the build's or the tag's and
 * not the commit's.
 */

/** Where a fact stands. */
export interface Fact {
  /** The variable; of several, the values joined by `/`. */
  readonly name: string | readonly string[];
  /** Counts only when this variable does not have this value. */
  readonly unless?: readonly [name: string, value: string];
  /** Counts only when this variable has this value, or one that matches. */
  readonly when?: readonly [name: string, value: string | RegExp];
  /** Counts only when the value matches; what is captured is the fact. */
  readonly pattern?: RegExp;
  /** The variable names a JSON file, and the fact is at this path in it. */
  readonly event?: string;
  /** Counts only when the file has `true` at this path. */
  readonly whenEvent?: string;
  /** Counts only when the file does not have `true` at this path. */
  readonly unlessEvent?: string;
}

/** Where one CI system puts what. The first place that has a usable value counts. */
export interface CiSystem {
  /** The name for messages. */
  readonly name: string;
  /** It is this system when all these variables match. */
  readonly detect: Readonly<Record<string, RegExp>>;
  /** The URL of the repository. */
  readonly source: readonly Fact[];
  /** The commit that is built. */
  readonly commit: readonly Fact[];
  /** The branch that is built; of a pull request, the one that it comes from. */
  readonly branch: readonly Fact[];
  /**
   * The head of an open pull request, where what is checked out is a merge of it that is in no branch. Left out where
   * the system checks out the head itself.
   */
  readonly pullRequest?: { readonly commit: readonly Fact[]; readonly branch: readonly Fact[] };
  /** The tag that is built. */
  readonly tag: readonly Fact[];
  /** When the commit was made. */
  readonly time: readonly Fact[];
  /** How {@linkcode CiSystem.time} is written: GitLab and Woodpecker use one name for two formats. */
  readonly timeFormat?: "rfc3339" | "epoch";
  /**
   * What names the pipeline that is run, for provenance: the same in every run of it, and a URI that people can follow.
   * `{NAME}` is the value of a variable; the first text whose variables are all set counts.
   */
  readonly pipeline?: readonly string[];
}

const TRUE = /^true$/i;
const SET = /./;

/**
 * The systems, in the order in which they are tried: Forgejo also says that it is Gitea, and both that they are GitHub.
 */
export const CI_SYSTEMS: readonly CiSystem[] = [
  actions("Forgejo Actions", "FORGEJO_ACTIONS", ["FORGEJO", "GITHUB"]),
  actions("Gitea Actions", "GITEA_ACTIONS", ["GITHUB"]),
  actions("GitHub Actions", "GITHUB_ACTIONS", ["GITHUB"]),
  {
    name: "GitLab CI",
    detect: { GITLAB_CI: TRUE },
    source: [{ name: "CI_PROJECT_URL" }],
    commit: [{ name: "CI_COMMIT_SHA" }],
    branch: [{ name: "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME" }, { name: "CI_COMMIT_BRANCH" }],
    // Set in a pipeline for merged results only.
    pullRequest: {
      commit: [{ name: "CI_MERGE_REQUEST_SOURCE_BRANCH_SHA" }],
      branch: [{ name: "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME" }],
    },
    tag: [{ name: "CI_COMMIT_TAG" }],
    time: [{ name: "CI_COMMIT_TIMESTAMP" }],
    pipeline: ["https://{CI_CONFIG_REF_URI}"],
  },
  {
    name: "Woodpecker",
    detect: { CI: /^woodpecker$/ },
    source: [{ name: "CI_REPO_URL" }],
    commit: [{ name: "CI_COMMIT_SHA" }],
    branch: [{ name: "CI_COMMIT_SOURCE_BRANCH" }, { name: "CI_COMMIT_BRANCH" }],
    tag: [{ name: "CI_COMMIT_TAG" }],
    time: [{ name: "CI_COMMIT_TIMESTAMP" }],
    timeFormat: "epoch",
  },
  {
    name: "Drone",
    detect: { DRONE: TRUE },
    source: [{ name: "DRONE_REPO_LINK" }],
    commit: [{ name: "DRONE_COMMIT_SHA" }, { name: "DRONE_COMMIT" }],
    branch: [{ name: "DRONE_SOURCE_BRANCH" }, { name: "DRONE_BRANCH" }],
    // The clone step merges it into the target's branch.
    pullRequest: {
      commit: ["DRONE_COMMIT_SHA", "DRONE_COMMIT"].map((name) => ({ name, when: ["DRONE_PULL_REQUEST", SET] })),
      branch: [{ name: "DRONE_SOURCE_BRANCH" }],
    },
    tag: [{ name: "DRONE_TAG" }],
    time: [],
  },
  {
    name: "Buildkite",
    detect: { BUILDKITE: TRUE },
    source: [{ name: "BUILDKITE_REPO" }],
    // May be the word HEAD, which is no commit and so does not count.
    commit: [{ name: "BUILDKITE_COMMIT" }],
    branch: [{ name: "BUILDKITE_BRANCH" }],
    tag: [{ name: "BUILDKITE_TAG" }],
    time: [],
    pipeline: ["https://buildkite.com/{BUILDKITE_ORGANIZATION_SLUG}/{BUILDKITE_PIPELINE_SLUG}"],
  },
  {
    name: "CircleCI",
    detect: { CIRCLECI: TRUE },
    source: [{ name: "CIRCLE_REPOSITORY_URL" }],
    commit: [{ name: "CIRCLE_SHA1" }],
    branch: [{ name: "CIRCLE_BRANCH" }],
    tag: [{ name: "CIRCLE_TAG" }],
    time: [],
  },
  {
    name: "Jenkins",
    detect: { JENKINS_URL: SET, BUILD_ID: SET },
    source: [{ name: "GIT_URL" }, { name: "GIT_URL_1" }],
    commit: [{ name: "GIT_COMMIT" }],
    // BRANCH_NAME of a pull request is "PR-1"; GIT_BRANCH has the remote's name in front.
    branch: [
      { name: "CHANGE_BRANCH" },
      { name: "BRANCH_NAME" },
      { name: "GIT_LOCAL_BRANCH" },
      { name: "GIT_BRANCH", pattern: /^(?:origin\/)?(.+)$/ },
    ],
    tag: [{ name: "TAG_NAME" }],
    time: [],
    pipeline: ["{JOB_URL}"],
  },
  {
    name: "Azure Pipelines",
    detect: { TF_BUILD: TRUE },
    source: [{ name: "BUILD_REPOSITORY_URI" }],
    commit: [{ name: "BUILD_SOURCEVERSION" }],
    // Not BUILD_SOURCEBRANCHNAME, which is only what follows the last slash.
    branch: [{ name: "BUILD_SOURCEBRANCH", pattern: /^refs\/heads\/(.+)$/ }],
    pullRequest: {
      commit: [{ name: "SYSTEM_PULLREQUEST_SOURCECOMMITID" }],
      branch: [{ name: "SYSTEM_PULLREQUEST_SOURCEBRANCH", pattern: /^(?:refs\/heads\/)?(.+)$/ }],
    },
    tag: [{ name: "BUILD_SOURCEBRANCH", pattern: /^refs\/tags\/(.+)$/ }],
    time: [],
    pipeline: ["{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build?definitionId={SYSTEM_DEFINITIONID}"],
  },
  {
    name: "Bitbucket Pipelines",
    detect: { BITBUCKET_BUILD_NUMBER: SET },
    source: [{ name: "BITBUCKET_GIT_HTTP_ORIGIN" }],
    commit: [{ name: "BITBUCKET_COMMIT" }],
    branch: [{ name: "BITBUCKET_BRANCH" }],
    // The target's branch is merged into it before the steps run.
    pullRequest: {
      commit: [{ name: "BITBUCKET_COMMIT", when: ["BITBUCKET_PR_ID", SET] }],
      branch: [{ name: "BITBUCKET_BRANCH" }],
    },
    tag: [{ name: "BITBUCKET_TAG" }],
    time: [],
  },
];

/** GitHub Actions and what speaks its dialect, under each of the prefixes, the first one first. */
function actions(name: string, detect: string, prefixes: readonly string[]): CiSystem {
  const each = (places: (prefix: string) => readonly Fact[]): readonly Fact[] => prefixes.flatMap(places);
  const event = (prefix: string, path: string, more: Omit<Fact, "name" | "event"> = {}): Fact => ({
    name: `${prefix}_EVENT_PATH`,
    event: path,
    ...more,
  });
  // For `pull_request` the variables name a merge commit that is in no branch, and the event names the head. For
  // `pull_request_target` they name the base, which is what is checked out, and so they do when it was merged: the head
  // may never have arrived there.
  const open = (prefix: string): Omit<Fact, "name" | "event"> => ({
    unless: [`${prefix}_EVENT_NAME`, "pull_request_target"],
    unlessEvent: "pull_request.merged",
  });
  return {
    name,
    detect: { [detect]: TRUE },
    source: each((prefix) => [{ name: [`${prefix}_SERVER_URL`, `${prefix}_REPOSITORY`] }]),
    commit: each((prefix) => [{ name: `${prefix}_SHA` }]),
    branch: [
      ...each((prefix) => [{ name: `${prefix}_REF_NAME`, when: [`${prefix}_REF_TYPE`, "branch"] }]),
      // Gitea has no branch in its variables then.
      ...each((prefix) => [event(prefix, "pull_request.base.ref", { whenEvent: "pull_request.merged" })]),
    ],
    pullRequest: {
      commit: each((prefix) => [event(prefix, "pull_request.head.sha", open(prefix))]),
      branch: [
        ...each((prefix) => [{ name: `${prefix}_HEAD_REF` }]),
        ...each((prefix) => [event(prefix, "pull_request.head.ref")]),
      ],
    },
    tag: each((prefix) => [{ name: `${prefix}_REF_NAME`, when: [`${prefix}_REF_TYPE`, "tag"] }]),
    time: each((prefix) => [event(prefix, "head_commit.timestamp")]),
    pipeline: prefixes.map((prefix) => `{${prefix}_SERVER_URL}/{${prefix}_WORKFLOW_REF}`),
  };
}
