/** Container engines take the images that gantry publishes, and gantry reads what they publish. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { startRegistry } from "../support/registry_process.ts";
import { type TempDirectory, tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";
import { readTree, writeTree } from "../support/tree.ts";

const TREE = { "app/a.yaml": "a: 1\n", "app/run.sh": "#!/bin/sh\n", "etc/config": "x\n" };

for (const compression of ["gzip", "zstd"]) {
  toolTest(
    `buildah pulls an image with ${compression} from a registry, with every file`,
    ["buildah", "registry"],
    async () => {
      await using registry = await startRegistry("registry");
      await using directory = await tempDirectory();
      const tree = join(directory.path, "tree");
      await writeTree(tree, TREE);
      const image = `${registry.host}/acme/app:1.0.0`;
      await push([tree, `oci://${image}`, "--profile", "image", "--compression", compression, "--label", "team=acme"]);
      const run = buildah(directory);
      const id = (await run("from", "--tls-verify=false", image)).trim();
      const root = (await run("mount", id)).trim();
      assert.deepEqual(await readTree(root), await readTree(tree));
      const { OCIv1 } = JSON.parse(await run("inspect", id));
      assert.equal(OCIv1.config.Labels.team, "acme");
    },
  );
}

toolTest("gantry reads an image that buildah builds and pushes", ["buildah", "registry"], async () => {
  await using registry = await startRegistry("registry");
  await using directory = await tempDirectory();
  const [tree, pulled] = [join(directory.path, "tree"), join(directory.path, "pulled")];
  await writeTree(tree, TREE);
  const image = `${registry.host}/acme/built:1.0.0`;
  const run = buildah(directory);
  const id = (await run("from", "scratch")).trim();
  await run("copy", "-q", id, tree, "/");
  await run("commit", "-q", id, "built");
  await run("push", "-q", "--tls-verify=false", "built", image);
  await gantryOk(["pull", `oci://${image}`, pulled]);
  assert.deepEqual(await readTree(pulled), await readTree(tree));
  assert.equal((await gantry(["diff", `oci://${image}`, tree])).code, 0);
  // What gantry builds on it, buildah takes again.
  await writeTree(join(directory.path, "more"), { "app/more": "more\n" });
  const next = `${registry.host}/acme/next:1.0.0`;
  const base = ["--base", `oci://${image}`];
  await push([join(directory.path, "more"), `oci://${next}`, "--profile", "image", ...base]);
  const root = (await run("mount", (await run("from", "--tls-verify=false", next)).trim())).trim();
  assert.equal(await Deno.readTextFile(join(root, "app/more")), "more\n");
  assert.equal(await Deno.readTextFile(join(root, "app/a.yaml")), TREE["app/a.yaml"]);
});

toolTest("containerd pulls and unpacks an image from a registry", ["containerd", "ctr", "registry"], async () => {
  await using registry = await startRegistry("registry");
  await using directory = await tempDirectory();
  const at = (path: string): string => join(directory.path, path);
  await writeTree(at("tree"), TREE);
  const image = `${registry.host}/acme/app:1.0.0`;
  const { digest } = await push([at("tree"), `oci://${image}`, "--profile", "image"]);
  await using containerd = await startContainerd(directory);
  const run = containerd.ctr;
  await run("images", "pull", "--plain-http", "--snapshotter", "native", image);
  const listed = await run("images", "list");
  assert.ok(listed.includes(digest), listed);
  await Deno.mkdir(at("mounted"));
  await run("images", "mount", "--snapshotter", "native", image, at("mounted"));
  try {
    assert.deepEqual(await readTree(at("mounted")), await readTree(at("tree")));
  } finally {
    await run("images", "unmount", at("mounted"));
  }
});

/** buildah with a storage of its own, which needs nothing of the kernel. */
function buildah(directory: TempDirectory): (...args: readonly string[]) => Promise<string> {
  const at = (name: string): string => join(directory.path, name);
  const policy = at("policy.json");
  const options = ["--root", at("storage"), "--runroot", at("run"), "--storage-driver", "vfs"];
  return async (command, ...args) => {
    await Deno.writeTextFile(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
    const pulls = ["from", "push", "commit"].includes(command ?? "") ? ["--signature-policy", policy] : [];
    return await tool("buildah", [...options, command ?? "", ...pulls, ...args]);
  };
}

/** A containerd of its own, and its client. */
async function startContainerd(directory: TempDirectory): Promise<
  AsyncDisposable & { readonly ctr: (...args: readonly string[]) => Promise<string> }
> {
  const at = (name: string): string => join(directory.path, name);
  const config = at("containerd.toml");
  await Deno.writeTextFile(
    config,
    `version = 2
root = "${at("root")}"
state = "${at("state")}"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "${at("containerd.sock")}"
`,
  );
  const child = new Deno.Command("containerd", {
    args: ["--config", config],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  })
    .spawn();
  const serving = Promise.withResolvers<void>();
  const ended = (async () => {
    let said = "";
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
      said = (said + text).slice(-4000);
      if (said.includes("containerd successfully booted")) serving.resolve();
    }
    await child.status;
    serving.reject(new Error(`containerd ended before it served:\n${said}`));
  })();
  await serving.promise;
  serving.promise.catch(() => {});
  return {
    ctr: (...args) => tool("ctr", ["--address", at("containerd.sock"), ...args]),
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
