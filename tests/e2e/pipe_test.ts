/** `oci-archive:-`: a layout tar that is written to standard output, and read from standard input. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync, gzipSync } from "node:zlib";
import { type Digest, digestHex } from "../../src/oci/digest.ts";
import { directoryStore } from "../../src/layout/directory/store.ts";
import { testContext } from "../registry/support.ts";
import { startFakeRegistry } from "../support/fake_registry.ts";
import { gantry, gantryOk } from "../support/gantry.ts";
import { putSample, sampleOf } from "../support/store_samples.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, tool, toolTest } from "../support/tools.ts";

/** What a command that leaves standard output alone has written there as a tar. */
const NONE = new Uint8Array();

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const context = testContext();
const APP = sampleOf("app ".repeat(100_000));
const SIGNATURE = sampleOf("signature", { subject: APP.manifest.descriptor });
const { digest: DIGEST } = APP.manifest.descriptor;
const ADVICE = "so do this first: `gantry copy --all-tags oci-archive:- oci-layout:DIR`";

toolTest("export and copy send a tar through a pipe, and nothing else to a disk", ["sh"], async () => {
  await withLayout(async ({ directory, from }) => {
    for (const command of [`export ${from}:1.0`, `copy ${from}:1.0 --referrers`]) {
      const to = join(directory, `to-${command.slice(0, 4)}`);
      const line =
        `$GANTRY ${command} oci-archive:- | $GANTRY copy --all-tags --referrers oci-archive:- oci-layout:${to}`;
      const { code, stdout, stderr } = await runTool("sh", ["-c", line], { cwd: directory, env: ENV });
      assert.equal(code, 0, stderr);
      assert.equal(stdout, `oci-layout:${to}@${DIGEST}\n`);
      await using layout = directoryStore({ kind: "oci-layout", path: to });
      assert.equal((await layout.resolve("1.0", context))?.digest, DIGEST);
      const referrers = await layout.referrers(DIGEST, context);
      assert.deepEqual(referrers.map(({ digest }) => digest), [SIGNATURE.manifest.descriptor.digest]);
      await gantryOk(["verify", `oci-layout:${to}`, "-q"]);
    }
    assert.deepEqual(await namesIn(directory), ["from", "to-copy", "to-expo"]);
  });
});

toolTest("a bundle comes through a pipe as it was, and can be imported", ["sh"], async () => {
  await withLayout(async ({ directory, from }) => {
    await using registry = startFakeRegistry();
    // The same tag in two repositories, one of them with a signature.
    await gantryOk(["copy", `${from}:1.0`, `oci://${registry.host}/acme/app`, "--referrers", "-q"]);
    const other = directoryStore({ kind: "oci-layout", path: join(directory, "other") });
    await putSample(other, sampleOf("other"), ["1.0"], context);
    await gantryOk(["copy", `oci-layout:${join(directory, "other")}:1.0`, `oci://${registry.host}/acme/db`, "-q"]);
    const repositories = ["app", "db"].map((name) => `oci://${registry.host}/acme/${name}:1.0`);
    await gantryOk(["export", ...repositories, `oci-layout:${join(directory, "bundle")}`, "-q"]);

    const to = `oci-layout:${join(directory, "to")}`;
    const line = `$GANTRY export ${repositories.join(" ")} oci-archive:- | ${ADVISED} oci-archive:- ${to}`;
    const { code, stderr } = await runTool("sh", ["-c", line], { cwd: directory, env: ENV });
    assert.equal(code, 0, stderr);
    const [sent, received] = await Promise.all(["bundle", "to"].map((name) => {
      return Deno.readTextFile(join(directory, name, "index.json"));
    }));
    assert.equal(received, sent);
    assert.match((await gantryOk(["verify", to])).stdout, /: whole, 2 artifacts, /);

    await using far = startFakeRegistry();
    await gantryOk(["import", "--yes", to, `oci://${far.host}`, "-q"]);
    assert.deepEqual([...far.repositories.keys()].sort(), ["acme/app", "acme/db"]);
    const app = far.repositories.get("acme/app");
    assert.ok(app?.manifests.has(SIGNATURE.manifest.descriptor.digest));
  });
});

toolTest("what a bundle leaves out on purpose stays out when it is copied", ["sh"], async () => {
  await withLayout(async ({ directory, from }) => {
    await using registry = startFakeRegistry();
    await gantryOk(["copy", `${from}:1.0`, `oci://${registry.host}/acme/app`, "-q"]);
    const have = join(directory, "have.json");
    await Deno.writeTextFile(have, (await gantryOk(["inventory", `oci://${registry.host}/acme/app`])).stdout);
    const bundle = `oci-archive:${join(directory, "delta.tar")}`;
    await gantryOk(["export", `oci://${registry.host}/acme/app:1.0`, bundle, "--have", have, "-q"]);
    const to = `oci-layout:${join(directory, "to")}`;
    await gantryOk(["copy", "--all-tags", bundle, to, "-q"]);
    assert.match((await gantryOk(["verify", to])).stdout, /: whole, .* left out/);
  });
});

/** What errors advise for a tar that comes through a pipe. */
const ADVISED = "$GANTRY copy --all-tags";

toolTest("the end of a pipe that breaks off lists nothing", ["sh"], async () => {
  await withLayout(async ({ directory, from }) => {
    await damage(join(directory, "from"), APP.blobs[1]?.descriptor.digest);
    const line = `$GANTRY copy ${from}:1.0 oci-archive:- | $GANTRY copy --all-tags oci-archive:- oci-layout:to`;
    const { code, stdout, stderr } = await runTool("sh", ["-c", line], { cwd: directory, env: ENV });
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /Cannot read "standard input" as a tar/);
    assert.deepEqual(await namesIn(directory), ["from"]);
  });
});

toolTest("copy fails when whoever reads its tar has gone", ["sh"], async () => {
  await withLayout(async ({ directory, from }) => {
    const line = `{ $GANTRY copy -q ${from}:1.0 oci-archive:-; echo "exit code $?" >&2; } | true`;
    const { stderr } = await runTool("sh", ["-c", line], { cwd: directory, env: ENV });
    assert.match(stderr, /Cannot write to "standard output": broken pipe\n(?:.*\n)*exit code 1\n/i);
  });
});

toolTest("skopeo and tar read the tar of a pipe", ["sh", "skopeo", "tar"], async () => {
  await withLayout(async ({ directory, from }) => {
    await tool("sh", ["-c", `$GANTRY copy -q ${from}:1.0 oci-archive:- > out.tar`], { cwd: directory, env: ENV });
    const out = join(directory, "out.tar");
    const raw = await tool("skopeo", ["inspect", "--raw", `oci-archive:${out}:1.0`]);
    assert.equal(raw, new TextDecoder().decode(APP.stored.bytes));
    const names = (await tool("tar", ["-tf", out])).trimEnd().split("\n");
    assert.deepEqual(names.slice(0, 2), ["oci-layout", "index.json"]);
    assert.deepEqual(names.slice(2), names.slice(2).toSorted());
  });
});

Deno.test("what goes to standard output is the tar that a file would be, and results go to standard error", async () => {
  await withLayout(async ({ directory, from }) => {
    for (const command of ["copy", "export"]) {
      const path = join(directory, `${command}.tar`);
      await gantryOk([command, `${from}:1.0`, `oci-archive:${path}`, "-q"]);
      const { bytes = NONE, stdout, stderr } = await gantryOk([
        command,
        `${from}:1.0`,
        "oci-archive:-",
        "-q",
        "-o",
        "json",
      ]);
      assert.deepEqual(bytes, await Deno.readFile(path));
      assert.equal(stdout, "");
      assert.equal(JSON.stringify(JSON.parse(stderr)).includes(DIGEST), true);
    }
  });
});

Deno.test("copy and export leave a tar without its end when a content cannot be read", async () => {
  await withLayout(async ({ directory, from }) => {
    const { bytes: whole = NONE } = await gantryOk(["copy", `${from}:1.0`, "oci-archive:-", "-q"]);
    await damage(join(directory, "from"), APP.blobs[1]?.descriptor.digest);
    for (const command of ["copy", "export"]) {
      const { code, stdout, stderr, bytes = NONE } = await gantry([
        command,
        `${from}:1.0`,
        "oci-archive:-",
        "-o",
        "json",
      ]);
      assert.deepEqual([code, stdout], [1, ""]);
      assert.match(stderr, /"error"/);
      assert.ok(bytes.byteLength < whole.byteLength);
      assert.ok(bytes.byteLength === 0 || bytes.subarray(-1024).some((byte) => byte !== 0));
    }
  });
});

Deno.test("copy from standard input takes a compressed tar, with and without names", async () => {
  await withLayout(async ({ directory, from }) => {
    const { bytes = NONE } = await gantryOk(["copy", `${from}:1.0`, "oci-archive:-", "-q"]);
    const stdin = new Uint8Array(gzipSync(bytes));
    assert.deepEqual(new Uint8Array(gunzipSync(stdin)), bytes);
    for (
      const [at, args] of [["oci-archive:-:1.0"], [`oci-archive:-@${DIGEST}`], ["--all-tags", "oci-archive:-"]]
        .entries()
    ) {
      const to = `oci-layout:${join(directory, `to${at}`)}`;
      const first = JSON.parse((await gantryOk(["copy", ...args, to, "-q", "-o", "json"], { stdin })).stdout);
      assert.equal(first.digest, DIGEST);
      assert.deepEqual([first.targets[0].uploaded, first.targets[0].existing], [3, 0]);
      const again = JSON.parse((await gantryOk(["copy", ...args, to, "-q", "-o", "json"], { stdin })).stdout);
      assert.deepEqual([again.targets[0].uploaded, again.targets[0].existing], [0, 3]);
    }
  });
});

Deno.test("copy from standard input tags nothing and leaves nothing when the tar ends early, wherever", async () => {
  await withLayout(async ({ directory, from }) => {
    const { bytes = NONE } = await gantryOk(["copy", `${from}:1.0`, "oci-archive:-", "-q"]);
    const to = join(directory, "to");
    const middle = Math.floor(bytes.byteLength / 1024) * 512;
    for (const size of [0, 100, 512, 1024, 3 * 512, middle, middle + 7, bytes.byteLength - 1024]) {
      const stdin = bytes.slice(0, size);
      const { code, stdout, stderr } = await gantry(["copy", "oci-archive:-:1.0", `oci-layout:${to}`], { stdin });
      assert.deepEqual([code, stdout], [1, ""], `${size} bytes`);
      assert.match(stderr, /"standard input" as /);
      await assert.rejects(Deno.stat(to), Deno.errors.NotFound, `${size} bytes`);
    }
  });
});

Deno.test("copy from standard input keeps what a directory lists when a blob of the tar is damaged", async () => {
  await withLayout(async ({ directory, from }) => {
    const { bytes = NONE } = await gantryOk(["copy", `${from}:1.0`, "oci-archive:-", "-q"]);
    const to = join(directory, "to");
    await gantryOk(["copy", `${from}:1.0`, `oci-layout:${to}:old`, "-q"]);
    const before = await Deno.readTextFile(join(to, "index.json"));
    await Deno.remove(join(to, "blobs", "sha256", digestHex(APP.blobs[1]?.descriptor.digest ?? DIGEST)));
    const at = new TextDecoder("latin1").decode(bytes).indexOf("app app ");
    bytes[at] = 0;
    const { code, stderr } = await gantry(["copy", "--all-tags", "oci-archive:-", `oci-layout:${to}`], {
      stdin: bytes,
    });
    assert.equal(code, 1);
    assert.match(stderr, /its digest is sha256:/);
    assert.equal(await Deno.readTextFile(join(to, "index.json")), before);
  });
});

toolTest("import takes a bundle from a pipe, with its signatures, and keeps nothing of it", ["sh"], async () => {
  await withLayout(async ({ directory, from }) => {
    await using near = startFakeRegistry();
    await using far = startFakeRegistry();
    for (const name of ["app", "db"]) {
      await gantryOk(["copy", `${from}:1.0`, `oci://${near.host}/acme/${name}`, "--referrers", "-q"]);
    }
    const sources = ["app", "db"].map((name) => `oci://${near.host}/acme/${name}:1.0`);
    const temporary = join(directory, "tmp");
    await Deno.mkdir(temporary);
    const line = `$GANTRY export ${sources.join(" ")} oci-archive:- | ` +
      `TMPDIR=${temporary} $GANTRY import oci-archive:- oci://${far.host}/m --yes -o json`;
    const { code, stdout, stderr } = await runTool("sh", ["-c", line], { cwd: directory, env: ENV });
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^Verified oci-archive:-: /m);
    const { source, artifacts } = JSON.parse(stdout);
    assert.equal(source, "oci-archive:-");
    assert.deepEqual(artifacts.map(({ repository }: { repository: string }) => repository), [
      `${far.host}/m/acme/app`,
      `${far.host}/m/acme/db`,
    ]);
    for (const name of ["app", "db"]) {
      const inspected = await gantryOk([
        "inspect",
        `oci://${far.host}/m/acme/${name}:1.0`,
        "--referrers",
        "-o",
        "json",
      ]);
      const { digest, referrers } = JSON.parse(inspected.stdout);
      assert.equal(digest, DIGEST);
      assert.equal(referrers.length, 1);
    }
    assert.deepEqual(await namesIn(temporary), []);
  });
});

Deno.test("import from a pipe contacts nobody, and keeps nothing, when the bundle is not whole", async () => {
  await withLayout(async ({ directory, from }) => {
    await using far = startFakeRegistry();
    const { bytes = NONE } = await gantryOk(["export", `${from}:1.0`, "oci-archive:-"]);
    await Deno.mkdir(join(directory, "tmp"));
    for (const end of [0, 10_000, bytes.byteLength - 1024]) {
      const { code, stderr } = await gantry([
        "import",
        "--yes",
        "oci-archive:-",
        `oci://${far.host}/m`,
        "--map",
        "from=acme/app",
      ], {
        stdin: bytes.slice(0, end),
      });
      assert.equal(code, 1, stderr);
      assert.match(stderr, /^error: Cannot /);
    }
    assert.deepEqual(far.summary(), []);
  });
});

Deno.test("import from a pipe shows what it would do, and changes nothing", async () => {
  await withLayout(async ({ from }) => {
    await using far = startFakeRegistry();
    const { bytes = NONE } = await gantryOk(["export", `${from}:1.0`, "oci-archive:-"]);
    const args = ["import", "oci-archive:-", `oci://${far.host}/m`, "--map", "from=acme/app", "--dry-run"];
    const { stdout, stderr } = await gantryOk(args, { stdin: new Uint8Array(bytes) });
    assert.match(stdout, /^new +127\.0\.0\.1:\d+\/acme\/app@sha256:/m);
    assert.match(stderr, /^Dry run: nothing was changed$/m);
    const shown = await gantryOk(args, { stdin: new Uint8Array(bytes), columns: 100 });
    assert.match(
      shown.stdout,
      /^\+ {2}127\.0\.0\.1:\d+\/acme\/app {2}1\.0 {2}sha256:[0-9a-f]{12} {2}1 referrer {2}.* {2}new$/m,
    );
    assert.match(shown.stdout, /^1 artifact, 1 referrer, .*: 1 new, 0 there already\n$/m);
    assert.equal(far.repositories.size, 0);
  });
});

Deno.test("oci-archive:- is refused where it has no meaning, and ./- is a file", async () => {
  await withLayout(async ({ directory, from }) => {
    const to = `oci-layout:${join(directory, "to")}`;
    const cases: readonly (readonly [args: readonly string[], said: string])[] = [
      [["copy", "oci-archive:-", "oci://localhost:1/app"], ADVICE],
      [["copy", "oci-archive:-", "oci-archive:-"], ADVICE],
      [["copy", "oci-archive:-", to, `${to}2`], ADVICE],
      [["export", "oci-archive:-:1.0", to], ADVICE],
      [["import", "--yes", "oci-archive:-:1.0", "oci://localhost:1"], "all of a bundle is imported"],
      [
        ["import", "--yes", "oci-archive:-", "oci://localhost:1", "--username", "me", "--password-stdin"],
        "Cannot read both the password and",
      ],
      [["verify", "oci-archive:-"], ADVICE],
      [["pull", "oci-archive:-:1.0", join(directory, "out")], ADVICE],
      [["list", "oci-archive:-"], ADVICE],
      [["inspect", "oci-archive:-:1.0"], ADVICE],
      [["diff", "oci-archive:-:1.0", `${from}:1.0`], ADVICE],
      [["tag", "oci-archive:-:1.0", "2.0"], ADVICE],
      [["delete", "oci-archive:-:1.0", "--yes"], ADVICE],
      [["copy", "oci-archive:-:", to], "Cannot parse reference"],
      [["copy", "oci-archive:-", to, "--username", "me", "--password-stdin"], "Cannot read both the password and"],
      [["copy", `${from}:1.0`, "oci-archive:-", "oci-archive:-"], "Cannot copy to oci-archive:- and elsewhere at once"],
      [["copy", `${from}:1.0`, "oci-archive:-", to], "Cannot copy to oci-archive:- and elsewhere at once"],
      [["export", `${from}:1.0`, "oci-archive:-", "--volume-size", "1GiB"], "Cannot split oci-archive:- into volumes"],
      [["export", `${from}:1.0`, "oci-archive:-:1.0"], "each artifact keeps its own tags"],
      [["push", join(directory, "from"), "oci-archive:-:1.0"], "Cannot push to oci-archive:-"],
    ];
    for (const [args, said] of cases) {
      const { code, stdout, stderr, bytes = NONE } = await gantry(args);
      assert.ok(stderr.includes(said), `${args.join(" ")}: ${stderr}`);
      assert.deepEqual([code, stdout, bytes.byteLength], [2, "", 0], args.join(" "));
    }
    const { code, stderr } = await gantry(["copy", "oci-archive:-", to], { answer: "" });
    assert.equal(code, 2);
    assert.match(stderr, /Cannot read a tar from a terminal/);
    const { bytes = NONE } = await gantryOk(["copy", `${from}:1.0`, `oci-archive:${directory}/-`]);
    assert.equal(bytes.byteLength, 0);
    assert.deepEqual(await namesIn(directory), ["-", "from"]);
  });
});

toolTest("copy refuses to write a tar to a terminal", ["script"], async () => {
  await withLayout(async ({ directory, from }) => {
    const line = `$GANTRY copy ${from}:1.0 oci-archive:-`;
    const { code, stdout } = await runTool("script", ["-qec", line, "/dev/null"], { cwd: directory, env: ENV });
    assert.equal(code, 2);
    assert.match(stdout, /Cannot write a tar to a terminal/);
  });
});

/** How a shell runs gantry. */
const ENV = { GANTRY: `${Deno.execPath()} run --quiet -A --no-check ${MAIN}` };

/** An artifact with a signature in a layout, which is called as `from` says. */
async function withLayout(
  body: (places: { readonly directory: string; readonly from: string }) => Promise<void>,
): Promise<void> {
  await using temp = await tempDirectory();
  const directory = temp.path;
  const path = join(directory, "from");
  await using store = directoryStore({ kind: "oci-layout", path });
  await putSample(store, APP, ["1.0"], context);
  await putSample(store, SIGNATURE, [], context);
  await body({ directory, from: `oci-layout:${path}` });
}

/** Changes a blob and keeps its size, so that only who reads it sees it. */
async function damage(layout: string, digest: Digest = DIGEST): Promise<void> {
  const path = join(layout, "blobs", "sha256", digestHex(digest));
  const bytes = await Deno.readFile(path);
  bytes[bytes.byteLength - 1] = 0;
  await Deno.writeFile(path, bytes);
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(directory), ({ name }) => name)).toSorted();
}

toolTest("push says that standard input is a directory", ["sh"], async () => {
  await withLayout(async ({ directory }) => {
    const line = "$GANTRY push - oci-layout:made:x -q < .";
    const { code, stderr } = await runTool("sh", ["-c", line], { cwd: directory, env: ENV });
    assert.deepEqual({ code, stderr }, { code: 2, stderr: 'error: Cannot read "standard input": is a directory\n' });
  });
});
