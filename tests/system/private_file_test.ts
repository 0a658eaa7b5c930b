import assert from "node:assert/strict";
import { join } from "node:path";
import { changePrivateFile, readTextIfThere } from "../../src/system/private_file.ts";
import { mountTest } from "../layout/mount.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool } from "../support/tools.ts";

const mode = async (path: string): Promise<number> => ((await Deno.stat(path)).mode ?? 0) & 0o777;

async function names(path: string): Promise<readonly string[]> {
  return (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort();
}

Deno.test("changePrivateFile() makes the file and the directories on the way for their owner only", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "a", "b", "config.json");
  await changePrivateFile(path, (text) => `new, after ${text}`);
  assert.equal(await Deno.readTextFile(path), "new, after undefined");
  assert.deepEqual([await mode(path), await mode(join(path, "..")), await mode(join(path, "../.."))], [
    0o600,
    0o700,
    0o700,
  ]);
  assert.deepEqual(await names(join(path, "..")), ["config.json"]);
});

Deno.test("changePrivateFile() gives a file its name when its bytes are on the disk", async () => {
  await using directory = await tempDirectory();
  const done: string[] = [];
  const { rename, FsFile: { prototype } } = Deno;
  const { sync } = prototype;
  try {
    prototype.sync = async function (): Promise<void> {
      await sync.call(this);
      done.push(`sync ${(await this.stat()).size}`);
    };
    Deno.rename = async (from, to): Promise<void> => {
      await rename(from, to);
      done.push("rename");
    };
    await changePrivateFile(join(directory.path, "config.json"), () => "secret");
  } finally {
    prototype.sync = sync;
    Deno.rename = rename;
  }
  assert.deepEqual(done, ["sync 6", "rename"]);
});

Deno.test("changePrivateFile() takes a file away from everybody else", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "config.json");
  await Deno.writeTextFile(path, "old", { mode: 0o644 });
  await Deno.chmod(path, 0o644);
  await changePrivateFile(path, (text) => `${text} and new`);
  assert.deepEqual([await Deno.readTextFile(path), await mode(path)], ["old and new", 0o600]);
});

for (const [kind, exists] of [["to a file", true], ["to a file that does not exist yet", false]] as const) {
  Deno.test(`changePrivateFile() keeps links ${kind}`, async () => {
    await using directory = await tempDirectory();
    const [path, middle, link] = ["real/config.json", "middle", "link"].map((name) => join(directory.path, name));
    await Deno.mkdir(join(directory.path, "real"));
    if (exists) await Deno.writeTextFile(path ?? "", "old");
    await Deno.symlink("real/config.json", middle ?? "");
    await Deno.symlink(middle ?? "", link ?? "");
    await changePrivateFile(link ?? "", (text) => `new, after ${text}`);
    assert.equal(await Deno.readTextFile(path ?? ""), `new, after ${exists ? "old" : undefined}`);
    assert.ok((await Deno.lstat(link ?? "")).isSymlink && (await Deno.lstat(middle ?? "")).isSymlink);
    assert.deepEqual(await names(directory.path), ["link", "middle", "real"]);
  });
}

Deno.test("changePrivateFile() refuses links that lead to themselves", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "link");
  await Deno.symlink("link", path);
  await assert.rejects(changePrivateFile(path, () => "new"), {
    message: `Cannot write ${JSON.stringify(path)}: too many symbolic links`,
  });
});

Deno.test("changePrivateFile() leaves the file alone when the change fails, or there is none", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "config.json");
  await Deno.writeTextFile(path, "old");
  const { ino } = await Deno.stat(path);
  const failure = new SyntaxError("no");
  await assert.rejects(
    changePrivateFile(path, () => {
      throw failure;
    }),
    failure,
  );
  await changePrivateFile(path, () => undefined);
  await changePrivateFile(path, (text) => text);
  assert.deepEqual([await Deno.readTextFile(path), (await Deno.stat(path)).ino], ["old", ino]);
  assert.deepEqual(await names(directory.path), ["config.json"]);
});

Deno.test("changePrivateFile() loses no change of several processes at once", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "config.json");
  const module = new URL("../../src/system/private_file.ts", import.meta.url).href;
  const script = `
    const { changePrivateFile } = await import(${JSON.stringify(module)});
    for (let count = 0; count < 25; count++) {
      await changePrivateFile(${JSON.stringify(path)}, (text = "") => text + "x");
    }`;
  const run = (): Promise<Deno.CommandOutput> =>
    new Deno.Command(Deno.execPath(), { args: ["eval", script], stdin: "null" }).output();
  const outputs = await Promise.all(Array.from({ length: 4 }, run));
  assert.deepEqual(outputs.map(({ stderr }) => new TextDecoder().decode(stderr)), ["", "", "", ""]);
  assert.equal(await Deno.readTextFile(path), "x".repeat(100));
});

Deno.test("changePrivateFile() and readTextIfThere() name the file that they cannot use", async () => {
  await using directory = await tempDirectory();
  await Deno.mkdir(join(directory.path, "config.json"));
  const path = join(directory.path, "config.json");
  const expected = { message: `Cannot read ${JSON.stringify(path)}: it is a directory` };
  await assert.rejects(changePrivateFile(path, () => "new"), expected);
  await assert.rejects(readTextIfThere(path), expected);
  await Deno.writeTextFile(join(directory.path, "file"), "");
  const below = join(directory.path, "file", "config.json");
  await assert.rejects(changePrivateFile(below, () => "new"), (error) => {
    return error instanceof Error && error.message.startsWith(`Cannot write ${JSON.stringify(below)}: `);
  });
});

Deno.test("readTextIfThere() gives undefined for what is not there", async () => {
  await using directory = await tempDirectory();
  await Deno.writeTextFile(join(directory.path, "file"), "text");
  assert.equal(await readTextIfThere(join(directory.path, "file")), "text");
  assert.equal(await readTextIfThere(join(directory.path, "nothing")), undefined);
  assert.equal(await readTextIfThere(join(directory.path, "file", "nothing")), undefined);
});

mountTest(
  "changePrivateFile() has nothing to write where nothing changes, on a disk that is read-only",
  "1m",
  async (mount) => {
    const path = join(mount.path, "config.json");
    await Deno.writeTextFile(path, "old");
    await mount.makeReadOnly();
    await changePrivateFile(path, (text) => text);
    await changePrivateFile(path, () => undefined);
    await assert.rejects(changePrivateFile(path, () => "new"), {
      message: `Cannot write ${JSON.stringify(path)}: read-only file system`,
    });
    assert.deepEqual([await Deno.readTextFile(path), await names(mount.path)], ["old", ["config.json"]]);
  },
);

mountTest("changePrivateFile() writes a file in its place that is mounted by itself", "1m", async (mount) => {
  await using directory = await tempDirectory();
  const [inside, path] = [join(mount.path, "inside"), join(directory.path, "config.json")];
  for (
    const [before, after] of [["a longer text than the new one", "new"], ["old", "a longer text than the old one"]]
  ) {
    await Deno.writeTextFile(inside, before ?? "", { mode: 0o644 });
    await Deno.writeTextFile(path, "");
    await tool("mount", ["--bind", inside, path]);
    try {
      await changePrivateFile(path, (text) => text === before ? after : "wrong");
      assert.deepEqual([await Deno.readTextFile(path), await mode(path)], [after, 0o600]);
      assert.deepEqual(await names(directory.path), ["config.json"]);
    } finally {
      await tool("umount", [path]);
    }
    assert.equal(await Deno.readTextFile(inside), after);
  }
});

mountTest(
  "changePrivateFile() puts back what was there when there is no room for the new text",
  "16k",
  async (mount) => {
    await using directory = await tempDirectory();
    const [inside, path] = [join(mount.path, "inside"), join(directory.path, "config.json")];
    await Deno.writeTextFile(inside, "old");
    await Deno.writeTextFile(path, "");
    await tool("mount", ["--bind", inside, path]);
    try {
      await assert.rejects(changePrivateFile(path, () => "x".repeat(100_000)), /no space left on device/);
      assert.equal(await Deno.readTextFile(path), "old");
    } finally {
      await tool("umount", [path]);
    }
  },
);
