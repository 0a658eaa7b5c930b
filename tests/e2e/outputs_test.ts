/** Standard output and standard error that cannot be written: what was asked for is done, and the exit code says it. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { GANTRY } from "../support/processes/gantry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { runTool, type ToolResult } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";

const isLinux = Deno.build.os === "linux";

/** Runs a shell's command line in which `gantry` is gantry. */
async function shell(line: string, cwd: string): Promise<ToolResult> {
  const script = `gantry() { ${GANTRY.map((word) => `'${word}'`).join(" ")} "$@"; }\n${line}`;
  return await runTool("bash", ["-c", script], { cwd });
}

async function withSource(body: (path: string) => Promise<void>): Promise<void> {
  await using directory = await tempDirectory();
  await writeTree(directory.path, { "source/a.txt": "a\n" });
  await body(directory.path);
}

Deno.test({
  name: "push publishes and prints the digest when standard error is a full disk, and ends with 1",
  ignore: !isLinux,
  fn: () =>
    withSource(async (path) => {
      const { code, stdout } = await shell("gantry push source oci-layout:out:x 2>/dev/full", path);
      assert.equal(code, 1);
      assert.match(stdout, /^oci-layout:out@sha256:[0-9a-f]{64}$/m);
      assert.equal((await shell("gantry list oci-layout:out --all", path)).code, 0);
    }),
});

const FAILING: readonly (readonly [line: string, code: number])[] = [
  ["pull oci-layout:none:x into", 1],
  ["nonsense", 2],
  ["push --bogus", 2],
  ["", 2],
  ["plugin info", 2],
];

for (const [line, code] of FAILING) {
  Deno.test({
    name: `gantry ${line} ends with ${code} when standard error is a full disk`,
    ignore: !isLinux,
    fn: () => withSource(async (path) => assert.equal((await shell(`gantry ${line} 2>/dev/full`, path)).code, code)),
  });
}

for (const line of ["push source oci-layout:out:x -o json", "plan source", "version", "help", "schema", "--version"]) {
  Deno.test({
    name: `gantry ${line} says that standard output is a full disk, and ends with 1`,
    ignore: !isLinux,
    fn: () =>
      withSource(async (path) => {
        const { code, stderr } = await shell(`gantry ${line} >/dev/full`, path);
        assert.equal(code, 1, stderr);
        assert.match(stderr, /^error: Cannot write to standard output: no space left on device$/m);
      }),
  });
}

Deno.test({
  name: "push keeps the digest in a file when standard output is a full disk",
  ignore: !isLinux,
  fn: () =>
    withSource(async (path) => {
      const { code } = await shell("gantry push source oci-layout:out:x --digest-file digest >/dev/full", path);
      assert.equal(code, 1);
      assert.match(await Deno.readTextFile(join(path, "digest")), /^sha256:[0-9a-f]{64}\n$/);
    }),
});

Deno.test("gantry ends as by a SIGPIPE, and says nothing, when nobody reads standard output", () =>
  withSource(async (path) => {
    const { stdout, stderr } = await shell("gantry plan source | true; echo ${PIPESTATUS[0]}", path);
    assert.equal(stdout, "141\n");
    assert.doesNotMatch(stderr, /error/);
  }));

Deno.test("a push goes on when nobody reads standard error, and ends with 1", () =>
  withSource(async (path) => {
    const line = "{ gantry push source oci-layout:out:x 2>&3; echo $? >code; } 3> >(true)";
    const { stdout } = await shell(`${line}; cat code`, path);
    assert.match(stdout, /^oci-layout:out@sha256:[0-9a-f]{64}\n1\n$/);
  }));
