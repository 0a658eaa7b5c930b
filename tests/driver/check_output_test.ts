import assert from "node:assert/strict";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import { PluginError } from "../../src/pipeline/plugin_error.ts";
import type { Stage } from "../../src/pipeline/plugin.ts";
import { fakeContext, fakePlugin, fileEntry, SOURCE, stageErrorOf } from "../pipeline/fakes.ts";

const ENTRY = fileEntry("a");
const BLOB = bytesContent("text/plain", new TextEncoder().encode("x"));

/** What each place takes. */
const RIGHT: Readonly<Record<string, readonly unknown[]>> = {
  collect: [{ entries: [] }, { entries: [ENTRY] }],
  filter: [{ drop: [] }, { drop: [{ path: "a", reason: "b" }] }, { skipped: "nothing to do" }],
  archive: [{ layers: [BLOB] }, { artifactType: "a/b", config: BLOB, layers: [BLOB, BLOB] }],
  annotate: [{ set: {} }, { set: { a: "", b: { value: "", from: "x" } } }],
  tag: [{ tags: [] }, { tags: ["a", { name: "b", immutable: true }] }],
  "before:collect": [undefined, {}],
  "after:collect": [undefined, {}, { entries: [ENTRY] }],
  "before:archive": [undefined, { entries: [] }],
  "after:archive": [undefined, { layers: [BLOB] }],
  "after:annotate": [undefined],
  "after:upload": [undefined, { referrers: [] }, { referrers: [{ artifactType: "a/b", layers: [BLOB] }] }],
  "after:tag": [undefined],
};

for (const [stage, outputs] of Object.entries(RIGHT)) {
  Deno.test(`a plugin of ${stage} may give ${outputs.length} kinds of results`, async () => {
    for (const output of outputs) await run(stage as Stage, output);
  });
}

const WRONG: readonly (readonly [stage: Stage, output: unknown, problem: string, path?: string])[] = [
  ["filter", undefined, "it is missing", ""],
  ["filter", null, "it must be an object, not null", ""],
  ["filter", "a", "it must be an object, not a string", ""],
  ["filter", {}, "drop is missing", "drop"],
  ["filter", { drops: [] }, 'drops is not known here, did you mean "drop"?', "drops"],
  ["filter", { drop: [], more: 1 }, "more is not known here", "more"],
  ["filter", { drop: "a" }, "drop must be a list, not a string", "drop"],
  ["filter", { drop: ["a"] }, "drop[0] must be an object, not a string", "drop[0]"],
  [
    "filter",
    { drop: [...Array.from({ length: 3 }, () => ({ path: "a", reason: "b" })), { path: 7, reason: "b" }] },
    "drop[3].path must be a string, not a number",
    "drop[3].path",
  ],
  ["filter", { drop: [{ path: "a" }] }, "drop[0].reason is missing", "drop[0].reason"],
  ["filter", { drop: [{ path: "", reason: "b" }] }, "drop[0].path must not be empty", "drop[0].path"],
  ["filter", { drop: [{ path: "a", reasn: "b" }] }, 'drop[0].reasn is not known here, did you mean "reason"?'],
  ["filter", { skipped: true }, "skipped must be the reason, not true", "skipped"],
  ["filter", { skipped: "" }, "skipped must be the reason, not a string", "skipped"],
  ["collect", { entries: [{ ...ENTRY, kind: "link" }] }, 'entries[0].kind must be "file" or "directory"'],
  ["collect", { entries: [{ ...ENTRY, size: -1 }] }, "entries[0].size must be a whole number from 0"],
  ["collect", { entries: [{ ...ENTRY, size: "1" }] }, "entries[0].size must be a number, not a string"],
  ["collect", { entries: [{ ...ENTRY, open: undefined }] }, "entries[0].open is missing"],
  ["collect", { entries: [{ ...ENTRY, open: "x" }] }, "entries[0].open must be a function"],
  ["annotate", { set: { "a\u001b[31m": "b" } }, "set has a key that has a control character"],
  ["archive", { layers: [] }, "layers must have one at least"],
  [
    "archive",
    { layers: [BLOB], artifactType: "bad type" },
    "artifactType must be a media type, such as application/vnd.acme.config.v1",
  ],
  [
    "archive",
    { layers: [{ ...BLOB, descriptor: { ...BLOB.descriptor, mediaType: "none" } }] },
    "layers[0].descriptor.mediaType must be a media type, such as application/vnd.acme.config.v1",
  ],
  ["collect", { entries: [{ ...ENTRY, path: "../a" }] }, 'entries[0].path "../a" is not a plain relative path'],
  [
    "after:collect",
    { entries: [fileEntry("a/b"), ENTRY] },
    'entries[0].path "a/b" is below "a", which is a file',
  ],
  [
    "archive",
    { layers: [BLOB, { ...BLOB, descriptor: { ...BLOB.descriptor, digest: `sha256:${"0".repeat(64)}` } }] },
    `layers[1].descriptor.digest is sha256:${"0".repeat(64)}, and that of its bytes is ${BLOB.descriptor.digest}`,
  ],
  [
    "archive",
    { layers: [{ ...BLOB, descriptor: { ...BLOB.descriptor, digest: "sha256:1" } }] },
    "layers[0].descriptor.digest must be a digest, such as sha256:9f86d0...",
  ],
  ["archive", { config: "{}", layers: [BLOB] }, "config must be an object, not a string"],
  ["annotate", { set: { a: 1 } }, "set.a must be a string, not a number"],
  ["annotate", { set: { a: { value: "1" } } }, "set.a.from is missing"],
  ["annotate", { set: JSON.parse('{"__proto__":7}') }, "set.__proto__ must be a string, not a number"],
  ["annotate", { set: { "": "x" } }, "set has a key that must not be empty"],
  ["tag", { tags: ["1.0+x"] }, 'tags[0] is no tag: Cannot parse tag "1.0+x": "+" is not allowed in an OCI tag'],
  ["tag", { tags: [{ name: "a" }] }, "tags[0].immutable is missing"],
  ["before:collect", { entries: [] }, "entries is not known here"],
  ["after:collect", [ENTRY], "it must be an object, not a list"],
  ["after:collect", { drop: [] }, "drop is not known here"],
  ["after:annotate", "done", "it must be an object, not a string"],
  ["after:upload", { referrers: [{ layers: [BLOB] }] }, "referrers[0].artifactType is missing"],
  ["before:tag", { companions: [{ ending: "sig", layers: [] }] }, "companions[0].layers must have one at least"],
  ["after:tag", 5, "it must be an object, not a number"],
];

for (const [stage, output, problem, path] of WRONG) {
  Deno.test(`a plugin of ${stage} is blamed: ${problem}`, async () => {
    const error = await stageErrorOf(run(stage, output));
    const { cause } = error;
    assert.ok(cause instanceof PluginError);
    assert.equal(cause.message, `Plugin mine (${stage}) gave a wrong result: ${problem}`);
    assert.deepEqual([error.plugin, cause.code, cause.plugin, cause.stage], ["mine", "PLUGIN_OUTPUT", "mine", stage]);
    if (path !== undefined) assert.equal(cause.path, path);
  });
}

/** Runs a plugin of any stage that gives this. */
async function run(stage: Stage, output: unknown): Promise<unknown> {
  const plugin = fakePlugin<Stage>(stage, "mine", () => output as never, { origin: "./mine.ts" });
  return await plugin.run(SOURCE as never, fakeContext());
}
