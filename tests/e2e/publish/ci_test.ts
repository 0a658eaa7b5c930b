/** What CI systems get besides: messages at their places, a summary, sections, variables for the next jobs. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";

Deno.test("in GitHub Actions an error and a warning are shown in the summary of the run, and at their lines", async () => {
  await using directory = await tempDirectory();
  const config = join(directory.path, "gantry.jsonc");
  await writeTree(directory.path, {
    "source/a.yaml": "a: 1\n",
    "gantry.jsonc": '{\n  "profil": "flux",\n  "latst": true\n}\n',
  });
  const env = { GITHUB_ACTIONS: "true", GITHUB_WORKSPACE: directory.path };
  const source = join(directory.path, "source");
  const layout = `oci-layout:${join(directory.path, "layout")}`;
  const wrong = await gantry(["push", source, layout, "--config", config], { env });
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /^error: .*gantry\.jsonc:2:3: unknown key "profil"/m);
  assert.match(wrong.stderr, /^::error title=gantry,file=gantry\.jsonc,line=2,col=3::unknown key "profil"/m);
  assert.match(wrong.stderr, /^::error title=gantry,file=gantry\.jsonc,line=3,col=3::unknown key "latst"/m);
  const typed = await gantry(["push", source, layout, "--profil", "flux"], { env });
  assert.match(typed.stderr, /^::error title=gantry::Unknown option '--profil' .*%0Aadvice: /m);
  const nameless = await gantryOk(["push", source, layout], { env });
  assert.match(nameless.stderr, /^warning: (Nothing names .*)\n::warning title=gantry::\1$/m);
  const elsewhere = await gantry(["push", source, layout, "--config", config]);
  assert.doesNotMatch(elsewhere.stderr, /::error/);
});

Deno.test("in GitHub Actions a push and an import add a table to the summary of the run", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "source/a.yaml": "a: 1\n" });
  const summary = join(directory.path, "summary.md");
  const env = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: summary };
  const layout = `oci-layout:${join(directory.path, "a_layout")}`;
  const args = ["push", join(directory.path, "source"), layout, "--version", "1.0.0", "--latest"];
  const { stdout } = await gantryOk([...args, "-o", "json"], { env });
  const { digest } = JSON.parse(stdout);
  assert.equal(
    await Deno.readTextFile(summary),
    "### Published\n\n| target | tags | digest | size | profile |\n| --- | --- | --- | --- | --- |\n" +
      `| \`${layout.slice("oci-layout:".length)}\` | 1.0.0, latest | ${digest} | 819 B | generic |\n\n`,
  );
  await Deno.remove(summary);
  await gantryOk(args, { env: { GITHUB_STEP_SUMMARY: summary } });
  await assert.rejects(Deno.stat(summary), Deno.errors.NotFound);
  const { code, stderr } = await gantry(args, {
    env: { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: join(directory.path, "nowhere", "x") },
  });
  assert.equal(code, 0, "everything is published");
  assert.match(stderr, /^warning: Cannot write the step summary: /m);
});

Deno.test("in GitLab CI a push is a section of the log, and its error stands behind that", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "source/a.yaml": "a: 1\n" });
  const env = { GITLAB_CI: "true" };
  const layout = `oci-layout:${join(directory.path, "layout")}`;
  const source = join(directory.path, "source");
  const { stderr } = await gantryOk(["push", source, layout, "-t", "1"], { env });
  assert.ok(stderr.startsWith("\x1b[0Ksection_start:"));
  assert.match(stderr, /:gantry_push\r.*Published .*section_end:\d+:gantry_push\r/s);
  const failed = await gantry(["push", join(directory.path, "nowhere"), layout], { env });
  assert.match(failed.stderr, /section_end:\d+:gantry_push\r[^\n]*\nerror: /);
});

Deno.test("push --dotenv writes the variables of a dotenv report", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "source/a.yaml": "a: 1\n" });
  const at = (name: string): string => join(directory.path, name);
  const args = ["push", at("source"), `oci-layout:${at("layout")}`, "--version", "1.0.0"];
  const { stdout } = await gantryOk([...args, "--dotenv", at("publish.env"), "-o", "json"]);
  const { digest, url } = JSON.parse(stdout);
  assert.equal(
    await Deno.readTextFile(at("publish.env")),
    `GANTRY_DIGEST=${digest}\nGANTRY_REF=${url}\nGANTRY_URL=${url}\nGANTRY_TAG=1.0.0\nGANTRY_VERSION=1.0.0\n`,
  );
  const refused = await gantry([...args, "--dotenv", at("nowhere/publish.env")]);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^error: Cannot write ".*" \(--dotenv\)/);
});

Deno.test("no page and no example names a repository by an owner whose name may have capital letters", async () => {
  const root = new URL("../../../", import.meta.url);
  const files = (await Promise.all(["docs/", "examples/ci/"].map(async (directory) => {
    const entries = await Array.fromAsync(Deno.readDir(new URL(directory, root)));
    return entries.filter(({ name }) => /\.(?:md|yml|yaml)$/.test(name)).map(({ name }) => directory + name);
  }))).flat();
  assert.ok(files.includes("docs/registries.md") && files.includes("examples/ci/github.yml"));
  for (const file of files) {
    // The action writes its targets in lower case by itself.
    const text = (await Deno.readTextFile(new URL(file, root))).replaceAll(/^ +targets: .*$/gm, "");
    const wrong = text.match(
      /oci:\/\/[^\s"']*(?:\$\{\{ *github\.repository|\$GITHUB_REPOSITORY|\$\{GITHUB_REPOSITORY\})/g,
    );
    assert.deepEqual(wrong ?? [], [], file);
  }
});
