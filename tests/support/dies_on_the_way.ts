/**
 * Loaded before a program: kills its process, so that it cannot clean up, when it is about to make its
 * `GANTRY_DIES_AT`-th change to the file system. Of bytes to be written, the first half is. So a test reaches every
 * moment of a run on any machine, however fast or busy.
 *
 * A program that lives on writes how many changes it made to the file `GANTRY_COUNTS_CHANGES`.
 */
const diesAt = Number(Deno.env.get("GANTRY_DIES_AT") ?? Infinity);
const report = Deno.env.get("GANTRY_COUNTS_CHANGES");
const { writeTextFileSync } = Deno;
const { writeSync } = Deno.FsFile.prototype;
let changes = 0;

const ON_NAMES = ["chmod", "link", "makeTempDir", "mkdir", "remove", "rename", "symlink", "writeFile", "writeTextFile"];
const ON_FILES = ["sync", "truncate", "write"];
watch(Deno, ON_NAMES, () => true);
watch(Deno, ["open"], (_path, options) => (options as Deno.OpenOptions | undefined)?.write === true);
watch(Deno.FsFile.prototype, ON_FILES, () => true);

globalThis.addEventListener("unload", () => {
  if (report !== undefined) writeTextFileSync(report, String(changes));
});

function watch(owner: object, names: readonly string[], isChange: (...given: readonly unknown[]) => boolean): void {
  for (const name of names.flatMap((name) => [name, `${name}Sync`])) {
    const operation = Reflect.get(owner, name);
    Object.assign(owner, {
      [name](...given: readonly unknown[]): unknown {
        if (isChange(...given) && ++changes >= diesAt) die(this, given[0]);
        return Reflect.apply(operation, this, given);
      },
    });
  }
}

function die(file: unknown, bytes: unknown): void {
  if (file instanceof Deno.FsFile && bytes instanceof Uint8Array) {
    writeSync.call(file, bytes.subarray(0, Math.ceil(bytes.byteLength / 2)));
  }
  Deno.kill(Deno.pid, "SIGKILL");
}
