/** `gantry pull`: what was published comes out as it was, whoever published it and wherever it is. */
import assert from "node:assert/strict";
import { join } from "node:path";
import zlib from "node:zlib";
import {
  DOCKER_IMAGE_CONFIG_MEDIA_TYPE,
  DOCKER_MANIFEST_MEDIA_TYPE,
  EMPTY_MEDIA_TYPE,
  HELM_CONFIG_MEDIA_TYPE,
  IMAGE_CONFIG_MEDIA_TYPE,
  IMAGE_LAYER_MEDIA_TYPE,
  OCI_INDEX_MEDIA_TYPE,
  OCI_MANIFEST_MEDIA_TYPE,
  TIMONI_CONFIG_MEDIA_TYPE,
  TIMONI_CONTENT_MEDIA_TYPE,
} from "../../src/oci/media_types.ts";
import { listing } from "../extract/extract_support.ts";
import { file, folder, type RawMember, rawTar, symlink } from "../support/raw_tar.ts";
import { type FakeRegistry, startFakeRegistry } from "../support/fake_registry.ts";
import { type ForeignRepository, foreignRepository, type Json } from "../support/foreign_artifact.ts";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { readTree, writeTree } from "../support/tree.ts";
import { readPipe, tool, toolTest } from "../support/tools.ts";

const TITLE = "org.opencontainers.image.title";
const UNPACK = "io.deis.oras.content.unpack";

Deno.test("pull prints the artifact with its digest, and says on standard error what it wrote", async () => {
  await withPublished(async ({ target, digest, directory }) => {
    const out = join(directory, "out");
    const first = await gantryOk(["pull", `${target}:1.0.0`, out]);
    assert.equal(first.stdout, `${target.replace("oci://", "")}@${digest}\n`);
    assert.equal(first.stderr, `Pulled to ${out}: 2 files written\n`);
    const second = await gantryOk(["pull", `${target}@${digest}`, out]);
    assert.equal(second.stdout, first.stdout);
    assert.equal(second.stderr, `Pulled to ${out}: 0 files written, 2 there already\n`);
    assert.equal((await gantryOk(["pull", target, out, "-q"])).stderr, "");
  });
});

Deno.test("pull -o json says what was pulled", async () => {
  await withPublished(async ({ target, digest, directory }) => {
    const output = join(directory, "out");
    const report = JSON.parse((await gantryOk(["pull", `${target}:1.0.0`, output, "-o", "json"])).stdout);
    const [layer] = report.layers;
    assert.deepEqual(report, {
      url: `${target}@${digest}`,
      repository: target.replace("oci://", ""),
      digest,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      artifactType: "application/vnd.unknown.artifact.v1",
      size: report.size,
      annotations: { "org.opencontainers.image.version": "1.0.0" },
      layers: [{ mediaType: `${IMAGE_LAYER_MEDIA_TYPE}+gzip`, digest: layer.digest, size: layer.size }],
      output,
      written: 2,
      unchanged: 0,
    });
  });
});

Deno.test({
  name: "pull takes every name that push has taken, and --names portable refuses those that Windows cannot hold",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await using directory = await tempDirectory();
    const [source, out] = [join(directory.path, "source"), join(directory.path, "out")];
    const target = `oci-layout:${join(directory.path, "layout")}`;
    const names = ["con.txt", "a:b", "trailing ", "dot.", "c:", "aux/x", "-x", "%2f"];
    await writeTree(source, Object.fromEntries(names.map((name) => [name, name])));
    await gantryOk(["push", source, `${target}:1`, "--profile", "generic"]);
    const refused = await gantry(["pull", `${target}:1`, out, "--names", "portable"]);
    assert.match(refused.stderr, /^error: Cannot unpack ".*\nadvice: leave --names portable away\n$/);
    await gantryOk(["pull", `${target}:1`, out]);
    for (const name of names) assert.equal(await Deno.readTextFile(join(out, name)), name);
  },
});

Deno.test("pull refuses to replace other content, and --overwrite replaces it", async () => {
  await withPublished(async ({ target, directory }) => {
    const out = join(directory, "out");
    await writeTree(out, { "a.yaml": "other", "own": "mine" });
    const refused = await gantry(["pull", target, out]);
    assert.equal(refused.code, 1);
    assert.equal(
      refused.stderr,
      `error: Cannot extract to ${JSON.stringify(out)}: "a.yaml" would be replaced by other content\n` +
        "advice: replace such files with --overwrite, or pull into another directory\n",
    );
    assert.deepEqual(await listing(out), ["a.yaml = other", "own = mine"]);
    await gantryOk(["pull", target, out, "--overwrite"]);
    assert.deepEqual(await listing(out), ["a.yaml = a: 1\n", "b/", "b/c.yaml = c: 2\n", "own = mine"]);
  });
});

Deno.test("pull --output-archive keeps the layer as it is", async () => {
  await withPublished(async ({ target, directory, registry }) => {
    const out = join(directory, "some/where/layer.tgz");
    await gantryOk(["pull", target, "--output-archive", out]);
    const bytes = await Deno.readFile(out);
    const stored = [...registry.repositories.get("acme/app")?.blobs.values() ?? []].map((blob) => blob.bytes);
    assert.ok(stored.some((blob) => blob !== undefined && equal(blob, bytes)));
    assert.match(
      (await gantryOk(["pull", target, "--output-archive", out])).stderr,
      /0 files written, 1 there already/,
    );
    await Deno.writeTextFile(out, "other");
    assert.match((await gantry(["pull", target, "--output-archive", out])).stderr, /"layer.tgz" would be replaced/);
    await gantryOk(["pull", target, "--output-archive", out, "--overwrite"]);
    assert.deepEqual(await Deno.readFile(out), bytes);
  });
});

Deno.test("pull --output-archive writes to standard output, and says everything else on standard error", async () => {
  await withPublished(async ({ target, directory, digest }) => {
    const out = join(directory, "layer.tgz");
    await gantryOk(["pull", target, "--output-archive", out]);
    for (const name of ["-", "/dev/stdout"]) {
      const { bytes, stdout, stderr } = await gantryOk(["pull", target, "--output-archive", name]);
      assert.deepEqual(bytes, await Deno.readFile(out));
      assert.equal(stdout, "");
      assert.match(stderr, new RegExp(`@${digest}\n$`));
    }
  });
});

toolTest("pull --output-archive replaces no named pipe and no link", ["mkfifo"], async () => {
  await withPublished(async ({ target, directory }) => {
    const [out, pipe, link] = ["layer.tgz", "pipe", "link"].map((name) => join(directory, name));
    assert.ok(out !== undefined && pipe !== undefined && link !== undefined);
    await gantryOk(["pull", target, "--output-archive", out]);
    await tool("mkfifo", [pipe]);
    const [read] = await Promise.all([
      readPipe(pipe),
      gantryOk(["pull", target, "--output-archive", pipe, "--overwrite"]),
    ]);
    assert.deepEqual(read, await Deno.readFile(out));
    assert.ok((await Deno.stat(pipe)).isFifo);
    await Deno.symlink("real", link);
    await Deno.writeTextFile(join(directory, "real"), "other");
    await gantryOk(["pull", target, "--output-archive", link, "--overwrite"]);
    assert.ok((await Deno.lstat(link)).isSymlink);
    assert.deepEqual(await Deno.readFile(join(directory, "real")), await Deno.readFile(out));
  });
});

Deno.test("pull refuses places where nothing can be put, before anything is fetched", async () => {
  await withPublished(async ({ target, directory, registry }) => {
    const [dangling, folder] = [join(directory, "dangling"), join(directory, "source")];
    await Deno.symlink("nowhere", dangling);
    registry.clearLog();
    const cases: readonly (readonly [args: readonly string[], says: string])[] = [
      [[dangling], `Cannot extract to ${JSON.stringify(dangling)}: it is a link that leads nowhere`],
      [["--output-archive", folder], `Cannot write ${JSON.stringify(folder)}: it is a directory, and a file is wanted`],
      [["--output-archive", "new/"], 'Cannot write "new/": it is a directory, and a file is wanted'],
    ];
    for (const [args, says] of cases) {
      const { code, stderr } = await gantry(["pull", target, ...args]);
      assert.equal(stderr, `error: ${says}\n`);
      assert.equal(code, 1);
    }
    assert.ok(!registry.requests.some(({ path }) => path.includes("/blobs/")));
  });
});

Deno.test("pull says what is wrong with its arguments, and contacts nobody", async () => {
  await withPublished(async ({ target, directory, registry }) => {
    const out = join(directory, "out");
    registry.clearLog();
    const cases: readonly (readonly [args: readonly string[], says: RegExp])[] = [
      [["pull"], /missing required argument 'reference'/i],
      [
        ["pull", target],
        /There is no directory: name one, or a file with --output-archive\nadvice: type `gantry pull oci:\S+ \.\/app`\n$/,
      ],
      [
        ["pull", "oci-archive:out/bundle.tar:1"],
        /\nadvice: type `gantry pull oci-archive:out\/bundle.tar:1 \.\/bundle`\n$/,
      ],
      [["pull", target, out, "--output-archive", "x"], /Cannot extract to a directory and save an archive at once/],
      [["pull", "app:1", out], /it has no scheme/],
      [["pull", target, out, "--platform", "linux"], /It must be OS\/ARCHITECTURE, such as linux\/amd64/],
      [["pull", target, out, "--platform", "linux/../x"], /It must be OS\/ARCHITECTURE/],
      [["pull", target, out, "--max-size", "10X"], /It must be a number of bytes, such as 500MB or 10GiB/],
      [["pull", target, out, "--max-size", "0"], /It must be a number of bytes/],
      [["pull", target, out, "--max-entries", "0"], /It must be a whole number from 1/],
      [["pull", target, out, "--names", "all"], /Allowed choices are portable, any/],
      [["pull", target, out, "--symlinks", "follow"], /Allowed choices are keep, skip, error/],
    ];
    for (const [args, says] of cases) {
      const { code, stdout, stderr } = await gantry(args);
      assert.match(stderr, says);
      assert.deepEqual([code, stdout], [2, ""], args.join(" "));
    }
    assert.deepEqual(registry.requests, []);
  });
});

Deno.test("pull says that there is no such tag, digest or repository", async () => {
  await withPublished(async ({ target, directory }) => {
    const out = join(directory, "out");
    const digest = `sha256:${"0".repeat(64)}`;
    const missing = [
      [`${target}:2.0.0`, `${target}:2.0.0: there is no such tag`],
      [`${target}@${digest}`, `${target}@${digest}: there is no such manifest`],
      [`${target}/other:1.0.0`, `${target}/other: there is no such repository`],
    ] as const;
    for (const [name, says] of missing) {
      const { code, stderr } = await gantry(["pull", name, out]);
      assert.equal(code, 1);
      assert.ok(stderr.includes(`Cannot find ${says}`), stderr);
    }
    const layout = `oci-layout:${join(directory, "nowhere")}`;
    assert.match(
      (await gantry(["pull", layout, out])).stderr,
      /Cannot find oci-layout:.*nowhere: there is no layout\nadvice: check the path/,
    );
    assert.deepEqual(Object.keys(await readTree(directory)), [
      "source",
      "source/a.yaml",
      "source/b",
      "source/b/c.yaml",
    ]);
  });
});

Deno.test("pull tells which flag allows more", async () => {
  await withPublished(async ({ target, directory }) => {
    const out = join(directory, "out");
    for (
      const [flag, value] of [["--max-size", "100"], ["--max-entries", "1"], ["--max-path-length", "3"], [
        "--max-depth",
        "1",
      ]] as const
    ) {
      const { code, stderr } = await gantry(["pull", target, out, flag, value]);
      assert.equal(code, 1);
      assert.match(stderr, new RegExp(`^advice: allow more with ${flag}$`, "m"));
    }
  });
});

Deno.test("pull warns of a configuration file that it writes, at any depth, and of nothing that is named like one", async () => {
  await using directory = await tempDirectory();
  const [source, out] = [join(directory.path, "source"), join(directory.path, "out")];
  const layout = `oci-layout:${join(directory.path, "layout")}`;
  const harmless = { "a.yaml": "a: 1\n", "not-gantry.json": "{}", "b/gantry.yaml/a": "" };
  await writeTree(source, harmless);
  await push([source, layout, "--version", "1.0.0"]);
  assert.doesNotMatch((await gantryOk(["pull", `${layout}:1.0.0`, out])).stderr, /warning/);
  await writeTree(source, { "app/gantry.jsonc": "{}", "b/c/Gantry.YML": "{}" });
  await push([source, layout, "--version", "2.0.0"]);
  const { code, stdout, stderr } = await gantry(["pull", `${layout}:2.0.0`, out, "-o", "json"]);
  const [warning, ...more] = stderr.split("\n").filter((line) => line.startsWith("warning: "));
  assert.equal(
    warning,
    `warning: "${join(out, "app/gantry.jsonc")}" is a configuration file of gantry (and so is 1 more): ` +
      "what is published from there goes where it says, and runs the plugins that it names, so read it first",
  );
  assert.deepEqual([code, more, JSON.parse(stdout).written], [0, [], 2]);
  const archive = join(directory.path, "gantry.json");
  assert.doesNotMatch((await gantryOk(["pull", `${layout}:2.0.0`, "--output-archive", archive])).stderr, /warning/);
});

Deno.test("pull stops when it is interrupted, and leaves nothing", async () => {
  await withPublished(async ({ target, directory, registry }) => {
    const abort = new AbortController();
    registry.fault({ path: /blobs/, fault: { kind: "stall", after: 0 } });
    const pulling = gantry(["pull", target, join(directory, "out")], { signal: abort.signal });
    await registry.stalled();
    abort.abort(new DOMException("Interrupted", "AbortError"));
    assert.deepEqual(await pulling, { code: 130, stdout: "", stderr: "error: Interrupted\n" });
    assert.deepEqual(await listing(directory), [
      "source/",
      "source/a.yaml = a: 1\n",
      "source/b/",
      "source/b/c.yaml = c: 2\n",
    ]);
  });
});

interface ForeignCase {
  /** Whose artifact it is. */
  readonly name: string;
  readonly make: (repository: ForeignRepository) => void;
  readonly args?: readonly string[];
  readonly gives: readonly string[] | RegExp;
}

const FOREIGN: readonly ForeignCase[] = [
  {
    name: "a Helm chart as Helm wrote it at first, its provenance left out",
    make: (repository) => repository.manifest(oldChart(repository)),
    gives: [
      "Chart.yaml = name: app",
      "charts/",
      "charts/dep/",
      "charts/dep/Chart.yaml = name: dep",
      "templates/",
      "templates/a.yaml = a",
    ],
  },
  {
    name: "conftest's policies",
    make: (repository) => {
      const layers = ["policy/deny.rego", "policy/lib/a.rego", "data.yaml"].map((title) =>
        repository.blob(title, "application/vnd.cncf.openpolicyagent.policy.layer.v1+rego", {
          annotations: { [TITLE]: title },
        })
      );
      repository.manifest({
        schemaVersion: 2,
        config: repository.blob("{}", "application/vnd.unknown.config.v1+json"),
        layers,
      });
    },
    gives: [
      "data.yaml = data.yaml",
      "policy/",
      "policy/deny.rego = policy/deny.rego",
      "policy/lib/",
      "policy/lib/a.rego = policy/lib/a.rego",
    ],
  },
  {
    name: "Timoni's layers, and none of another type",
    make: (repository) => {
      const layers = [
        archive(
          repository,
          [folder("."), folder("cue.mod"), file("cue.mod/module.cue", "m")],
          TIMONI_CONTENT_MEDIA_TYPE,
        ),
        archive(repository, [folder("."), file("timoni.cue", "t")], TIMONI_CONTENT_MEDIA_TYPE),
        repository.blob("other", "text/plain"),
      ];
      repository.manifest({ schemaVersion: 2, config: repository.blob("{}", TIMONI_CONFIG_MEDIA_TYPE), layers });
    },
    gives: ["cue.mod/", "cue.mod/module.cue = m", "timoni.cue = t"],
  },
  {
    name: "oras's files and directories",
    make: (repository) => {
      const directory = archive(
        repository,
        [folder("dir"), file("dir/a", "A"), folder("dir/b")],
        `${IMAGE_LAYER_MEDIA_TYPE}+gzip`,
      );
      const layers = [
        repository.blob("hello", IMAGE_LAYER_MEDIA_TYPE, { annotations: { [TITLE]: "hello.txt" } }),
        { ...directory, annotations: { [TITLE]: "dir", [UNPACK]: "true" } },
        { ...archive(repository, [file("x")], "application/x"), annotations: { [TITLE]: "kept.tgz" } },
      ];
      repository.manifest({ schemaVersion: 2, config: repository.blob("{}", EMPTY_MEDIA_TYPE), layers });
    },
    args: ["--layer-type", IMAGE_LAYER_MEDIA_TYPE, "--layer-type", `${IMAGE_LAYER_MEDIA_TYPE}+gzip`],
    gives: ["dir/", "dir/a = A", "dir/b/", "hello.txt = hello"],
  },
  {
    name: "a file that is called a manifest",
    make: (repository) => {
      const layers = [repository.blob("{}", OCI_MANIFEST_MEDIA_TYPE, { annotations: { [TITLE]: "manifest.json" } })];
      repository.manifest({ schemaVersion: 2, config: repository.blob("{}", EMPTY_MEDIA_TYPE), layers });
    },
    gives: ["manifest.json = {}"],
  },
  {
    name: "a Docker image: layers in order, whiteouts applied, links kept",
    make: (repository) => {
      const type = "application/vnd.docker.image.rootfs.diff.tar.gzip";
      const layers = [
        archive(repository, [file("etc/a", "1"), file("etc/b", "1"), symlink("link", "etc/a")], type),
        archive(repository, [file("etc/a", "2"), file("etc/.wh.b")], type),
      ];
      repository.manifest(
        {
          schemaVersion: 2,
          mediaType: DOCKER_MANIFEST_MEDIA_TYPE,
          config: repository.blob("{}", DOCKER_IMAGE_CONFIG_MEDIA_TYPE),
          layers,
        },
        { mediaType: DOCKER_MANIFEST_MEDIA_TYPE },
      );
    },
    gives: ["etc/", "etc/a = 2", "link -> etc/a"],
  },
  {
    name: "an image whose links lead out",
    make: (repository) => repository.manifest(image(repository, [symlink("mtab", "/proc/mounts"), file("a", "A")])),
    gives:
      /Cannot extract "mtab": it is a symbolic link to "\/proc\/mounts", which leads out.*\nadvice: leave links out with --symlinks skip/,
  },
  {
    name: "an image whose links are left out",
    make: (repository) => repository.manifest(image(repository, [symlink("mtab", "/proc/mounts"), file("a", "A")])),
    args: ["--symlinks", "skip"],
    gives: ["a = A"],
  },
  {
    name: "an artifact that is no image and has links, when nobody says what becomes of them",
    make: (repository) => {
      const layers = [archive(repository, [file("a", "A"), symlink("l", "a")], "application/x")];
      repository.manifest({ schemaVersion: 2, config: repository.blob("{}", EMPTY_MEDIA_TYPE), layers });
    },
    gives: /it is a symbolic link to "a"\nadvice: keep links that stay inside with --symlinks keep, or leave all out/,
  },
  {
    name: "an artifact that is no image, with links",
    make: (repository) => {
      const layers = [archive(repository, [file("a", "A"), symlink("l", "a")], "application/x")];
      repository.manifest({ schemaVersion: 2, config: repository.blob("{}", EMPTY_MEDIA_TYPE), layers });
    },
    args: ["--symlinks", "keep"],
    gives: ["a = A", "l -> a"],
  },
  {
    name: "an image that is not for the platform",
    make: (repository) => repository.manifest(image(repository, [file("a", "A")], "arm64")),
    args: ["--platform", "linux/amd64"],
    gives: /for linux\/amd64: the image is for "linux\/arm64"$/m,
  },
  {
    name: "an index of one image and what tells about it",
    make: (repository) => platforms(repository, ["linux/amd64"]),
    gives: ["a = linux/amd64"],
  },
  {
    name: "an index for several platforms",
    make: (repository) => platforms(repository, ["linux/amd64", "linux/arm64", "linux/arm/v7"]),
    gives:
      /it is an index for several platforms, linux\/amd64, linux\/arm64, linux\/arm\/v7\nadvice: choose one with --platform/,
  },
  {
    name: "an index of several manifests for no platform",
    make: (repository) => {
      const manifests = ["one", "two"].map((name) => {
        return repository.manifest(image(repository, [file("a", name)]), { tag: name });
      });
      repository.manifest({ schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests }, {
        mediaType: OCI_INDEX_MEDIA_TYPE,
      });
    },
    gives:
      /it is an index of several manifests, sha256:\w+, sha256:\w+\nadvice: name the manifest that is meant by its digest\n/,
  },
  {
    name: "a platform of an index",
    make: (repository) => platforms(repository, ["linux/amd64", "linux/arm64"]),
    args: ["--platform", "linux/arm64"],
    gives: ["a = linux/arm64"],
  },
  {
    name: "a variant of an index",
    make: (repository) => platforms(repository, ["linux/arm/v6", "linux/arm/v7", "linux/arm"]),
    args: ["--platform", "linux/arm/v7"],
    gives: ["a = linux/arm/v7"],
  },
  {
    name: "the platform without a variant",
    make: (repository) => platforms(repository, ["linux/arm/v6", "linux/arm"]),
    args: ["--platform", "linux/arm"],
    gives: ["a = linux/arm"],
  },
  {
    name: "a platform with several variants",
    make: (repository) => platforms(repository, ["linux/arm/v6", "linux/arm/v7"]),
    args: ["--platform", "linux/arm"],
    gives: /there are several for linux\/arm: linux\/arm\/v6, linux\/arm\/v7$/m,
  },
  {
    name: "a platform that an index lacks",
    make: (repository) => platforms(repository, ["linux/amd64"]),
    args: ["--platform", "linux/s390x"],
    gives: /it is not there for linux\/s390x, but for linux\/amd64$/m,
  },
  {
    name: "a layer type that there is not",
    make: (repository) => repository.manifest(oldChart(repository)),
    args: ["--layer-type", "text/plain"],
    gives:
      /Cannot find a layer of type text\/plain: there are layers of type "application\/vnd.cncf.helm.chart.provenance.v1.prov", "/,
  },
];

for (const { name, make, args = [], gives } of FOREIGN) {
  Deno.test(`pull takes what others publish: ${name}`, async () => {
    await using fake = startFakeRegistry();
    await using directory = await tempDirectory();
    const repository = foreignRepository(fake);
    make(repository);
    const { code, stderr } = await gantry(["pull", `${repository.url}:1`, join(directory.path, "out"), ...args]);
    if (gives instanceof RegExp) {
      assert.match(stderr, gives);
      assert.equal(code, 1);
      assert.deepEqual(await listing(directory.path), []);
    } else {
      assert.equal(stderr.replace(/^(Pulled|Left out) .*\n/gm, ""), "");
      assert.deepEqual(await listing(join(directory.path, "out")), gives);
    }
  });
}

Deno.test("pull reads many small layers several at a time", async () => {
  await using fake = startFakeRegistry();
  await using directory = await tempDirectory();
  const repository = foreignRepository(fake);
  const titles = Array.from({ length: 60 }, (_, at) => `policy/${at}.rego`);
  const layers = titles.map((title) => repository.blob(title, "text/plain", { annotations: { [TITLE]: title } }));
  repository.manifest({ schemaVersion: 2, config: repository.blob("{}", EMPTY_MEDIA_TYPE), layers });
  await gantryOk(["pull", `${repository.url}:1`, directory.path, "--concurrency", "8"]);
  for (const title of titles) assert.equal(await Deno.readTextFile(join(directory.path, title)), title);
});

interface PublishedTree {
  readonly registry: FakeRegistry;
  /** Without a tag; `1.0.0` and `latest` are there. */
  readonly target: string;
  readonly digest: string;
  readonly directory: string;
}

async function withPublished(test: (tree: PublishedTree) => Promise<void>): Promise<void> {
  await using registry = startFakeRegistry();
  await using directory = await tempDirectory();
  const source = join(directory.path, "source");
  await writeTree(source, { "a.yaml": "a: 1\n", "b/c.yaml": "c: 2\n" });
  const target = `oci://${registry.host}/acme/app`;
  const { digest } = await push([source, target, "--version", "1.0.0", "--latest"]);
  await test({ registry, target, digest, directory: directory.path });
}

function archive(repository: ForeignRepository, members: readonly RawMember[], mediaType: string): Json {
  return repository.blob(new Uint8Array(zlib.gzipSync(rawTar(members))), mediaType);
}

/**
 * As no Helm of today writes it any more: with the media type of the first ones, and the provenance before the chart.
 */
function oldChart(repository: ForeignRepository): Json {
  const members = [
    file("app/Chart.yaml", "name: app"),
    file("app/templates/a.yaml", "a"),
    file("app/charts/dep/Chart.yaml", "name: dep"),
  ];
  return {
    schemaVersion: 2,
    config: repository.blob('{"name":"app","version":"1.0.0","apiVersion":"v2"}', HELM_CONFIG_MEDIA_TYPE),
    layers: [
      repository.blob("signed", "application/vnd.cncf.helm.chart.provenance.v1.prov"),
      archive(repository, members, "application/tar+gzip"),
    ],
  };
}

function image(repository: ForeignRepository, members: readonly RawMember[], architecture = "amd64"): Json {
  const config = repository.blob(JSON.stringify({ os: "linux", architecture }), IMAGE_CONFIG_MEDIA_TYPE);
  return { schemaVersion: 2, config, layers: [archive(repository, members, `${IMAGE_LAYER_MEDIA_TYPE}+gzip`)] };
}

/** An index as buildkit writes it, with an attestation for each image. */
function platforms(repository: ForeignRepository, names: readonly string[]): void {
  const manifests = names.flatMap((name) => {
    const [os, architecture, variant] = name.split("/");
    const child = repository.manifest(image(repository, [file("a", name)], architecture), { tag: "child" });
    const attestation = repository.manifest(image(repository, [file("attestation", name)]), { tag: "attestation" });
    return [
      { ...child, platform: { os, architecture, ...(variant === undefined ? {} : { variant }) } },
      {
        ...attestation,
        platform: { os: "unknown", architecture: "unknown" },
        annotations: { "vnd.docker.reference.type": "attestation-manifest" },
      },
    ];
  });
  repository.manifest({ schemaVersion: 2, mediaType: OCI_INDEX_MEDIA_TYPE, manifests }, {
    mediaType: OCI_INDEX_MEDIA_TYPE,
  });
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && a.every((byte, at) => byte === b[at]);
}
