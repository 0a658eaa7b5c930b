import assert from "node:assert/strict";
import { EXIT, exitCode } from "../../../src/cli/output/exit_code.ts";
import { UsageError } from "../../../src/cli/usage_error.ts";
import { SourceError } from "../../../src/pipeline/source_error.ts";
import { StageError, type StageName } from "../../../src/pipeline/stage_error.ts";
import { TargetsError } from "../../../src/pipeline/target.ts";
import { TagExistsError } from "../../../src/store/store.ts";

Deno.test("EXIT has the codes that scripts rely on", () => {
  assert.deepEqual(EXIT, { done: 0, failed: 1, usage: 2, partial: 3, interrupted: 130, closed: 141 });
});

const inStage = (stage: StageName, cause: unknown): StageError => new StageError(stage, "plugin", cause);
const targets = (done: readonly string[]): TargetsError => new TargetsError([new Error("x")], done, ["oci://b/x"]);

const refused = (done: readonly string[]): TargetsError => {
  const digest = `sha256:${"0".repeat(64)}` as const;
  return new TargetsError([inStage("tag", new TagExistsError("oci://b/x", "1.0.0", { existing: digest }))], done, [
    "oci://b/x",
  ]);
};

const CODES: readonly (readonly [what: string, error: unknown, code: number])[] = [
  ["a usage error", new UsageError("x"), 2],
  ["an error in collect", inStage("collect", new SourceError("x")), 2],
  ["an error in filter", inStage("filter", new SourceError("x")), 2],
  ["an error in archive", inStage("archive", new Error("x")), 2],
  ["an error in annotate", inStage("annotate", new RangeError("x")), 2],
  ["an error in upload", inStage("upload", new Error("x")), 1],
  ["an error in tag", inStage("tag", new Error("x")), 1],
  ["an upload that failed for every target", inStage("upload", targets([])), 1],
  [
    "an upload that failed for one of two targets, so that none has a tag",
    inStage("upload", targets(["oci://a/x"])),
    1,
  ],
  ["tags of which some may be set in a target that failed", inStage("tag", targets([])), 3],
  ["an immutable tag that would have had to move, and nothing else was tagged", inStage("tag", refused([])), 1],
  ["an immutable tag that would have had to move in one of two targets", inStage("tag", refused(["oci://a/x"])), 3],
  [
    "a signature that one of two targets did not take, so that none has a tag",
    inStage("tag", new TargetsError([inStage("upload", new Error("x"))], ["oci://a/x"], ["oci://b/x"])),
    1,
  ],
  ["tags that are in one of two targets", inStage("tag", targets(["oci://a/x"])), 3],
  ["an error of no stage", new Error("x"), 1],
  ["a targets error of no stage", targets(["oci://a/x"]), 1],
  ["what is no error", "x", 1],
];

for (const [what, error, code] of CODES) {
  Deno.test(`exitCode() gives ${code} for ${what}`, () => {
    assert.equal(exitCode(error, new AbortController().signal), code);
  });
}

Deno.test("exitCode() gives 130 for any error when the user interrupted", () => {
  const signal = AbortSignal.abort();
  for (const [, error] of CODES) assert.equal(exitCode(error, signal), 130);
});
