import assert from "node:assert/strict";
import { resolve } from "node:path";
import fc from "fast-check";
import type { Config } from "../../../src/cli/config/config_schema.ts";
import { rebaseConfig } from "../../../src/cli/config/rebase_config.ts";
import { parseReference } from "../../../src/oci/reference.ts";

const CASES: readonly (readonly [what: string, directory: string, config: Config, rebased: Config])[] = [
  ["paths of a file in a directory", "deploy", { source: "./app", ignoreFile: "../x", stdinName: "y" }, {
    source: "deploy/app",
    ignoreFile: "x",
    stdinName: "y",
  }],
  ["paths of a file above", "../..", { source: "app" }, { source: "../../app" }],
  ["nothing of a file in the current directory", ".", { source: "./app", targets: ["oci-layout:./dist"] }, {
    source: "./app",
    targets: ["oci-layout:./dist"],
  }],
  ["nothing of a file in the current directory by another name", `${resolve(".")}/`, { source: "./app" }, {
    source: "./app",
  }],
  ["no absolute path", "deploy", { source: "/app", ignoreFile: "/x", targets: ["oci-layout:/dist:1.0"] }, {
    source: "/app",
    ignoreFile: "/x",
    targets: ["oci-layout:/dist:1.0"],
  }],
  ["no standard input", "deploy", { source: "-" }, { source: "-" }],
  ["layouts and archives, but no registry", "deploy", {
    targets: ["oci://ghcr.io/acme/app:1.0", "oci-layout:./dist/app", "oci-archive:../app.tar:1.0"],
  }, {
    targets: ["oci://ghcr.io/acme/app:1.0", "oci-layout:deploy/dist/app", "oci-archive:app.tar:1.0"],
  }],
  ["the layout of a base image", "deploy", { base: "oci-layout:./base:1" }, { base: "oci-layout:deploy/base:1" }],
  ["files and programs of plugins, and no names", "deploy", {
    pipeline: {
      filter: ["ignore", "./a.ts", ["../b.ts", { x: "./y" }], { use: "./c/d.ts", id: "d" }, "/e.ts", "plugins/f.ts"],
      annotate: ["npm:@acme/x@1", "jsr:@acme/x", "exec:scan", "exec:./scan.sh", "exec:bin/scan", "exec:/bin/scan"],
      custom: [{ after: "archive", use: "exec:../scan.sh" }],
    },
  }, {
    pipeline: {
      filter: [
        "ignore",
        "./deploy/a.ts",
        ["./b.ts", { x: "./y" }],
        { use: "./deploy/c/d.ts", id: "d" },
        "/e.ts",
        "./deploy/plugins/f.ts",
      ],
      annotate: [
        "npm:@acme/x@1",
        "jsr:@acme/x",
        "exec:scan",
        "exec:./deploy/scan.sh",
        "exec:./deploy/bin/scan",
        "exec:/bin/scan",
      ],
      custom: [{ after: "archive", use: "exec:./scan.sh" }],
    },
  }],
  ["plugins of a file above", "..", { pipeline: { filter: ["./a.ts"] } }, { pipeline: { filter: ["../a.ts"] } }],
  ["a layout in a directory with an @ in its name", "de@ploy", { targets: ["oci-layout:.:1.0", "oci-layout:a@b"] }, {
    targets: ["oci-layout:de@ploy/:1.0", "oci-layout:de@ploy/a@b"],
  }],
  ["a layout in a directory with a colon in its name", "de:ploy", { targets: ["oci-layout:.", "oci-layout:.:1.0"] }, {
    targets: ["oci-layout:de:ploy/", "oci-layout:de:ploy/:1.0"],
  }],
];

for (const [what, directory, config, rebased] of CASES) {
  Deno.test(`rebaseConfig() rebases ${what}`, () => assert.deepEqual(rebaseConfig(config, directory), rebased));
}

Deno.test("rebaseConfig() lets a target name the same place, tag and digest from the current directory", () => {
  const name = fc.stringMatching(/^[a-z:@.]{1,6}$/);
  const digest = `@sha256:${"0".repeat(64)}`;
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(".", "..", "./", "a/b", "../a@b/", "a@b/..", "c:d/", "x.tar"),
      fc.constantFrom("", ":1.0", digest, `:1.0${digest}`),
      (directories, path, names) => {
        const directory = directories.join("/");
        const [target] = rebaseConfig({ targets: [`oci-layout:${path}${names}`] }, directory).targets ?? [];
        const before = parseReference(`oci-layout:${path}${names}`);
        const after = parseReference(target ?? "");
        assert.ok(before.kind === "oci-layout" && after.kind === "oci-layout");
        assert.deepEqual([after.tag, after.digest], [before.tag, before.digest]);
        assert.equal(resolve(after.path), resolve(directory, before.path));
      },
    ),
    { numRuns: 300 },
  );
});
