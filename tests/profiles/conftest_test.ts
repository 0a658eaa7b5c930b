import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

const POLICIES = {
  "deny.rego": "package main\n",
  "lib/names.rego": "package lib.names\n",
  "data/a.yaml": "a: 1\n",
  "data/b.yml": "b: 1\n",
  "c.json": "{}\n",
};

async function plan(args: readonly string[]): Promise<{ readonly stderr: string; readonly report: Plan }> {
  const { stdout, stderr } = await gantryOk(["plan", ...args, "-o", "json"]);
  return { stderr, report: JSON.parse(stdout) };
}

interface Plan {
  readonly profile: string;
  readonly profileBecause: string;
  readonly artifactType?: string;
  readonly config: { readonly mediaType: string; readonly digest: string; readonly size: number };
  readonly layers: readonly { readonly mediaType: string; readonly annotations: Readonly<Record<string, string>> }[];
  readonly dropped: readonly { readonly path: string; readonly reason: string }[];
  readonly digest: string;
}

const POLICY = "application/vnd.cncf.openpolicyagent.policy.layer.v1+rego";
const DATA = "application/vnd.cncf.openpolicyagent.data.layer.v1+json";

Deno.test("the profile conftest makes a layer of each policy and each file of data, in the order of a walk", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { ...POLICIES, "README.md": "# Policies\n", "lib/.manifest": "{}" });
  const { report } = await plan([directory.path, "--profile", "conftest"]);
  assert.deepEqual(report.layers.map(({ mediaType, annotations }) => [annotations, mediaType]), [
    [{ "org.opencontainers.image.title": "c.json" }, DATA],
    [{ "org.opencontainers.image.title": "data/a.yaml" }, DATA],
    [{ "org.opencontainers.image.title": "data/b.yml" }, DATA],
    [{ "org.opencontainers.image.title": "deny.rego" }, POLICY],
    [{ "org.opencontainers.image.title": "lib/names.rego" }, POLICY],
  ]);
  assert.deepEqual(report.config, {
    mediaType: "application/vnd.unknown.config.v1+json",
    digest: "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    size: 2,
  });
  assert.equal(report.artifactType, undefined);
  const reason = "neither a policy nor data (conftest profile)";
  assert.deepEqual(report.dropped, [{ path: "README.md", reason }, { path: "lib/.manifest", reason }]);
  assert.equal(report.digest, "sha256:09b228787a8b30c8a23564c401cc7511850e15127597f6853d405c81a2da3bcb");
});

Deno.test("auto takes policies and nothing but data beside them for conftest", async () => {
  await using directory = await tempDirectory();
  const at = (name: string): string => join(directory.path, name);
  await writeTree(at("policies"), { ...POLICIES, ".git/HEAD": "ref: refs/heads/main\n" });
  await writeTree(at("data"), { "a.yaml": "a: 1\n", "b/c.json": "{}" });
  await writeTree(at("bundle"), { ...POLICIES, ".manifest": "{}" });
  await writeTree(at("module"), { ...POLICIES, "timoni.cue": "" });
  const chosen = async (name: string): Promise<string> => (await plan([at(name)])).report.profile;
  assert.equal(await chosen("policies"), "conftest");
  assert.equal(await chosen("data"), "generic");
  assert.equal(await chosen("bundle"), "opa");
  assert.equal(await chosen("module"), "timoni");
  assert.match(
    (await plan([at("policies")])).stderr,
    /^Profile conftest: there are policies \(\.rego\), and nothing /m,
  );
  const { stdout } = await gantryOk(["init", at("policies"), "--force", "-o", "json"]);
  assert.equal(JSON.parse(stdout).profile, "conftest");
});

Deno.test("the profile conftest warns when there is nothing to test with, and refuses what it cannot use", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "a.yaml": "a: 1\n", "b.md": "" });
  const { stderr } = await plan([directory.path, "--profile", "conftest"]);
  assert.match(stderr, /^warning: There is no policy \(\.rego\) among the files/m);
  const refused = [
    [
      ["--compression", "gzip"],
      /Cannot use compression "gzip" with profile "conftest": it publishes files as they are/,
    ],
    [["--artifact-type", "a/b"], /Cannot use an artifact type with profile "conftest": its consumers expect none/],
    [["--media-type", "*=a/b"], /Cannot use media types with profile "conftest": its consumers expect none/],
    [["--app-version", "1"], /Cannot use an app version with profile "conftest": its consumers expect none/],
  ] as const;
  for (const [flags, said] of refused) {
    const { code, stderr } = await gantry(["plan", directory.path, "--profile", "conftest", ...flags]);
    assert.equal(code, 2);
    assert.match(stderr, said);
  }
});
