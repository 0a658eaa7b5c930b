/** The law of `gantry push` and `gantry pull`: any tree comes out as it was, from any place, in any shape. */
import assert from "node:assert/strict";
import { join } from "node:path";
import zlib from "node:zlib";
import fc from "fast-check";
import { PROFILE_NAMES, type ProfileName } from "../../src/profiles/profiles.ts";
import { treeArbitrary, type TreeNode, writeNodes } from "../plugins/collect/random_tree.ts";
import { startFakeRegistry } from "../support/fake_registry.ts";
import { gantryOk, push } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { published, readTree } from "../support/tree.ts";

/** Of what publishes a part of a tree only, or nothing but a chart, a module or a project, other laws are true. */
const CHOOSY: readonly ProfileName[] = ["helm", "conftest", "opa", "opentofu", "cue", "compose"];

/** The profiles, and how else a tree can be compressed. */
const WAYS: readonly (readonly [profile: ProfileName, ...flags: readonly string[]])[] = [
  ...PROFILE_NAMES.filter((name) => !CHOOSY.includes(name)).map((name) => [name] as const),
  ...(["generic", "image"] as const).flatMap((name) => {
    return (hasZstd() ? ["none", "zstd"] : ["none"]).map((kind) => [name, "--compression", kind] as const);
  }),
];

/** Which files and directories there is a link to, beside them all. */
const linksArbitrary = fc.array(fc.nat(), { maxLength: 2 });

for (const [profile, ...flags] of WAYS) {
  Deno.test(`pull after push gives the same tree from every kind of store: ${[profile, ...flags].join(" ")}`, async () => {
    await using registry = startFakeRegistry();
    const any = profile === "files" ? treeArbitrary.map(plainFiles) : treeArbitrary;
    const trees = any.filter((nodes) => isPublishable(nodes, profile));
    await fc.assert(
      fc.asyncProperty(trees, linksArbitrary, async (nodes, links) => {
        await using directory = await tempDirectory();
        const source = join(directory.path, "source");
        await Deno.mkdir(source);
        await writeNodes(source, nodes);
        for (const [number, at] of links.entries()) {
          await Deno.symlink(nodes[at % nodes.length]?.path ?? "", join(source, `link ${number}`));
        }
        const targets = [
          `oci://${registry.host}/acme/app:random`,
          `oci-layout:${join(directory.path, "layout")}:random`,
          `oci-archive:${join(directory.path, "archive.tar")}:random`,
        ];
        const all = ["--no-default-ignores", "-q"];
        const { digest } = await push([source, ...targets, "--profile", profile, ...flags, ...all]);
        const expected = published(await readTree(source));
        for (const [at, target] of targets.entries()) {
          const out = join(directory.path, `out${at}`);
          const { stdout } = await gantryOk(["pull", target, out, "--names", "any", "-q"]);
          assert.equal(stdout, `${target.replace(/^oci:\/\/|:random$/g, "").replace(/:random$/, "")}@${digest}\n`);
          assert.deepEqual(await readTree(out), expected);
          await gantryOk(["diff", target, source, ...all]);
        }
      }),
      { numRuns: 10 },
    );
  });
}

/** What single files keep of a tree: no directory in which there is none of them, and no executable bit. */
function plainFiles(nodes: readonly TreeNode[]): readonly TreeNode[] {
  const files = nodes.filter(({ path }) => !path.endsWith("/"));
  return nodes.filter(({ path }) => files.some((file) => file.path.startsWith(path)))
    .map((node) => node.path.endsWith("/") ? node : { ...node, executable: false, mode: 0o644 });
}

/** What `push` takes, and takes all of. */
function isPublishable(nodes: readonly TreeNode[], profile: ProfileName): boolean {
  return nodes.length > 0 && nodes.every(({ path }) => {
    const parts = path.replace(/\/$/, "").split("/");
    // deno-lint-ignore no-control-regex -- control characters are refused
    if (!path.isWellFormed() || /[\u0000-\u001f\u007f\\]/.test(path) || path.includes("../")) return false;
    // In an image such a name says that another file is taken away.
    if (profile === "image" && parts.some((part) => part.startsWith(".wh."))) return false;
    // A module's dependencies are at its root, and Timoni leaves out all others.
    if (profile === "timoni" && parts.indexOf("cue.mod", 1) > 0) return false;
    return true;
  });
}

function hasZstd(): boolean {
  return zlib.constants.ZSTD_d_windowLogMax !== undefined;
}
