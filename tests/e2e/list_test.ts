/**
 * `gantry list`: the same table for registries, layouts and layout tars.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { digestOf } from "../../src/oci/digest.ts";
import { OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import { errorAnswer } from "../support/fake_registry/answer.ts";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import { emptyRepository } from "../support/fake_registry/store.ts";
import { gantry, gantryOk, type GantryResult, push } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

const bytes = new TextEncoder().encode("{}");
const digest = digestOf(bytes);

/** Fills a repository with tags that all point to one manifest. */
function fill(registry: FakeRegistry, tags: readonly string[]): void {
  registry.repositories.set("acme/app", {
    ...emptyRepository(),
    manifests: new Map([[digest, { digest, mediaType: OCI_MANIFEST_MEDIA_TYPE, bytes }]]),
    tags: new Map(tags.map((tag) => [tag, digest])),
  });
}

/** Runs `list` on a repository with these tags, and gives what it says. */
async function listing(
  tags: readonly string[],
  ...flags: readonly string[]
): Promise<{ readonly versions: readonly string[]; readonly stderr: string }> {
  await using registry = startFakeRegistry();
  fill(registry, tags);
  const { stdout, stderr } = await gantryOk(["list", `oci://${registry.host}/acme/app`, ...flags]);
  const [header, ...rows] = stdout.trimEnd().split("\n");
  assert.match(header ?? "", /^VERSION +DIGEST$/);
  return { versions: rows.map((row) => row.split(/ +/)[0] ?? ""), stderr };
}

/** A registry with repositories below `acme/group`, that tells what it has or does not. */
function startGroup(catalog: () => Response): FakeRegistry {
  const registry = startFakeRegistry();
  registry.repositories.set("acme/group/app", emptyRepository());
  registry.fault({ path: /^\/v2\/_catalog/, times: Infinity, fault: { kind: "answer", answer: catalog } });
  return registry;
}

Deno.test("list of what is no repository says which are below it, where the registry tells them", async () => {
  const names = ["acme/group/app", "acme/group/db/main", "acme/groups", "other"];
  await using registry = startGroup(() => Response.json({ repositories: names }));
  const list = (path: string): Promise<GantryResult> => gantry(["list", `oci://${registry.host}/${path}`]);
  const { code, stderr } = await list("acme/group");
  const there = "it is no repository, and below it there are acme/group/app, acme/group/db/main";
  assert.deepEqual([code, stderr], [1, `error: Cannot list oci://${registry.host}/acme/group: ${there}\n`]);
  assert.match((await list("acme/nope")).stderr, /NAME_UNKNOWN.*\nadvice: there is no such repository/);
  await using silent = startGroup(() => errorAnswer(401, "UNAUTHORIZED", "no"));
  const hidden = await gantry(["list", `oci://${silent.host}/acme/group`]);
  assert.match(hidden.stderr, /NAME_UNKNOWN.*\nadvice: there is no such repository/);
});

Deno.test("list prints latest, then the versions, the highest first, with their digests, wherever they are", async () => {
  await using directory = await tempDirectory();
  await using registry = startFakeRegistry();
  const source = join(directory.path, "source");
  await writeTree(source, { "a.yaml": "a: 1\n" });
  const places = [
    `oci://${registry.host}/acme/app`,
    `oci-layout:${join(directory.path, "layout")}`,
    `oci-archive:${join(directory.path, "app.tar")}`,
  ];
  const digests = new Map<string, string>();
  for (const version of ["1.9.0", "1.10.0", "2.0.0-rc.1"]) {
    await Deno.writeTextFile(join(source, "a.yaml"), `a: ${version}\n`);
    const latest = version === "1.10.0" ? ["--latest"] : [];
    digests.set(
      version,
      (await push([source, ...places, "--version", version, "-t", `by-${version}`, ...latest])).digest,
    );
  }
  const expected = ["latest", "2.0.0-rc.1", "1.10.0", "1.9.0"].map((version) => ({
    version,
    digest: digests.get(version === "latest" ? "1.10.0" : version) ?? "",
  }));
  for (const place of places) {
    const repository = place.replace(/^(oci:\/\/|oci-layout:|oci-archive:)/, "");
    const { stdout, stderr } = await gantryOk(["list", place]);
    const rows = expected.map(({ version, digest }) => `${version.padEnd(10)}  ${digest}\n`);
    assert.equal(stdout, `VERSION     DIGEST\n${rows.join("")}`, place);
    assert.equal(stderr, "", place);
    const json = JSON.parse((await gantryOk(["list", place, "-o", "json"])).stdout);
    assert.deepEqual(json, expected.map((each) => ({ repository, ...each })), place);
    const yaml = (await gantryOk(["list", place, "-o", "yaml", "--limit", "1"])).stdout;
    assert.ok(yaml.includes("version: 2.0.0-rc.1"), yaml);
    const all = (await gantryOk(["list", place, "--all", "-o", "json"])).stdout;
    assert.equal(JSON.parse(all).length, 7, place);
  }
});

const filters: readonly (readonly [flags: readonly string[], versions: readonly string[]])[] = [
  [["--filter-semver", "^1.0"], ["1.1.0", "1.0.0"]],
  [["--filter-semver", ">=1.1 <3"], ["2.0.0", "1.1.0"]],
  [["--filter-semver", "*"], ["2.0.0", "1.1.0", "1.0.0"]],
  [["--filter-semver", ">9"], []],
  [["--filter-regex", "^main-"], ["main-1", "main-2"]],
  [["--filter-regex", "0$", "--filter-semver", "1"], ["1.1.0", "1.0.0"]],
  [["--all", "--filter-regex", "a"], ["latest", "main-1", "main-2"]],
];

for (const [flags, expected] of filters) {
  Deno.test(`list ${flags.join(" ")} shows ${expected.join(", ") || "nothing"}`, async () => {
    const tags = ["1.0.0", "2.0.0", "latest", "main-1", "1.1.0", "main-2", `sha256-${"a".repeat(64)}.sig`];
    const hidden = flags.includes("--all") ? [`sha256-${"a".repeat(64)}.sig`] : [];
    assert.deepEqual((await listing(tags, ...flags)).versions, [...expected, ...hidden]);
  });
}

Deno.test("list --limit shows so many versions and says how many there are", async () => {
  const tags = ["latest", ...Array.from({ length: 12 }, (_, at) => `1.${at}.0`)];
  const { versions, stderr } = await listing(tags, "--limit", "2");
  assert.deepEqual(versions, ["latest", "1.11.0", "1.10.0"]);
  assert.equal(stderr, "showing 2 of 12 versions\n");
  assert.equal((await listing(tags, "--limit", "12")).stderr, "");
  assert.equal((await listing(tags, "--limit", "0")).versions.length, 13);
});

Deno.test("list shows all tags where none is a version, and says when none is shown", async () => {
  const companion = `sha256-${"a".repeat(64)}.sig`;
  const { versions, stderr } = await listing(["main", "stable", "4f3c2a1", companion]);
  assert.deepEqual(versions, ["4f3c2a1", "main", "stable"]);
  assert.equal(stderr, "None of the tags is a version: all of them are shown\n");
  assert.deepEqual((await listing(["main", "latest"])).versions, ["latest", "main"]);
  assert.deepEqual((await listing(["latest"])).stderr, "");
  assert.equal((await listing([companion])).stderr, "There is 1 tag, and none is a version: --all shows the others\n");
  const one = await listing(["main"], "--filter-regex", "x");
  assert.equal(one.stderr, "There is 1 tag, and none is asked for\n");
});

Deno.test("list asks for each digest once, so many at a time as it was told, and for hidden tags not at all", async () => {
  await using registry = startFakeRegistry();
  const tags = Array.from({ length: 5000 }, (_, at) => `1.${Math.floor(at / 100)}.${at % 100}`);
  fill(registry, [...tags, ...tags.slice(0, 100).map((tag) => `branch-${tag}`)]);
  const { stdout } = await gantryOk(["list", `oci://${registry.host}/acme/app`, "--concurrency", "16"]);
  assert.equal(stdout.trimEnd().split("\n").length, 5001);
  const heads = registry.requests.filter(({ method }) => method === "HEAD");
  assert.equal(new Set(heads.map(({ path }) => path)).size, 5000);
  assert.equal(heads.length, 5000);
  // One that finds out how the registry is spoken to, and six pages.
  assert.ok(registry.requests.length - heads.length <= 7, `${registry.requests.length - heads.length}`);
});

Deno.test("list names a tag whose manifest is not there", async () => {
  await using registry = startFakeRegistry();
  fill(registry, ["1.0.0", "2.0.0"]);
  registry.fault({ method: "HEAD", path: /2\.0\.0/, fault: { kind: "answer", answer: () => errorAnswer(404, "X") } });
  const { stdout, stderr } = await gantryOk(["list", `oci://${registry.host}/acme/app`, "-o", "json"]);
  assert.deepEqual(JSON.parse(stdout).map(({ version }: { version: string }) => version), ["1.0.0"]);
  assert.equal(stderr, "warning: Left out, because their manifests are not there: 2.0.0\n");
});

const wrong: readonly (readonly [args: readonly string[], message: RegExp])[] = [
  [["oci://localhost:1/app:1.0"], /^error: Cannot list ".*": name the repository without a tag or a digest\n/],
  [["localhost:1/app"], /^error: Cannot parse reference/],
  [["oci://localhost:1/app", "--filter-semver", "one"], /^error: Cannot use the range "one": write one such as /],
  [["oci://localhost:1/app", "--filter-semver", "1".repeat(300)], /^error: Cannot use a range of 300 characters: 256 /],
  [["oci://localhost:1/app", "--filter-regex", "("], /^error: Cannot use the regular expression "\(": /],
  [["oci://localhost:1/app", "--filter-regex", "a".repeat(257)], /^error: Cannot use a regular expression of 257 char/],
  [["oci://localhost:1/app", "--limit", "-1"], /^error: .*--limit/],
];

for (const [args, message] of wrong) {
  Deno.test(`list refuses ${args.join(" ").slice(0, 60)} before it contacts anyone`, async () => {
    const { code, stdout, stderr } = await gantry(["list", ...args]);
    assert.match(stderr, message);
    assert.deepEqual([code, stdout], [2, ""]);
  });
}

Deno.test("list names the other kind of layout, and what a layout has lost", async () => {
  await using directory = await tempDirectory();
  const { path } = directory;
  await writeTree(path, { "a.yaml": "a: 1\n" });
  await push([path, `oci-layout:${path}-layout`, "--version", "1.0.0"]);
  await Deno.writeTextFile(join(path, "x.tar"), "x");
  await Deno.rename(`${path}-layout`, join(path, "layout"));
  await Deno.remove(join(path, "layout/index.json"));
  const cases = [
    [
      `oci-layout:${path}/x.tar`,
      `Cannot use "${path}/x.tar" as an OCI layout: it is a file: write oci-archive:${path}/x.tar`,
    ],
    [`oci-archive:${path}`, `Cannot use "${path}" as an OCI archive: it is a directory: write oci-layout:${path}`],
    [`oci-layout:${path}/layout`, `Cannot read "${path}/layout/index.json": it is gone, though there are blobs`],
  ] as const;
  for (const [place, message] of cases) {
    const { code, stderr } = await gantry(["list", place]);
    assert.deepEqual([code, stderr], [1, `error: ${message}\n`]);
  }
});

Deno.test("list fails where there is nothing to list", async () => {
  await using directory = await tempDirectory();
  await using registry = startFakeRegistry();
  for (
    const [place, message] of [
      [
        `oci://${registry.host}/acme/none`,
        /Cannot list the tags of 127\.0\.0\.1:\d+\/acme\/none: NAME_UNKNOWN.*\nadvice: there is no such/,
      ],
      [`oci-layout:${directory.path}/none`, /Cannot find oci-layout:.*: there is no layout\nadvice: check the path/],
      [
        `oci-archive:${directory.path}/none.tar`,
        /Cannot find oci-archive:.*: there is no layout\nadvice: check the path/,
      ],
    ] as const
  ) {
    const { code, stdout, stderr } = await gantry(["list", place]);
    assert.match(stderr, message);
    assert.deepEqual([code, stdout], [1, ""]);
  }
});

Deno.test("list --wide says when each was made, of which revision, how big it is and of what type", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "source/a.yaml": "a: 1\n" });
  const layout = `oci-layout:${join(directory.path, "layout")}`;
  const source = join(directory.path, "source");
  const made = ["--created", "2026-01-02T03:04:05Z", "--revision", "main@sha1:0123", "--source", "https://h/r"];
  const { digest } = await push([source, layout, "--profile", "flux", "--version", "1.0.0", ...made]);
  await push([source, layout, "--version", "1.1.0"]);
  const [second, first] = JSON.parse((await gantryOk(["list", layout, "--wide", "-o", "json"])).stdout);
  assert.ok(Object.keys(second.details).every((key) => ["size", "artifactType"].includes(key)), "nothing was said");
  const { size } = JSON.parse((await gantryOk(["inspect", `${layout}:1.0.0`, "-o", "json"])).stdout);
  assert.equal(first.details.size, size);
  assert.deepEqual(first, {
    repository: layout.slice("oci-layout:".length),
    version: "1.0.0",
    digest,
    details: {
      created: "2026-01-02T03:04:05Z",
      revision: "main@sha1:0123",
      source: "https://h/r",
      size: first.details.size,
      artifactType: "application/vnd.cncf.flux.config.v1+json",
    },
  });
  const { stdout } = await gantryOk(["list", layout, "--wide"]);
  assert.match(stdout, /^VERSION {2}DIGEST +CREATED +REVISION +SIZE +TYPE$/m);
  assert.match(
    stdout,
    new RegExp(`^1\\.0\\.0 +${digest} +2026-01-02T03:04:05Z +main@sha1:0123 +\\d+ B +application/`, "m"),
  );
  const onTerminal = await gantryOk(["list", layout, "--wide"], { columns: 120 });
  assert.match(onTerminal.stdout, new RegExp(`^1\\.0\\.0 +${digest.slice(0, 19)} +2026`, "m"));
});
