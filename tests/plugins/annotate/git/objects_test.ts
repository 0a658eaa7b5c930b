import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { join } from "node:path";
import fc from "fast-check";
import { committerTime } from "../../../../src/plugins/annotate/git/object.ts";
import { readObject } from "../../../../src/plugins/annotate/git/objects.ts";
import { writeTree } from "../../../support/tree.ts";
import { tempDirectory } from "../../../support/temp_directory.ts";
import { toolTest } from "../../../support/tools.ts";
import { commitTo, gitIn, makeRepository } from "../support.ts";

async function writeLoose(objects: string, header: string, body: Uint8Array): Promise<string> {
  const bytes = new Uint8Array([...new TextEncoder().encode(header), ...body]);
  const id = createHash("sha1").update(bytes).digest("hex");
  await Deno.mkdir(join(objects, id.slice(0, 2)), { recursive: true });
  await Deno.writeFile(join(objects, id.slice(0, 2), id.slice(2)), new Uint8Array(deflateSync(bytes)));
  return id;
}

Deno.test("readObject() refuses an object that is too large or not what its header says", async (t) => {
  await using temp = await tempDirectory();
  const cases: readonly (readonly [string, string, number, RegExp])[] = [
    ["too large", "commit 16777217\0", 10, /16777217 bytes/],
    ["larger than it says", "commit 5\0", 6, /it is damaged/],
    ["smaller than it says", "commit 7\0", 6, /it is damaged/],
    ["of no known type", "note 6\0", 6, /no header/],
    ["without a size", "commit \0", 6, /no header/],
  ];
  for (const [name, header, size, problem] of cases) {
    await t.step(name, async () => {
      const id = await writeLoose(temp.path, header, new Uint8Array(size));
      await assert.rejects(readObject([temp.path], id), problem);
    });
  }
});

Deno.test("readObject() does not unpack trees and blobs, whatever their size", async () => {
  await using temp = await tempDirectory();
  const id = await writeLoose(temp.path, "blob 99999999999999\0", new Uint8Array(10));
  assert.deepEqual(await readObject([temp.path], id), { type: "blob" });
});

Deno.test("readObject() says so when no directory has the object", async () => {
  await using temp = await tempDirectory();
  const id = "a".repeat(40);
  await assert.rejects(readObject([temp.path, join(temp.path, "none")], id), {
    message: /aaa: it is not in this clone/,
  });
});

Deno.test("readObject() says that an object is damaged, and looks into no file as into a directory", async () => {
  await using temp = await tempDirectory();
  const id = "a".repeat(40);
  await writeTree(temp.path, { file: "", [`objects/${id.slice(0, 2)}/${id.slice(2)}`]: "no zlib" });
  await assert.rejects(readObject([join(temp.path, "objects")], id), {
    message: "Cannot unpack a git object: it is damaged",
  });
  await assert.rejects(readObject([join(temp.path, "file")], id), { message: /aaa: it is not in this clone/ });
});

toolTest("readObject() gives the true content or none, whatever is damaged", ["git"], async () => {
  await using temp = await tempDirectory();
  await makeRepository(temp.path);
  for (let count = 0; count < 6; count++) await commitTo(temp.path, `${"text ".repeat(100)}${count}`);
  await gitIn(temp.path, "repack", "-adfq", "--depth=50");
  const commit = await gitIn(temp.path, "rev-parse", "HEAD~3");
  const objects = join(temp.path, ".git/objects");
  const packs = join(objects, "pack");
  const files = [...Deno.readDirSync(packs)].map(({ name }) => join(packs, name))
    .filter((path) => /\.(idx|pack)$/.test(path));
  assert.equal(files.length, 2);
  const sound = new Map(files.map((path) => [path, Deno.readFileSync(path)] as const));
  const truth = await readObject([objects], commit);
  for (const path of files) await Deno.chmod(path, 0o644);
  const damage = fc.record({ file: fc.nat(1), at: fc.nat(), byte: fc.nat(255), cut: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
      const bytes = new Map(files.map((path) => [path, Uint8Array.from(sound.get(path) ?? [])] as const));
      for (const { file, at, byte, cut } of damages) {
        const path = files[file] ?? "";
        const whole = bytes.get(path) ?? new Uint8Array();
        const place = at % Math.max(whole.byteLength, 1);
        whole[place] = byte;
        if (cut) bytes.set(path, whole.slice(0, place));
      }
      for (const [path, content] of bytes) await Deno.writeFile(path, content);
      const object = await readObject([objects], commit).catch(() => undefined);
      if (object !== undefined && "body" in object) assert.deepEqual(object, truth);
    }),
    { numRuns: 300 },
  );
});

Deno.test("committerTime() reads the committer's seconds and nothing of the message", () => {
  const commit = (...lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.join("\n"));
  const author = "author A <a@b> 1 +0000";
  const cases: readonly (readonly [number, Uint8Array])[] = [
    [5, commit(`tree ${"0".repeat(40)}`, author, "committer C <c@d> 5 -0800", "", "text")],
    [6, commit(author, "committer > 9 <> 6 +0000", "gpgsig x", " committer X <x> 7 +0000", "", "committer Y <y> 8 +0")],
  ];
  for (const [seconds, body] of cases) assert.equal(committerTime(body), seconds);
  for (const body of [commit(author, "", "committer Y <y> 8 +0000"), commit("committer C <c@d>"), commit("")]) {
    assert.throws(() => committerTime(body), SyntaxError);
  }
});
