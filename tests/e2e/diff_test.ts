/** `gantry diff`: files are compared, and not the bytes of their compression. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  EMPTY_MEDIA_TYPE,
  IMAGE_CONFIG_MEDIA_TYPE,
  IMAGE_LAYER_MEDIA_TYPE,
  OCI_INDEX_MEDIA_TYPE,
} from "../../src/oci/media_types.ts";
import { file, rawTar } from "../support/raw_tar.ts";
import { PLACE_KIND_NAMES } from "../../src/oci/reference.ts";
import { placeOf } from "../support/every_place.ts";
import { startFakeRegistry } from "../support/fake_registry.ts";
import { type ForeignRepository, foreignRepository } from "../support/foreign_artifact.ts";
import { gantry, gantryOk, type GantryResult, push } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

const OLD = {
  "same.txt": "same\n",
  "gone.txt": "gone\n",
  "text.yaml": "a: 1\nb: 2\n",
  "logo.bin": "\0one",
  "run.sh": "x",
};
const NEW = {
  "same.txt": "same\n",
  "dir/new.txt": "new\n",
  "text.yaml": "a: 1\nb: 3\n",
  "logo.bin": "\0two!",
  "run.sh": "x",
};
const PLACES = [...PLACE_KIND_NAMES, "directory"] as const;

for (const a of PLACES) {
  for (const b of PLACES) {
    Deno.test(`diff tells the files that differ: ${a} and ${b}`, async () => {
      await withTrees(async ({ place }) => {
        const [before, after] = [await place(a, "old"), await place(b, "new")];
        const { code, stdout, stderr } = await gantry(["diff", before, after, "-o", "json"]);
        assert.equal(code, 1, stderr);
        const { files, same, annotations } = JSON.parse(stdout);
        assert.equal(same, false);
        assert.deepEqual(annotations, []);
        assert.deepEqual(files.map(({ path, change }: Record<string, string>) => [change, path]), [
          ["added", "dir/new.txt"],
          ["removed", "gone.txt"],
          ["changed", "logo.bin"],
          ["changed", "run.sh"],
          ["changed", "text.yaml"],
        ]);
        const [, , logo, run] = files;
        assert.equal(logo.before.size, 4);
        assert.equal(logo.after.size, 5);
        assert.match(logo.after.digest, /^sha256:[0-9a-f]{64}$/);
        assert.deepEqual([run.before.mode, run.after.mode], ["0644", "0755"]);
        assert.equal(run.before.digest, run.after.digest);

        const same1 = await gantry(["diff", before, await place(b, "old"), "-o", "json"]);
        assert.deepEqual([same1.code, JSON.parse(same1.stdout).same], [0, true], same1.stderr);
      });
    });
  }
}

const PATCH = `--- /dev/null
+++ b/dir/new.txt
@@ -0,0 +1,1 @@
+new
--- a/gone.txt
+++ /dev/null
@@ -1,1 +0,0 @@
-gone
--- a/text.yaml
+++ b/text.yaml
`;

const TEXTS: readonly (readonly [flags: readonly string[], check: (result: GantryResult) => void])[] = [
  [[], ({ stdout }) => {
    const rows = stdout.replaceAll(/ +/g, " ").split("\n");
    assert.deepEqual(rows.map((row) => row.replaceAll(/[0-9a-f]{12}/g, "HEX")), [
      "files",
      " + dir/new.txt 0644 4 B sha256:HEX",
      " - gone.txt 0644 5 B sha256:HEX",
      " ~ logo.bin 0644 4 B -> 5 B sha256:HEX -> sha256:HEX",
      " ~ run.sh 0644 -> 0755 1 B sha256:HEX",
      " ~ text.yaml 0644 10 B sha256:HEX -> sha256:HEX",
      "",
    ]);
  }],
  [["--text"], ({ stdout }) => {
    assert.match(stdout, /logo\.bin .*\(binary\)\n/);
    assert.equal(
      stdout.slice(stdout.indexOf("--- ")).replaceAll("\n\n", "\n"),
      `${PATCH}@@ -1,2 +1,2 @@\n a: 1\n-b: 2\n+b: 3\n`,
    );
  }],
  [["-U", "0"], ({ stdout }) => assert.ok(stdout.endsWith("@@ -2,1 +2,1 @@\n-b: 2\n+b: 3\n"), stdout)],
  [["-q", "--text"], ({ stdout, stderr }) => assert.equal(stdout + stderr, "")],
  [["-q", "-o", "json"], ({ stdout, stderr }) => assert.equal(stdout + stderr, "")],
];

for (const [flags, check] of TEXTS) {
  Deno.test(`diff ${flags.join(" ")} writes what was asked for`, async () => {
    await withTrees(async ({ place }) => {
      for (const kind of PLACES.filter((kind) => kind !== "oci-layout")) {
        const result = await gantry(["diff", await place("oci-layout", "old"), await place(kind, "new"), ...flags]);
        assert.equal(result.code, 1, result.stderr);
        check(result);
      }
    });
  });
}

const DIRECTORY_SAID =
  "The files are the same; annotations and packing are not compared with a directory, and may differ\n";
const SAME = [
  ["best", "best", ""],
  [
    "best",
    "fast",
    "Files, annotations and types are the same; the digests differ by what is not compared, such as packing\n",
  ],
  ["best", undefined, DIRECTORY_SAID],
  [undefined, "fast", DIRECTORY_SAID],
  [undefined, undefined, ""],
] as const;

Deno.test("diff says on a terminal what it does not compare where the digests may differ and nothing else does", async () => {
  await withTrees(async ({ directory }) => {
    const source = join(directory, "old");
    const place = (name?: string): string =>
      name === undefined ? source : `oci-layout:${join(directory, "same")}:${name}`;
    await push([source, place("best"), "-q"]);
    await push([source, place("fast"), "--compression-level", "1", "-q"]);
    for (const [a, b, stderr] of SAME) {
      const said = await gantry(["diff", place(a), place(b)], { columns: 120 });
      assert.deepEqual([said.code, said.stdout, said.stderr], [0, "", stderr]);
      assert.deepEqual(await gantry(["diff", place(a), place(b)]), { code: 0, stdout: "", stderr: "" });
    }
  });
});

Deno.test("diff compares no modes where one side has none: a layer that is a file cannot carry them", async () => {
  await withTrees(async ({ directory, place }) => {
    const source = join(directory, "new");
    const target = `oci-layout:${join(directory, "files")}:1`;
    await push([source, target, "--profile", "files", "-q"]);
    assert.deepEqual(await gantry(["diff", target, source, "-q"]), { code: 0, stdout: "", stderr: "" });
    assert.deepEqual(
      JSON.parse((await gantry(["diff", await place("registry", "new"), target, "-o", "json"])).stdout).files,
      [],
    );
    // What came and went is told as before, without a mode.
    const { files } = JSON.parse((await gantry(["diff", target, join(directory, "old"), "-o", "json"])).stdout);
    const [, gone] = files;
    assert.deepEqual([gone.path, gone.after.mode], ["gone.txt", "0644"]);
    const changed = files.find(({ path }: { readonly path: string }) => path === "text.yaml");
    assert.deepEqual([changed.before.mode, changed.after.mode], [undefined, undefined]);
    assert.equal(files.some(({ path }: { readonly path: string }) => path === "run.sh"), false);
  });
});

Deno.test("diff is not fooled by another compression, and says which media types differ", async () => {
  await withTrees(async ({ directory }) => {
    const target = (name: string): string => `oci-layout:${join(directory, "packed")}:${name}`;
    const source = join(directory, "old");
    const best = await push([source, target("best"), "-q"]);
    const fast = await push([source, target("fast"), "--compression-level", "1", "-q"]);
    await push([source, target("none"), "--compression", "none", "-q"]);
    assert.notEqual(best.digest, fast.digest);
    assert.deepEqual(await gantry(["diff", target("best"), target("fast"), "-q"]), { code: 0, stdout: "", stderr: "" });
    const { code, stdout } = await gantry(["diff", target("best"), target("none"), "-o", "json"]);
    const { files, layers } = JSON.parse(stdout);
    assert.equal(code, 1);
    assert.deepEqual(files, []);
    assert.deepEqual(layers, {
      before: ["application/vnd.oci.image.layer.v1.tar+gzip"],
      after: ["application/vnd.oci.image.layer.v1.tar"],
    });
    assert.equal((await gantry(["diff", target("none"), source])).code, 0);
  });
});

Deno.test("diff tells annotations, artifact type and config that differ", async () => {
  await withTrees(async ({ directory }) => {
    const target = (name: string): string => `oci-layout:${join(directory, "packed")}:${name}`;
    const source = join(directory, "old");
    await push([source, target("a"), "-a", "one=1", "-a", "two=2", "--artifact-type", "application/vnd.acme.a", "-q"]);
    await push([
      source,
      target("b"),
      "-a",
      "two=3",
      "-a",
      "x=\x1b[31m",
      "--artifact-type",
      "application/vnd.acme.b",
      "-q",
    ]);
    await push([source, target("flux"), "--profile", "flux", "-q"]);
    const { code, stdout } = await gantry(["diff", target("a"), target("b"), "-o", "json"]);
    assert.equal(code, 1);
    const { annotations, artifactType, files, config } = JSON.parse(stdout);
    assert.deepEqual([files, config], [[], undefined]);
    assert.deepEqual(artifactType, { before: "application/vnd.acme.a", after: "application/vnd.acme.b" });
    assert.deepEqual(annotations, [
      { key: "one", before: "1" },
      { key: "two", before: "2", after: "3" },
      { key: "x", after: "\x1b[31m" },
    ]);
    const text = (await gantry(["diff", target("a"), target("b")])).stdout;
    assert.ok(text.includes("\\u001b[31m") && !text.includes("\x1b"), text);
    const flux = JSON.parse((await gantry(["diff", target("a"), target("flux"), "-o", "json"])).stdout);
    assert.deepEqual(flux.files, []);
    assert.equal(flux.config.after.mediaType, "application/vnd.cncf.flux.config.v1+json");
  });
});

Deno.test("diff reads a directory as a push with the artifact's profile and the same ignore rules would", async () => {
  await withTrees(async ({ directory }) => {
    const source = join(directory, "flux");
    // Flux leaves out pictures unless it is told not to.
    await writeTree(source, { "a.yaml": "a\n", "logo.png": "png", "skip.me": "", ".sourceignore": "skip.me\n" });
    const target = `oci-layout:${join(directory, "packed")}:flux`;
    await push([source, target, "--profile", "flux", "-q"]);
    assert.equal((await gantry(["diff", target, source])).code, 0);
    assert.match((await gantry(["diff", target, source, "--profile", "generic"])).stdout, /\+ +logo\.png/);
    assert.match(
      (await gantry(["diff", target, source, "--ignore", "a.yaml", "--ignore", "!logo.png"])).stdout,
      /- +a\.yaml/,
    );
    assert.match((await gantry(["diff", target, source, "--no-default-ignores"])).stdout, /\+ +logo\.png/);
  });
});

Deno.test("diff --text keeps no file over 1 MiB, and lets no text act on a terminal", async () => {
  await withTrees(async ({ directory }) => {
    const [a, b] = [join(directory, "a"), join(directory, "b")];
    const large = "line\n".repeat(300_000);
    const lines = (from: number): string => Array.from({ length: 20_000 }, (_, at) => `${from + at}\n`).join("");
    await writeTree(a, { "large.txt": large, "many.txt": lines(0), "esc.txt": "a\tb\r\n" });
    await writeTree(b, { "large.txt": `${large}x`, "many.txt": lines(50_000), "esc.txt": "a\t\x1b[2J\r\n" });
    const target = `oci-layout:${join(directory, "packed")}:a`;
    await push([a, target, "-q"]);
    const { stdout } = await gantry(["diff", target, b, "--text"]);
    assert.match(stdout, /large\.txt .*\(too large to show\)/);
    assert.match(stdout, /many\.txt .*\(too different to show\)/);
    assert.ok(stdout.includes("-a\tb\r\n+a\t\\u001b[2J\r\n"), JSON.stringify(stdout));
  });
});

const AMD64 = JSON.stringify({ os: "linux", architecture: "amd64" });

/** What is refused, and all that is said about it: `diff` has fewer flags than `pull`. */
const REFUSED: readonly (readonly [
  name: string,
  make: (repository: ForeignRepository) => void,
  flags: readonly string[],
  stderr: RegExp,
])[] = [
  [
    "a path that leads out",
    (repository) => {
      const layer = repository.blob(rawTar([file("../evil")]), IMAGE_LAYER_MEDIA_TYPE);
      repository.manifest({ schemaVersion: 2, config: repository.blob("{}", EMPTY_MEDIA_TYPE), layers: [layer] });
    },
    [],
    /^error: Cannot unpack "\.\.\/evil" from layer sha256:\w+: its path leads out of the directory\n$/,
  ],
  [
    "an artifact without content",
    (repository) => {
      repository.manifest({ schemaVersion: 2, config: repository.blob("{}", EMPTY_MEDIA_TYPE), layers: [] });
    },
    [],
    /^error: Cannot find a layer with content: there is none at all\n$/,
  ],
  [
    "an index that leaves a choice",
    (repository) => {
      const manifests = ["a", "b"].map((architecture) => {
        const config = repository.blob(`{"architecture":"${architecture}"}`, IMAGE_CONFIG_MEDIA_TYPE);
        const child = repository.manifest({ schemaVersion: 2, config, layers: [] }, { tag: architecture });
        return { ...child, platform: { os: "linux", architecture } };
      });
      const mediaType = OCI_INDEX_MEDIA_TYPE;
      repository.manifest({ schemaVersion: 2, mediaType, manifests }, { mediaType });
    },
    [],
    /^error: Cannot choose a manifest of .*: it is an index for several platforms, linux\/a, linux\/b\nadvice: .*\n$/,
  ],
  [
    "an image for another platform",
    (repository) => {
      const config = repository.blob(AMD64, IMAGE_CONFIG_MEDIA_TYPE);
      repository.manifest({ schemaVersion: 2, config, layers: [] });
    },
    ["--platform", "linux/arm64"],
    /^error: Cannot use .* for linux\/arm64: the image is for "linux\/amd64"\nadvice: .*\n$/,
  ],
];

for (const [name, make, flags, stderr] of REFUSED) {
  Deno.test(`diff says in its own words what it refuses: ${name}`, async () => {
    await using registry = startFakeRegistry();
    await using directory = await tempDirectory();
    const repository = foreignRepository(registry);
    make(repository);
    await writeTree(directory.path, { "a": "1" });
    const result = await gantry(["diff", directory.path, `${repository.url}:1`, ...flags]);
    assert.match(result.stderr, stderr);
    assert.deepEqual([result.code, result.stdout], [1, ""]);
  });
}

const WRONG: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
  [["nowhere", "oci-layout:packed:1"], 2, /Cannot compare "nowhere": it is no directory/],
  [["oci-layout:packed:1", "nowhere"], 2, /Cannot compare "nowhere": it is no directory/],
  [["nowhere", "nowhere"], 2, /Cannot compare "nowhere": it is no directory/],
  [["ghcr.io/acme/app:1", "."], 2, /no reference that begins with oci:/],
  [["oci://BAD", "."], 2, /Cannot parse/],
  [["."], 2, /Missing required argument/i],
  [[".", ".", "-U", "x"], 2, /whole number/],
  [[".", ".", "--platform", "linux"], 2, /It must be OS\/ARCHITECTURE, such as linux\/amd64/],
];

for (const [args, code, message] of WRONG) {
  Deno.test(`diff ${args.join(" ")} is refused`, async () => {
    const result = await gantry(["diff", ...args]);
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, message);
  });
}

interface Trees {
  readonly directory: string;
  /** Publishes one of the two trees, unless it is to be compared as a directory, and says where it is. */
  place(kind: typeof PLACES[number], tree: "old" | "new"): Promise<string>;
}

async function withTrees(use: (trees: Trees) => Promise<void>): Promise<void> {
  await using registry = startFakeRegistry();
  await using temporary = await tempDirectory();
  const directory = temporary.path;
  await writeTree(join(directory, "old"), OLD);
  await writeTree(join(directory, "new"), NEW);
  await Deno.chmod(join(directory, "old/run.sh"), 0o644);
  await Deno.chmod(join(directory, "new/run.sh"), 0o755);
  await use({
    directory,
    async place(kind, tree): Promise<string> {
      const source = join(directory, tree);
      if (kind === "directory") return source;
      const target = `${placeOf(kind, `${tree}-published`, { registry, directory })}:1`;
      await gantryOk(["push", source, target, "-q"]);
      return target;
    },
  });
}
