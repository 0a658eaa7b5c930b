import assert from "node:assert/strict";
import { CI_SYSTEMS } from "../../../src/plugins/annotate/ci/systems.ts";
import { CI_VARIABLES } from "../../../src/plugins/annotate/ci/variables.ts";
import { ci } from "../../../src/plugins/annotate/ci.ts";
import { CI_CASES, GITLAB, HEAD, MERGE, PULL_REQUEST, type Variables } from "./ci_cases.ts";
import { annotated } from "./support.ts";

Deno.test("ci() reads each CI system", async (t) => {
  for (const [name, variables, event, [values, from]] of CI_CASES) {
    await t.step(name, async () => {
      const paths: string[] = [];
      const readEvent = (path: string): Promise<string | undefined> => {
        paths.push(path);
        return Promise.resolve(event === undefined ? undefined : JSON.stringify(event));
      };
      const flux = await annotated(ci({ readEvent }), { revision: "flux" }, { env: variables });
      assert.deepEqual([flux.values, flux.from], [values, from]);
      assert.deepEqual(flux.warnings, []);
      assert.ok(paths.length <= 1, "the event is read once");
      const bare = await annotated(ci({ readEvent }), { revision: "commit" }, { env: variables });
      const commit = values["revision"]?.replace(/^.*:/, "");
      assert.deepEqual(bare.values, commit === undefined ? values : { ...values, revision: commit });
    });
  }
});

Deno.test("ci() is tested with every system that it knows", () => {
  const detected = (variables: Variables): string | undefined =>
    CI_SYSTEMS.find(({ detect }) =>
      Object.entries(detect).every(([name, pattern]) => pattern.test(variables[name] ?? ""))
    )?.name;
  const tested = new Set(CI_CASES.map(([, variables]) => detected(variables)));
  assert.deepEqual([...tested].sort(), CI_SYSTEMS.map(({ name }) => name).sort());
});

Deno.test("ci() looks only at the variables of its list", async () => {
  for (const [name, variables, event] of CI_CASES) {
    const asked = new Set<string>();
    const watched = new Proxy(variables, {
      get(target, key): string | undefined {
        asked.add(String(key));
        return target[String(key)];
      },
    });
    const readEvent = (): Promise<string> => Promise.resolve(JSON.stringify(event ?? {}));
    await annotated(ci({ readEvent }), { revision: "flux" }, { env: watched });
    assert.ok(asked.size > 1);
    for (const key of asked) assert.ok(CI_VARIABLES.includes(key), `${name}: ${key}`);
  }
});

Deno.test("CI_VARIABLES is sorted, has no name twice and none that holds a token", () => {
  assert.deepEqual(CI_VARIABLES, [...new Set(CI_VARIABLES)].sort());
  assert.ok(CI_VARIABLES.includes("SOURCE_DATE_EPOCH"));
  assert.ok(!CI_VARIABLES.includes("CI_REPOSITORY_URL"));
});

Deno.test("ci() takes SOURCE_DATE_EPOCH before the CI's time, and on any machine", async () => {
  for (const variables of [{}, { ...GITLAB }]) {
    const { values, from } = await annotated(
      ci(),
      { revision: "commit" },
      { env: { ...variables, SOURCE_DATE_EPOCH: "0" } },
    );
    assert.equal(values["created"], "1970-01-01T00:00:00Z");
    assert.equal(from["created"], "SOURCE_DATE_EPOCH");
  }
});

Deno.test("ci() takes an empty SOURCE_DATE_EPOCH for not set and throws when it is malformed", async () => {
  const empty = { ...GITLAB, SOURCE_DATE_EPOCH: "" };
  assert.equal((await annotated(ci(), { revision: "commit" }, { env: empty })).from["created"], "CI_COMMIT_TIMESTAMP");
  const malformed = { SOURCE_DATE_EPOCH: "now" };
  await assert.rejects(annotated(ci(), { revision: "commit" }, { env: malformed }), {
    name: "SyntaxError",
    message: /SOURCE_DATE_EPOCH "now"/,
  });
});

Deno.test("ci() knows nothing outside of CI, and wants exact markers", async () => {
  for (const variables of [{}, { CI: "true" }, { GITLAB_CI: "false", CI_COMMIT_SHA: HEAD }, { JENKINS_URL: "x" }]) {
    assert.deepEqual((await annotated(ci(), { revision: "flux" }, { env: variables })).values, {});
  }
});

Deno.test("ci() passes over values that cannot be used, without showing them", async () => {
  const variables = {
    ...GITLAB,
    CI_PROJECT_URL: "https://s3cret/x@example.com",
    CI_COMMIT_SHA: "0".repeat(40),
    CI_COMMIT_BRANCH: "no branch",
    CI_COMMIT_TIMESTAMP: "today",
  };
  const { values, warnings, debug } = await annotated(ci(), { revision: "flux" }, { env: variables });
  assert.deepEqual([values, warnings], [{}, []]);
  for (const name of ["CI_PROJECT_URL", "CI_COMMIT_SHA", "CI_COMMIT_BRANCH", "CI_COMMIT_TIMESTAMP"]) {
    assert.equal(debug.filter((line) => line.includes(name)).length, 1, name);
  }
  assert.ok(!debug.join("\n").includes("s3cret"));
});

Deno.test("ci() does without the event when it cannot be read", async () => {
  const readers: readonly ((() => Promise<string | undefined>) | undefined)[] = [
    undefined,
    () => Promise.resolve(undefined),
    () => Promise.resolve("{"),
    () => Promise.resolve("null"),
    () => Promise.resolve('{"pull_request": "text"}'),
    () => Promise.resolve('{"pull_request": {"head": {"sha": 5}}}'),
    () => Promise.reject(new Error("not allowed")),
  ];
  for (const readEvent of readers) {
    const { values, warnings } = await annotated(
      ci(readEvent && { readEvent }),
      { revision: "commit" },
      { env: PULL_REQUEST },
    );
    assert.deepEqual([values["revision"], warnings], [MERGE, []]);
  }
});
