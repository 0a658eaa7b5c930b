/**
 * Loaded before a program: kills its process, so that it cannot clean up, when it is about to make its
 * `GANTRY_DIES_AT`-th change to the file system. Of bytes to be written, the first half is. So a test reaches every
 * moment of a run on any machine, however fast or busy.
 *
 * A program that lives on writes its changes, as JSON, to the file `GANTRY_TELLS_CHANGES`.
 */

/** A change to the file system, the demand that earlier ones shall be on the disk, or a word to standard output. */
export interface Change {
  /** The name of Deno's function, without "Sync". */
  readonly what: string;
  /** What it was given, and for a file that is open its path. */
  readonly paths: readonly string[];
  /** Whether it was done. */
  done: boolean;
}

const diesAt = Number(Deno.env.get("GANTRY_DIES_AT") ?? Infinity);
const report = Deno.env.get("GANTRY_TELLS_CHANGES");
const { writeTextFileSync } = Deno;
const { writeSync } = Deno.FsFile.prototype;
const changes: Change[] = [];
const open = new WeakMap<object, string>();

const BY_NAME = [
  "chmod",
  "copyFile",
  "link",
  "makeTempDir",
  "mkdir",
  "remove",
  "rename",
  "symlink",
  "writeFile",
  "writeTextFile",
];
for (const what of BY_NAME) watch(Deno, what, (given) => given.filter((each) => typeof each === "string"));
watch(Deno, "open", ([path, options]) => (options as Deno.OpenOptions | undefined)?.write === true && [String(path)]);
for (const what of ["sync", "truncate", "write"]) {
  watch(Deno.FsFile.prototype, what, (_given, file) => [open.get(file as Deno.FsFile) ?? ""]);
}
watch(Deno.stdout, "write", () => ["/dev/stdout"]);

globalThis.addEventListener("unload", () => {
  if (report !== undefined) writeTextFileSync(report, JSON.stringify(changes));
});

/**
 * Watches a function and its twin that waits.
 *
 * @param changed The paths that a call changes; `false` when it is none that changes anything.
 */
function watch(
  owner: object,
  what: string,
  changed: (given: readonly unknown[], self: unknown) => readonly string[] | false,
): void {
  for (const name of [what, `${what}Sync`]) {
    const operation = Reflect.get(owner, name);
    Object.assign(owner, {
      [name](...given: readonly unknown[]): unknown {
        const paths = changed(given, this);
        const change = { what, paths: paths || [], done: false };
        if (paths !== false && changes.push(change) >= diesAt) die(this, given[0]);
        const ended = (result: unknown): unknown => {
          if (result instanceof Deno.FsFile) open.set(result, String(given[0]));
          change.done = true;
          return result;
        };
        const result = Reflect.apply(operation, this, given);
        return result instanceof Promise ? result.then(ended) : ended(result);
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
