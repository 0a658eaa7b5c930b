/** What some file systems answer: no locks, no sync of directories, no place for temporary files, files of others. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runTool, tool, type ToolResult, toolTest } from "../../support/tools.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** Answers as such file systems do, in the place of the C library. */
const SHIM = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
int flock(int file, int operation) {
  const char *answer = getenv("FLOCK_ANSWER");
  if (answer) { errno = atoi(answer); return -1; }
  int (*next)(int, int) = dlsym(RTLD_NEXT, "flock");
  return next(file, operation);
}
/* Permissions count for root too. */
static int is_refused(const char *path, int flags) {
  struct stat info;
  if (!getenv("PERMISSIONS_COUNT") || (flags & O_ACCMODE) == O_RDONLY) return 0;
  return stat(path, &info) == 0 && S_ISREG(info.st_mode) && (info.st_mode & 0222) == 0;
}
int open64(const char *path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  int mode = va_arg(more, int);
  va_end(more);
  if (is_refused(path, flags)) { errno = EACCES; return -1; }
  int (*next)(const char *, int, ...) = dlsym(RTLD_NEXT, "open64");
  return next(path, flags, mode);
}
int fsync(int file) {
  const char *answer = getenv("DIRECTORY_FSYNC_ANSWER");
  struct stat info;
  if (answer && fstat(file, &info) == 0 && S_ISDIR(info.st_mode)) { errno = atoi(answer); return -1; }
  int (*next)(int) = dlsym(RTLD_NEXT, "fsync");
  return next(file);
}
`;

/** Runs gantry on a file system that answers so. */
async function gantryOn(
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ToolResult> {
  const source = join(directory, "shim.c");
  const library = join(directory, "shim.so");
  if (!await Deno.stat(library).then(() => true, () => false)) {
    await Deno.writeTextFile(source, SHIM);
    await tool("cc", ["-shared", "-fPIC", "-o", library, source, "-ldl"]);
  }
  return await gantryIn(directory, args, { ...env, LD_PRELOAD: library });
}

async function gantryIn(
  directory: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<ToolResult> {
  const program = ["run", "--quiet", "-A", "--no-check", "--config", join(ROOT, "deno.json"), join(ROOT, "main.ts")];
  return await runTool(Deno.execPath(), [...program, ...args], { cwd: directory, env });
}

/** ENOLCK, ENOSYS and EOPNOTSUPP. */
const NO_LOCKS = ["37", "38", "95"];
/** EINVAL and EOPNOTSUPP. */
const NO_SYNC = ["22", "95"];

const linuxTest: typeof toolTest = (name, tools, body) =>
  Deno.build.os === "linux" ? toolTest(name, tools, body) : undefined;

for (const kind of ["oci-layout", "oci-archive"]) {
  for (const answer of NO_LOCKS) {
    linuxTest(`${kind} is written where locks are answered with ${answer}, with a warning`, ["cc"], async () => {
      await using directory = await tempDirectory();
      await Deno.mkdir(join(directory.path, "source"));
      await Deno.writeTextFile(join(directory.path, "source", "a"), "a");
      const env = { FLOCK_ANSWER: answer };
      for (const tag of ["x", "y"]) {
        const { code, stderr } = await gantryOn(directory.path, ["push", "source", `${kind}:there:${tag}`], env);
        assert.equal(code, 0, stderr);
        // A tar is locked when there is one that will be replaced.
        const isLocked = kind === "oci-layout" || tag === "y";
        assert.equal(stderr.match(/warning: The file system of "there" has no locks/g)?.length ?? 0, isLocked ? 1 : 0);
      }
      const { stdout } = await gantryOn(directory.path, ["list", `${kind}:there`, "--all", "-o", "json"], env);
      assert.deepEqual(JSON.parse(stdout).map(({ version }: { version: string }) => version), ["x", "y"]);
      const names = Array.from(Deno.readDirSync(directory.path), ({ name }) => name);
      const inside = kind === "oci-layout"
        ? Array.from(Deno.readDirSync(join(directory.path, "there")), ({ name }) => name)
        : [];
      assert.deepEqual([...names, ...inside].filter((name) => name.endsWith(".tmp") || name.endsWith(".partial")), []);
    });
  }
  for (const answer of NO_SYNC) {
    linuxTest(`${kind} is written where directories are not synced, ${answer}, with a warning`, ["cc"], async () => {
      await using directory = await tempDirectory();
      await Deno.mkdir(join(directory.path, "source"));
      await Deno.writeTextFile(join(directory.path, "source", "a"), "a");
      const { code, stderr } = await gantryOn(directory.path, ["push", "source", `${kind}:there:x`], {
        DIRECTORY_FSYNC_ANSWER: answer,
      });
      assert.equal(code, 0, stderr);
      assert.equal(stderr.match(/warning: The file system of "there" cannot sync directories/g)?.length, 1, stderr);
    });
  }
}

for (const kind of ["oci-layout", "oci-archive"]) {
  linuxTest(
    `${kind} of files that nobody may write is added to, as buildx and regctl leave it`,
    ["cc", "find"],
    async () => {
      await using directory = await tempDirectory();
      await Deno.mkdir(join(directory.path, "source"));
      await Deno.writeTextFile(join(directory.path, "source", "a"), "a");
      const env = { PERMISSIONS_COUNT: "1" };
      for (const tag of ["x", "y"]) {
        const { code, stderr } = await gantryOn(directory.path, ["push", "source", `${kind}:there:${tag}`], env);
        assert.equal(code, 0, stderr);
        assert.doesNotMatch(stderr, /warning/);
        await tool("find", [join(directory.path, "there"), "-type", "f", "-exec", "chmod", "0444", "{}", "+"]);
      }
      const { stdout } = await gantryOn(directory.path, ["list", `${kind}:there`, "-o", "json"], env);
      assert.deepEqual(JSON.parse(stdout).map(({ version }: { version: string }) => version), ["x", "y"]);
    },
  );
}

linuxTest("a directory that cannot be synced for another reason is an error", ["cc"], async () => {
  await using directory = await tempDirectory();
  await Deno.mkdir(join(directory.path, "source"));
  await Deno.writeTextFile(join(directory.path, "source", "a"), "a");
  const { code, stderr } = await gantryOn(directory.path, ["push", "source", "oci-layout:there:x"], {
    DIRECTORY_FSYNC_ANSWER: "5",
  });
  assert.equal(code, 1);
  assert.match(stderr, /error: Cannot sync ".*": input\/output error/i);
});

Deno.test("the place for temporary files and TMPDIR are named when nothing can be written there", async () => {
  await using directory = await tempDirectory();
  await Deno.mkdir(join(directory.path, "source"));
  const random = new Uint8Array(9 * 1024 * 1024);
  for (let at = 0; at < random.byteLength; at += 65536) crypto.getRandomValues(random.subarray(at, at + 65536));
  await Deno.writeFile(join(directory.path, "source", "big"), random);
  const nowhere = join(directory.path, "nowhere");
  const { code, stderr } = await gantryIn(directory.path, ["push", "source", "oci-layout:there:x"], {
    TMPDIR: nowhere,
  });
  assert.equal(code, 2);
  assert.ok(stderr.includes(`Cannot make a temporary directory in "${nowhere}": no such file or directory`), stderr);
  assert.match(stderr, /advice: .*TMPDIR/);
});
