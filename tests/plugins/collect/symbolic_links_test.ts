/** What becomes of symbolic links: the same on a disk and in a tar. */
import assert from "node:assert/strict";
import { packTar, type TarEntry } from "modern-tar";
import type { Entry } from "../../../src/pipeline/entry.ts";
import { SourceError } from "../../../src/pipeline/source_error.ts";
import { directory } from "../../../src/plugins/collect/directory.ts";
import { tar } from "../../../src/plugins/collect/tar.ts";
import type { WalkOptions } from "../../../src/plugins/collect/walk.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";
import { type CollectContext, collectContext, collected, describeEntries } from "./collect_support.ts";

type Links = Readonly<Record<string, string>>;

const FILES = { "d/x": "x", "d/e/y": "#!y", "f": "f" };
const DESCRIBED = ["d/", "d/e/", "d/e/y* = #!y", "d/x = x", "f = f"];
const OUT = "it leads out of the source";
const NOTHING = "there is nothing at its target";
const INSIDE_ITSELF = "it leads back to a directory that it is in";
const ITSELF = "it leads back to itself";

/** Makes `FILES` and links, and collects them. */
type Collect = (links: Links, options: WalkOptions, context: CollectContext) => Promise<readonly Entry[]>;

async function fromDisk(links: Links, options: WalkOptions, context: CollectContext): Promise<readonly Entry[]> {
  await using around = await tempDirectory();
  const root = `${around.path}/source`;
  await writeTree(around.path, { outside: "", "source/": "" });
  await writeTree(root, FILES);
  for (const [path, target] of Object.entries(links)) await Deno.symlink(target, `${root}/${path}`);
  return await held(await collected(directory(options), { symlinks: options.symlinks }, { location: root }, context));
}

async function fromTar(links: Links, options: WalkOptions, context: CollectContext): Promise<readonly Entry[]> {
  const members = [
    ...Object.entries(links).map(([name, linkname]): TarEntry => ({
      header: { name, linkname, type: "symlink", size: 0 },
    })),
    ...Object.entries(FILES).map(([name, body]): TarEntry => ({
      header: { name, size: body.length, mode: body.startsWith("#!") ? 0o755 : 0o644 },
      body,
    })),
  ];
  const bytes = await packTar(members);
  return await collected(
    tar({ ...options, open: () => new Blob([bytes]).stream() }),
    { symlinks: options.symlinks },
    { location: "s.tar" },
    context,
  );
}

/** Reads everything while the directory is there. */
async function held(entries: readonly Entry[]): Promise<readonly Entry[]> {
  return await Promise.all(entries.map(async (entry): Promise<Entry> => {
    // An entry that stands for something unfit fails when it is read, not here.
    const bytes = await new Response(entry.open()).bytes().catch(() => undefined);
    return bytes === undefined ? entry : { ...entry, open: () => new Blob([bytes]).stream() };
  }));
}

const FOLLOWED: readonly (readonly [links: Links, added: readonly string[]])[] = [
  [{ l: "f" }, ["l = f"]],
  [{ l: "./d/../f" }, ["l = f"]],
  [{ l: "d/e/y" }, ["l* = #!y"]],
  [{ l: "d" }, ["l/", "l/e/", "l/e/y* = #!y", "l/x = x"]],
  [{ l: "d/" }, ["l/", "l/e/", "l/e/y* = #!y", "l/x = x"]],
  [{ "d/l": "../f" }, ["d/l = f"]],
  [{ "d/l": "e" }, ["d/l/", "d/l/y* = #!y"]],
  [{ l: "m", m: "n", n: "f" }, ["l = f", "m = f", "n = f"]],
  [{ l: "d/e", m: "l/../x" }, ["l/", "l/y* = #!y", "m = x"]],
  [{ l: "m/x", m: "d" }, ["l = x", "m/", "m/e/", "m/e/y* = #!y", "m/x = x"]],
];

const REFUSED: readonly (readonly [links: Links, link: string, why: string])[] = [
  [{ l: "../outside" }, "l", OUT],
  [{ l: ".." }, "l", OUT],
  [{ "d/l": "../../outside" }, "d/l", OUT],
  [{ l: "m", m: "../outside" }, "l", OUT],
  [{ l: "/etc" }, "l", OUT],
  [{ l: "nowhere" }, "l", NOTHING],
  [{ l: "f/x" }, "l", NOTHING],
  [{ l: "f/" }, "l", NOTHING],
  [{ l: "f/.." }, "l", NOTHING],
  [{ l: "m", m: "nowhere" }, "l", NOTHING],
  [{ l: "l" }, "l", ITSELF],
  [{ l: "m", m: "l" }, "l", ITSELF],
  [{ "d/l": "l/x" }, "d/l", ITSELF],
  [{ l: "." }, "l", INSIDE_ITSELF],
  [{ "d/l": "." }, "d/l", INSIDE_ITSELF],
  [{ "d/l": ".." }, "d/l", INSIDE_ITSELF],
  [{ "d/e/l": "../../d" }, "d/e/l", INSIDE_ITSELF],
  // Into a directory by a link, and from there back to it.
  [{ "d/e/l": "../../k", k: "d" }, "d/e/l", INSIDE_ITSELF],
];

for (const [name, collect] of [["directory", fromDisk], ["tar", fromTar]] as const satisfies [string, Collect][]) {
  for (const [links, added] of FOLLOWED) {
    Deno.test(`${name}() packs what links point to when there are ${JSON.stringify(links)}`, async () => {
      const entries = await collect(links, { symlinks: "follow" }, collectContext());
      const described = await describeEntries(entries);
      assert.deepEqual(described.filter((line) => added.includes(line)), added);
      assert.deepEqual(described.filter((line) => !added.includes(line)), DESCRIBED);
    });
  }

  for (const [links, link, why] of REFUSED) {
    Deno.test(`${name}() refuses a link when there are ${JSON.stringify(links)}`, async () => {
      await assert.rejects(
        collect(links, { symlinks: "follow" }, collectContext()),
        new SourceError(`Cannot publish symbolic link "${link}" to "${links[link]}": ${why}`),
      );
    });

    Deno.test(`${name}() gives an entry that cannot be read when "${link}" is pruned, and ${why}`, async () => {
      const prune = (path: string): boolean => Object.hasOwn(links, path);
      const entries = await collect(links, { symlinks: "follow", prune }, collectContext());
      const entry = entries.find(({ path }) => path === link);
      assert.equal(entry?.kind, "file");
      await assert.rejects(new Response(entry?.open()).bytes(), (error: Error) => error.message.endsWith(why));
    });
  }

  Deno.test(`${name}() leaves links out with a message each when they are to be skipped`, async () => {
    const context = collectContext();
    const entries = await collect({ l: "f", "d/m": "nowhere" }, { symlinks: "skip" }, context);
    assert.deepEqual(await describeEntries(entries), DESCRIBED);
    assert.deepEqual(context.infos, [
      'Skipped symbolic link "d/m" to "nowhere"',
      'Skipped symbolic link "l" to "f"',
    ]);
  });

  Deno.test(`${name}() names the first link when links are refused`, async () => {
    await assert.rejects(
      collect({ l: "f", "d/m": "../f" }, { symlinks: "error" }, collectContext()),
      new SourceError('Cannot publish symbolic link "d/m" to "../f": symbolic links are refused'),
    );
  });

  Deno.test(`${name}() does not walk a pruned link to a directory`, async () => {
    const prune = (path: string): boolean => path === "l";
    const entries = await collect({ l: "d" }, { symlinks: "follow", prune }, collectContext());
    assert.deepEqual(await describeEntries(entries), [...DESCRIBED, "l/"]);
  });
}

Deno.test("directory() follows an absolute link, and one by way of its parent, when they end inside", async () => {
  await using around = await tempDirectory();
  const root = `${around.path}/source`;
  await writeTree(root, { "d/x": "x" });
  await Deno.symlink(`${root}/d`, `${root}/absolute`);
  await Deno.symlink("../source/d/x", `${root}/around`);
  const entries = await collected(directory(), { symlinks: "follow" }, { location: root }, collectContext());
  assert.deepEqual(await describeEntries(entries), ["absolute/", "absolute/x = x", "around = x", "d/", "d/x = x"]);
});

Deno.test("directory() refuses a link to a neighbour whose name begins like the source's", async () => {
  await using around = await tempDirectory();
  await writeTree(around.path, { "source/f": "", "source-2/secret": "" });
  await Deno.symlink("../source-2/secret", `${around.path}/source/l`);
  await assert.rejects(
    collected(directory(), { symlinks: "follow" }, { location: `${around.path}/source` }, collectContext()),
    new SourceError(`Cannot publish symbolic link "l" to "../source-2/secret": ${OUT}`),
  );
});

Deno.test("directory() takes a source that is a symbolic link itself", async () => {
  await using around = await tempDirectory();
  await writeTree(around.path, { "source/f": "f" });
  await Deno.symlink("source", `${around.path}/link`);
  await Deno.symlink(`${around.path}/link/f`, `${around.path}/source/l`);
  const entries = await collected(directory({ prune: (path) => path === "l" }), { symlinks: "error" }, {
    location: `${around.path}/link`,
  }, collectContext());
  assert.deepEqual(entries.map(({ path }) => path), ["f", "l"]);
});

Deno.test("directory() stops when links multiply beyond all measure", async () => {
  await using root = await tempDirectory();
  // Each of three directories holds 10 links to the next: 1,000 ways to 110 files, and no loop.
  for (let at = 0; at < 3; at++) {
    await Deno.mkdir(`${root.path}/d${at}`);
    for (let link = 0; link < 10; link++) await Deno.symlink(`../d${at + 1}`, `${root.path}/d${at}/${link}`);
  }
  await writeTree(root.path, Object.fromEntries(Array.from({ length: 110 }, (_, at) => [`d3/${at}`, ""])));
  await assert.rejects(
    collected(directory(), { symlinks: "follow" }, { location: root.path }, collectContext()),
    (error: Error) => error instanceof SourceError && error.message.includes("more than 100000 files and directories"),
  );
});
