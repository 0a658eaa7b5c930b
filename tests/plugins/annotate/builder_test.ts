import assert from "node:assert/strict";
import { BUILDER_VARIABLES, builderOf } from "../../../src/plugins/annotate/ci/builder.ts";

const GITHUB = {
  GITHUB_ACTIONS: "true",
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_WORKFLOW_REF: "acme/app/.github/workflows/release.yml@refs/heads/main",
};

const BUILDERS: readonly (readonly [what: string, env: Readonly<Record<string, string>>, builder: string])[] = [
  ["no CI system", {}, "https://github.com/gantry/gantry/builder/local"],
  ["GitHub", GITHUB, "https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main"],
  [
    "GitLab",
    { GITLAB_CI: "true", CI_CONFIG_REF_URI: "gitlab.example/acme/app//.gitlab-ci.yml@refs/heads/main" },
    "https://gitlab.example/acme/app//.gitlab-ci.yml@refs/heads/main",
  ],
  [
    "Forgejo, which says that it is GitHub too",
    { ...GITHUB, FORGEJO_ACTIONS: "true", GITHUB_SERVER_URL: "https://forge.example" },
    "https://forge.example/acme/app/.github/workflows/release.yml@refs/heads/main",
  ],
  [
    "GitHub without the name of the workflow",
    { GITHUB_ACTIONS: "true" },
    "https://github.com/gantry/gantry/builder/github-actions",
  ],
  ["Drone, of which no more is known", { DRONE: "true" }, "https://github.com/gantry/gantry/builder/drone"],
];

for (const [what, env, builder] of BUILDERS) {
  Deno.test(`builderOf() names what ${what} runs`, () => {
    assert.equal(builderOf((name) => env[name]), builder);
    for (const name of Object.keys(env)) assert.ok(BUILDER_VARIABLES.includes(name), name);
  });
}
