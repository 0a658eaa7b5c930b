import { tool } from "../support/tools.ts";
import { type TempDirectory, tempDirectory } from "../support/temp_directory.ts";

/** A small file system of its own, which can be filled up and made read-only. */
export interface Mount extends TempDirectory {
  /** Lets nobody write to it any more, not even root. */
  makeReadOnly(): Promise<void>;
  /** Makes it larger. */
  grow(size: string): Promise<void>;
}

/**
 * Declares a test that needs a file system of its own, which only root may mount. Elsewhere it is ignored, and its name
 * says why; in CI, which sets `GANTRY_REQUIRE_TOOLS`, it fails instead.
 *
 * @param size How large the file system is, as `mount` takes it.
 */
export function mountTest(name: string, size: string, body: (mount: Mount) => Promise<void>): void {
  const isPossible = canMount();
  if (!isPossible && Deno.env.get("GANTRY_REQUIRE_TOOLS") !== "1") {
    return Deno.test({ name: `${name} (ignored: cannot mount a tmpfs here)`, ignore: true, fn: () => {} });
  }
  Deno.test(name, async () => {
    if (!isPossible) throw new Error("Cannot run: cannot mount a tmpfs here");
    await using directory = await tempDirectory();
    const { path } = directory;
    await tool("mount", ["-t", "tmpfs", "-o", `size=${size}`, "tmpfs", path]);
    try {
      const remount = async (option: string): Promise<void> =>
        void await tool("mount", ["-o", `remount,${option}`, path]);
      await body({ ...directory, makeReadOnly: () => remount("ro"), grow: (size) => remount(`size=${size}`) });
    } finally {
      await tool("umount", [path]);
    }
  });
}

let possible: boolean | undefined;

function canMount(): boolean {
  return possible ??= tryMount();
}

function tryMount(): boolean {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const path = Deno.makeTempDirSync({ prefix: "gantry-test-" });
  const run = (command: string, ...args: readonly string[]): boolean =>
    new Deno.Command(command, { args: [...args], stdout: "null", stderr: "null" }).outputSync().success;
  try {
    return run("mount", "-t", "tmpfs", "tmpfs", path) && run("umount", path);
  } catch {
    return false;
  } finally {
    Deno.removeSync(path);
  }
}
