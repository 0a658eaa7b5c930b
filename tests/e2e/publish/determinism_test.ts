/**
 * The same tree, metadata and options give the same digest, whatever is around them.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantryOk } from "../../support/gantry.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { tool } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).pathname;
const CONFIG = new URL("../../../deno.json", import.meta.url).pathname;
const METADATA = ["--version", "1.2.3", "--source", "https://github.com/acme/app", "--created", "2026-01-02T03:04:05Z"];

/** Sorts differently by bytes, by UTF-16 units, by locale and without regard to case. */
const FILES: Readonly<Record<string, string | Uint8Array>> = {
  "B.txt": "upper case before lower case\n",
  "a/z.txt": "below a\n",
  "a-b": "after the directory a\n",
  "a.txt": "after a-b\n",
  "bin/run": "#!/bin/sh\necho run\n",
  "empty": "",
  "empty-directory/": "",
  "large.bin": pattern(3 * 1024 * 1024 + 17),
  "timoni.cue": "package main\n",
  "cue.mod/module.cue": 'module: "acme.example/app"\n',
  "cue.mod/pkg/acme.example/schema/schema.cue": "package schema\n",
  "\u00e4.txt": "a with diaeresis, U+00E4\n",
  "\uff5e.txt": "U+FF5E, after the next one by UTF-16 units\n",
  "\u{1f600}.txt": "U+1F600\n",
  [`${"long-".repeat(30)}name/${"d".repeat(120)}.txt`]: "needs PAX\n",
};

const PROFILES = ["generic", "flux", "timoni", "image"] as const;

/** What a fixed tree gives, compressed layers included. A change here changes the digest of everybody's artifacts. */
const GOLDEN: Readonly<Record<typeof PROFILES[number], string>> = {
  generic: "sha256:e994597e73b2957eb849223058190089ec308a19ec1de2f3b00868cdbc127f43",
  flux: "sha256:3c41b5882b54f478f0e8e7bf61ece110de0c27e2a4fd746cc933d0a6fef3a191",
  timoni: "sha256:c56131829781b9b37fa3d2953254ae6bbcce3a96dc9882bea72752d80ab85280",
  image: "sha256:77849fd0c8999b01c3098a5f74fe88e93617b083e6c29d5987248a0d7a187531",
};

Deno.test("plan has the golden digest of a fixed tree in every profile", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, FILES);
  const found: Record<string, string> = {};
  for (const profile of PROFILES) found[profile] = await digestInProcess(directory.path, profile);
  assert.deepEqual(found, GOLDEN);
});

Deno.test("plan gives the same digest when files come in another order, place, time and by another owner", async () => {
  await using first = await tempDirectory();
  await using other = await tempDirectory();
  const elsewhere = join(other.path, "some where", "else");
  await Deno.mkdir(elsewhere, { recursive: true });
  await writeTree(first.path, FILES);
  await writeTree(elsewhere, Object.fromEntries(Object.entries(FILES).reverse()));
  for (const path of Object.keys(FILES)) await Deno.utime(join(elsewhere, path), 1, 86400 * 365 * 40);
  await Deno.chmod(join(elsewhere, "a.txt"), 0o600);
  await Deno.chmod(join(elsewhere, "bin/run"), 0o711);
  await Deno.chmod(join(elsewhere, "a"), 0o700);
  if (Deno.uid() === 0) await Deno.chown(join(elsewhere, "a-b"), 12345, 54321);
  for (const profile of PROFILES) {
    assert.equal(await digestInProcess(elsewhere, profile), await digestInProcess(first.path, profile), profile);
  }
});

Deno.test("plan gives the same digest under another umask, time zone, locale and working directory", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, FILES);
  const expected = await digestInProcess(directory.path, "flux");
  for (
    const { umask, env, cwd, source } of [
      { umask: "000", env: { TZ: "Pacific/Kiritimati", LC_ALL: "C" }, cwd: "/", source: directory.path },
      {
        umask: "077",
        env: { TZ: "America/St_Johns", LC_ALL: "tr_TR.UTF-8", LANG: "tr_TR" },
        cwd: directory.path,
        source: ".",
      },
      { umask: "022", env: { TZ: "UTC", LANGUAGE: "ja" }, cwd: join(directory.path, "a"), source: "../" },
    ]
  ) {
    const command = `umask ${umask}; exec "$0" "$@"`;
    const json = await tool("sh", [
      "-c",
      command,
      Deno.execPath(),
      "run",
      "-A",
      "--config",
      CONFIG,
      MAIN,
      ...planArgs(source, "flux"),
    ], { cwd, env });
    assert.equal(JSON.parse(json).digest, expected, JSON.stringify({ umask, env, cwd }));
  }
});

Deno.test("plan gives another digest when content, a name, the executable bit or the metadata differs", async () => {
  await using directory = await tempDirectory();
  await writeTree(directory.path, FILES);
  const digests = [await digestInProcess(directory.path, "flux")];
  await Deno.writeTextFile(join(directory.path, "a.txt"), "After a-b\n");
  digests.push(await digestInProcess(directory.path, "flux"));
  await Deno.chmod(join(directory.path, "a.txt"), 0o755);
  digests.push(await digestInProcess(directory.path, "flux"));
  await Deno.rename(join(directory.path, "a.txt"), join(directory.path, "c.txt"));
  digests.push(await digestInProcess(directory.path, "flux"));
  digests.push(await digestInProcess(directory.path, "flux", ["-a", "acme.example/team=web"]));
  assert.equal(new Set(digests).size, digests.length);
});

async function digestInProcess(source: string, profile: string, more: readonly string[] = []): Promise<string> {
  return JSON.parse((await gantryOk([...planArgs(source, profile), ...more])).stdout).digest;
}

function planArgs(source: string, profile: string): readonly string[] {
  return ["plan", source, "--profile", profile, ...METADATA, "--revision", "0123456", "-q", "-o", "json"];
}

/** Bytes that compress somewhat, the same on every machine. */
function pattern(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = 1;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[at] = (state >>> 16) % (at % 4096 < 2048 ? 7 : 251);
  }
  return bytes;
}
