import assert from "node:assert/strict";
import { join } from "node:path";
import type { Entry } from "../../../src/pipeline/entry.ts";
import { SourceError } from "../../../src/pipeline/source_error.ts";
import { directory } from "../../../src/plugins/collect/directory.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runTool, tool, toolTest } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";
import { collectContext, collected, describeEntries } from "./collect_support.ts";

const COLLECT_URL = new URL("../../../src/plugins/collect/directory.ts", import.meta.url).href;
const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;

async function collect(location: string, prune?: (path: string) => boolean): Promise<readonly Entry[]> {
  const collector = directory(prune === undefined ? {} : { prune });
  return await collected(collector, { symlinks: "follow" }, { location }, collectContext());
}

Deno.test("directory() gives only the owner's execute bit of a mode", async () => {
  await using root = await tempDirectory();
  const modes: readonly (readonly [string, number, boolean])[] = [
    ["a", 0o644, false],
    ["b", 0o755, true],
    ["c", 0o700, true],
    ["d", 0o655, false],
    ["e", 0o100, true],
    ["f", 0o4666, false],
  ];
  for (const [name, mode] of modes) {
    await writeTree(root.path, { [name]: "" });
    await Deno.chmod(join(root.path, name), mode);
  }
  assert.deepEqual(
    (await collect(root.path)).map(({ path, executable }) => [path, executable]),
    modes.map(([name, , executable]) => [name, executable]),
  );
});

Deno.test("directory() gives a pruned directory without what is in it", async () => {
  await using root = await tempDirectory();
  await writeTree(root.path, { "a/b/x": "x", "a/c/y": "y", "b/z": "z" });
  const asked: string[] = [];
  const entries = await collect(root.path, (path) => (asked.push(path), path === "a/b" || path === "b"));
  assert.deepEqual(await describeEntries(entries), ["a/", "a/b/", "a/c/", "a/c/y = y", "b/"]);
  assert.deepEqual(asked, ["a", "a/b", "a/c", "b"]);
});

Deno.test("directory() leaves it to the filter when everything is pruned", async () => {
  await using root = await tempDirectory();
  await writeTree(root.path, { "a/x": "" });
  assert.deepEqual((await collect(root.path, () => true)).map(({ path }) => path), ["a"]);
});

const SOURCES: readonly (readonly [what: string, make: (root: string) => Promise<unknown>, why: string])[] = [
  ["is missing", () => Promise.resolve(), 'Cannot read "SOURCE": there is no such file or directory'],
  ["is a file", (path) => Deno.writeTextFile(path, ""), 'Cannot read "SOURCE" as a directory: it is a file'],
  ["is below a file", async (path) => {
    await Deno.writeTextFile(path, "");
    return "/x";
  }, 'Cannot read "SOURCE/x": it is not a directory'],
  ["is empty", (path) => Deno.mkdir(path), 'Cannot publish "SOURCE": there is no file in it'],
  [
    "holds empty directories only",
    (path) => Deno.mkdir(`${path}/a/b`, { recursive: true }),
    'Cannot publish "SOURCE": there is no file in it',
  ],
  ["is a link to nothing", (path) => Deno.symlink("nowhere", path), 'Cannot read "SOURCE": there is no such file'],
  ["is a link to itself", (path) => Deno.symlink("source", path), 'Cannot read "SOURCE": it is a symbolic link'],
];

for (const [what, make, why] of SOURCES) {
  Deno.test(`directory() refuses a source that ${what}`, async () => {
    await using around = await tempDirectory();
    const source = join(around.path, "source");
    const below = await make(source);
    await assert.rejects(collect(source + (typeof below === "string" ? below : "")), (error) => {
      assert.ok(error instanceof SourceError);
      assert.ok(error.message.startsWith(why.replace("SOURCE", source)), error.message);
      return true;
    });
  });
}

toolTest("directory() says what a source is that is no directory", ["mkfifo"], async () => {
  await using root = await tempDirectory();
  const location = join(root.path, "pipe");
  await tool("mkfifo", [location]);
  await assert.rejects(
    collected(directory(), { symlinks: "follow" }, { location }, collectContext()),
    new SourceError(`Cannot read ${JSON.stringify(location)} as a directory: it is a named pipe`),
  );
});

toolTest("directory() refuses a named pipe, unless it is pruned", ["mkfifo"], async () => {
  await using root = await tempDirectory();
  await writeTree(root.path, { "a/x": "x" });
  await tool("mkfifo", [join(root.path, "a/pipe")]);
  await assert.rejects(collect(root.path), new SourceError('Cannot publish "a/pipe": it is a named pipe'));
  const entries = await collect(root.path, (path) => path === "a/pipe");
  assert.deepEqual(entries.map(({ path, kind }) => `${path} ${kind}`), ["a directory", "a/pipe file", "a/x file"]);
});

Deno.test("directory() refuses a socket", async () => {
  await using root = await tempDirectory();
  using _listener = Deno.listen({ transport: "unix", path: join(root.path, "s") });
  await assert.rejects(collect(root.path), new SourceError('Cannot publish "s": it is a socket'));
});

toolTest("directory() refuses a name that is not UTF-8, and tells it from one with U+FFFD", ["sh"], async () => {
  await using root = await tempDirectory();
  await tool("sh", ["-c", `mkdir a && : > a/fine && : > "a/bad$(printf '\\377')"`], { cwd: root.path });
  const shown = Array.from(Deno.readDirSync(join(root.path, "a")));
  if (shown.length === 1) {
    // Deno 2.6 leaves such names out of its listings, so nobody can see them: a limit that is known.
    assert.deepEqual(await describeEntries(await collect(root.path)), ["a/", "a/fine = "]);
    return;
  }
  const refused = new SourceError('Cannot publish "a/bad\ufffd": its name is not valid UTF-8');
  await assert.rejects(collect(root.path), refused);
  await writeTree(root.path, { "a/bad\ufffd": "" });
  await assert.rejects(collect(root.path), refused);
  await tool("sh", ["-c", `rm "a/bad$(printf '\\377')"`], { cwd: root.path });
  assert.deepEqual(await describeEntries(await collect(root.path)), ["a/", "a/bad\ufffd = ", "a/fine = "]);
  await tool("sh", ["-c", `mkdir "a/dir$(printf '\\377')"`], { cwd: root.path });
  await assert.rejects(
    collect(root.path),
    new SourceError('Cannot publish "a/dir\ufffd": its name is not valid UTF-8'),
  );
});

toolTest("directory() names what it may not read", ["setpriv"], async () => {
  await using root = await tempDirectory();
  await writeTree(root.path, { "locked/x": "x", "z": "z" });
  await Deno.chmod(join(root.path, "locked"), 0);
  assert.equal(await collectWithoutPrivilege(root.path), 'SourceError: Cannot read "locked": permission denied');
  await Deno.chmod(join(root.path, "locked"), 0o755);
  await Deno.chmod(join(root.path, "locked/x"), 0);
  assert.equal(await collectWithoutPrivilege(root.path), 'SourceError: Cannot read "locked/x": permission denied');
  await Deno.chmod(join(root.path, "locked/x"), 0o644);
  assert.equal(await collectWithoutPrivilege(root.path), "locked locked/x z");
});

/** Root may read everything, so this collects and reads in a process that has given up that privilege. */
async function collectWithoutPrivilege(location: string): Promise<string> {
  const code = `
    import { directory } from ${JSON.stringify(COLLECT_URL)};
    import { collected } from ${JSON.stringify(new URL("collect_support.ts", import.meta.url).href)};
    const nothing = () => {};
    const log = { debug: nothing, info: nothing, warn: nothing };
    const context = { signal: new AbortController().signal, log, progress: nothing };
    try {
      const source = { location: ${JSON.stringify(location)} };
      const entries = await collected(directory(), { symlinks: "follow" }, source, context);
      for (const entry of entries) await new Response(entry.open()).bytes();
      console.log(entries.map(({ path }) => path).join(" "));
    } catch (error) {
      console.log(String(error));
    }`;
  const privileges = "-dac_override,-dac_read_search";
  const setpriv = Deno.uid() === 0 ? [`--bounding-set=${privileges}`, `--inh-caps=${privileges}`] : [];
  const { stdout, stderr } = await runTool("setpriv", [...setpriv, Deno.execPath(), "eval", "--config", CONFIG, code]);
  assert.equal(stderr, "");
  return stdout.trim();
}

Deno.test("directory() stops when the run is aborted", async () => {
  await using root = await tempDirectory();
  await writeTree(root.path, { "a/x": "" });
  const controller = new AbortController();
  const context = collectContext(controller.signal);
  const collector = directory({ prune: () => (controller.abort(), false) });
  await assert.rejects(collected(collector, { symlinks: "follow" }, { location: root.path }, context), {
    name: "AbortError",
  });
});

Deno.test("directory() reads 10,000 small files", async () => {
  await using root = await tempDirectory();
  for (let at = 0; at < 10_000; at++) {
    if (at % 100 === 0) Deno.mkdirSync(`${root.path}/${at}`);
    Deno.writeTextFileSync(`${root.path}/${at - at % 100}/${at}.yaml`, "x".repeat(1024));
  }
  const entries = await collect(root.path);
  let bytes = 0;
  for (const entry of entries) for await (const chunk of entry.open()) bytes += chunk.byteLength;
  assert.equal(bytes, 10_000 * 1024);
});
