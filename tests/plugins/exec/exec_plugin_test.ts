import type { Companion } from "../../../src/pipeline/plugin.ts";
import assert from "node:assert/strict";
import { PluginError } from "../../../src/pipeline/plugin_error.ts";
import { digestOf } from "../../../src/oci/digest.ts";
import { execPlugin } from "../../../src/plugins/exec/exec_plugin.ts";
import { requestSchema } from "../../../src/plugins/exec/protocol_json_schemas.ts";
import type { ExecStage, Metadata } from "../../../src/plugins/exec/protocol.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeScript } from "../../support/script.ts";
import { directoryEntry, METADATA, runExec, textContent, textEntry, writeProgram } from "./exec_support.ts";

const ENTRIES = [
  directoryEntry("a"),
  textEntry("a/b.yaml", "kind: Secret\n"),
  textEntry("run.sh", "#!/bin/sh\n", true),
];
const CONFIG = textContent("{}", "application/vnd.oci.empty.v1+json");
const LAYER = textContent("layer");
const SELECTED = { source: { location: "deploy" }, entries: ENTRIES, dropped: [{ path: "x", reason: "*.x" }] };
const PACKED = { ...SELECTED, archive: { profile: "generic", config: CONFIG, layers: [LAYER] } };
const ARTIFACT = { ...PACKED, annotations: { a: { value: "1", from: "-a" } }, manifest: textContent("manifest") };
const RECEIPT = { url: "oci://r/a", uploaded: [LAYER.descriptor], existing: [CONFIG.descriptor], bytesSent: 5 };
const UPLOADED = { ...ARTIFACT, tags: [{ name: "1.0.0", immutable: true }], receipts: [RECEIPT] };
const DIGEST = digestOf(new Uint8Array());
/** What each stage gets. */
const INPUTS: { readonly [S in ExecStage]: unknown } = {
  "collect": { location: "deploy" },
  "filter": { entries: ENTRIES },
  "archive": { entries: ENTRIES },
  "annotate": { entries: ENTRIES, config: CONFIG.descriptor, layers: [LAYER.descriptor], known: ARTIFACT.annotations },
  "tag": { digest: DIGEST, annotations: ARTIFACT.annotations },
  "before:collect": { location: "deploy" },
  "after:collect": { source: SELECTED.source, entries: ENTRIES },
  "before:filter": { source: SELECTED.source, entries: ENTRIES },
  "after:filter": SELECTED,
  "before:archive": SELECTED,
  "after:archive": PACKED,
  "before:annotate": PACKED,
  "after:annotate": ARTIFACT,
  "before:upload": ARTIFACT,
  "after:upload": UPLOADED,
  "before:tag": UPLOADED,
  "after:tag": { ...ARTIFACT, published: [{ ...RECEIPT, tags: [{ tag: "1.0.0" }, { tag: "latest", from: DIGEST }] }] },
};
const OUT = String.raw`out=$(sed 's/.*"outputDirectory":"\([^"]*\)".*/\1/')`;

for (const stage of Object.keys(INPUTS) as ExecStage[]) {
  Deno.test(`execPlugin() sends a request at ${stage} that the schema of the request takes`, async () => {
    await using directory = await tempDirectory();
    const { output } = await runExec(INPUTS[stage], {
      metadata: { stage, files: true, blobs: true },
      script: [`cat > '${directory.path}/request'`, `printf '{"skipped":"nothing to do"}'`],
      host: { sourceDate: new Date("2026-01-02T03:04:05Z") },
    });
    assert.equal(output, undefined);
    const request = JSON.parse(await Deno.readTextFile(`${directory.path}/request`));
    const result = requestSchema(stage).safeParse(request);
    assert.ok(result.success, JSON.stringify(result.error?.issues));
    assert.equal(request.context.sourceDate, "2026-01-02T03:04:05.000Z");
  });
}

Deno.test("execPlugin() gives entries as a tree of files that only the user can read, and removes it", async () => {
  const { lines } = await runExec({ entries: ENTRIES }, {
    metadata: { stage: "filter", files: true },
    script: [
      String.raw`cd "$(sed 's/.*"filesDirectory":"\([^"]*\)".*/\1/')"`,
      "pwd >&2",
      "find . | sort | xargs stat -c '%a %n' >&2",
      "grep -rl 'kind: Secret' . >&2",
      `printf '{"output":{"drop":[]}}'`,
    ],
  });
  const [where = "", ...rest] = lines.map((line) => line.replace("info acme:gate: ", ""));
  assert.deepEqual(rest, ["700 .", "700 ./a", "600 ./a/b.yaml", "700 ./run.sh", "./a/b.yaml"]);
  await assert.rejects(Deno.stat(where), Deno.errors.NotFound);
});

Deno.test("execPlugin() writes no files when the program did not ask for them", async () => {
  const { lines } = await runExec(PACKED, { script: ["cat >&2", "printf '{}'"] });
  const request = JSON.parse((lines[0] ?? "").replace("info acme:gate: ", ""));
  assert.deepEqual(request.input.entries[1], { path: "a/b.yaml", kind: "file", executable: false, size: 13 });
  assert.equal(request.context.filesDirectory, undefined);
});

Deno.test("execPlugin() makes entries of the files that a program wrote, and keeps those that it names", async () => {
  const entries = `[{"path":"run.sh"},{"path":"new.txt","file":"n"},{"path":"d","kind":"directory"},` +
    `{"path":"x","file":"'"$out"'/n","executable":true}]`;
  const { output, texts } = await runExec(SELECTED, {
    metadata: { stage: "after:filter" },
    script: [OUT, `printf new > "$out/n"`, `printf '{"output":{"entries":${entries}}}'`],
  });
  const given = (output as { entries: typeof ENTRIES }).entries;
  assert.deepEqual(given.map(({ path, kind, executable, size }) => [path, kind, executable, size]), [
    ["run.sh", "file", true, 10],
    ["new.txt", "file", false, 3],
    ["d", "directory", false, 0],
    ["x", "file", true, 3],
  ]);
  assert.deepEqual(texts, { "run.sh": "#!/bin/sh\n", "new.txt": "new", "d": "", "x": "new" });
});

Deno.test("execPlugin() makes contents of the files that a program wrote, and keeps blobs by their digest", async () => {
  const { output } = await runExec(PACKED, {
    script: [
      OUT,
      `printf sbom > "$out/sbom"`,
      `printf '{"output":{"artifactType":"a/b","layers":[{"digest":"${LAYER.descriptor.digest}"},` +
      `{"file":"sbom","mediaType":"text/spdx","annotations":{"k":"v"}}]}}'`,
    ],
  });
  const { artifactType, layers } = output as { artifactType: string; layers: (typeof LAYER)[] };
  assert.equal(artifactType, "a/b");
  assert.deepEqual(layers.map(({ descriptor }) => descriptor), [LAYER.descriptor, {
    mediaType: "text/spdx",
    annotations: { k: "v" },
    digest: digestOf(new TextEncoder().encode("sbom")),
    size: 4,
  }]);
});

Deno.test("execPlugin() makes referrers", async () => {
  const { output, texts } = await runExec(UPLOADED, {
    metadata: { stage: "after:upload" },
    script: [
      OUT,
      `printf scan > "$out/s"`,
      `printf '{"output":{"referrers":[{"artifactType":"a/scan","annotations":{"k":"v"},` +
      `"layers":[{"file":"s","mediaType":"text/plain"}]}]}}'`,
    ],
  });
  const [referrer] = (output as { referrers: { artifactType: string; annotations: unknown }[] }).referrers;
  assert.equal(referrer?.artifactType, "a/scan");
  assert.deepEqual(referrer?.annotations, { k: "v" });
  assert.deepEqual(Object.values(texts), ["scan"]);
});

Deno.test("execPlugin() makes companions", async () => {
  const { output } = await runExec(UPLOADED, {
    metadata: { stage: "before:tag" },
    script: [
      OUT,
      `printf payload > "$out/p"`,
      `printf '{"output":{"companions":[{"ending":"sig",` +
      `"layers":[{"file":"p","mediaType":"text/plain","annotations":{"signature":"s"}}]}]}}'`,
    ],
  });
  const [companion] = (output as { companions: Companion[] }).companions;
  assert.equal(companion?.ending, "sig");
  assert.deepEqual(companion.layers.map(({ descriptor }) => descriptor.annotations), [{ signature: "s" }]);
});

const ANSWERS: readonly (readonly [what: string, script: readonly string[], message: RegExp])[] = [
  [
    "exits with 3",
    ["echo one >&2", "echo two >&2", "exit 3"],
    /failed: it ended with exit code 3; .*:\n {2}\| one\n {2}\| two$/,
  ],
  ["exits with 1 in silence", ["exit 1"], /failed: it ended with exit code 1 and said nothing on standard error$/],
  ["exits with 127", ["no-such-program-anywhere"], /exit code 127 \(a shell's word for a program that it cannot find/],
  ["is killed", ["kill -SEGV $$"], /failed: it was killed by SIGSEGV and said nothing/],
  ["prints nothing", ["exit 0"], /: it wrote nothing to standard output, where one JSON document belongs$/],
  ["prints garbage", [String.raw`printf 'oh\033[31m no'`], /: it is not one JSON document: "oh\\u001b\[31m no"$/],
  ["prints more garbage than is shown", ["printf '%0300d' 7"], /: it is not one JSON document: "0{200}"…$/],
  ["prints two documents", ["printf '{}{}'"], /: it is not one JSON document: "\{\}\{\}"$/],
  ["says two things", [`printf '{"skipped":"x","failed":{"code":"A","message":"b"}}'`], /: it says more than one of /],
  ["says an unknown thing", [`printf '{"outputs":{}}'`], /: outputs is not known here, did you mean "output"\?$/],
  [
    "gives what belongs in the output",
    [`printf '{"layers":[]}'`],
    /: layers belongs in "output": \{"output":\{"layers":…\}\}$/,
  ],
  [
    "says a wrong thing",
    [`printf '{"output":{"layers":[{"file":3,"mediaType":"a/b"}]}}'`],
    /: output\.layers\[0\]\.file must be a string, not a number$/,
  ],
  [
    "names a file that is not there",
    [`printf '{"output":{"layers":[{"file":"no","mediaType":"a/b"}]}}'`],
    /: the file "no" is not in the output directory$/,
  ],
  [
    "names a file elsewhere",
    [`printf '{"output":{"layers":[{"file":"/etc/passwd","mediaType":"a/b"}]}}'`],
    /: the file "\/etc\/passwd" is not in the output directory$/,
  ],
  ["names a link to elsewhere", [
    OUT,
    `ln -s /etc/passwd "$out/l"`,
    `printf '{"output":{"layers":[{"file":"l","mediaType":"a/b"}]}}'`,
  ], /: the file "l" is not in the output directory$/],
  [
    "names a directory",
    [OUT, `mkdir "$out/d"`, `printf '{"output":{"layers":[{"file":"d","mediaType":"a/b"}]}}'`],
    /: the file "d" is not a file$/,
  ],
  ["says a wrong digest", [
    OUT,
    `printf x > "$out/f"`,
    `printf '{"output":{"layers":[{"file":"f","mediaType":"a/b","digest":"${DIGEST}"}]}}'`,
  ], /: the file "f" has the digest sha256:2d711642[0-9a-f]+, not sha256:e3b0c442[0-9a-f]+ as it says$/],
  [
    "keeps a blob that it did not get",
    [`printf '{"output":{"layers":[{"digest":"${DIGEST}"}]}}'`],
    /: there was no blob sha256:e3b0c442[0-9a-f]+ before/,
  ],
  ["writes without end", ["yes"], /: it wrote more than 16 MiB to standard output$/],
];

for (const [what, script, message] of ANSWERS) {
  Deno.test(`execPlugin() names the program when it ${what}`, async () => {
    await assert.rejects(runExec(PACKED, { script }), (error) => {
      assert.ok(error instanceof PluginError, String(error));
      assert.match(error.message, message);
      assert.match(error.message, /program"/);
      assert.match(error.code, /^EXEC_(?:FAILED|ANSWER)$/);
      return true;
    });
  });
}

Deno.test("execPlugin() ends the run as the program says, with code, hint and path", async () => {
  const script = [`printf '{"failed":{"code":"TOO_LARGE","message":"a is too large","hint":"shrink it","path":"a"}}'`];
  await assert.rejects(runExec(PACKED, { script }), {
    name: "PluginError",
    code: "TOO_LARGE",
    message: "a is too large",
    hint: "shrink it",
    path: "a",
    plugin: "acme:gate",
    stage: "after:archive",
  });
});

Deno.test("execPlugin() shows results, and fails on an error among them whatever else is said", async () => {
  const warning = `{"severity":"warning","message":"old","code":"OLD","path":"a.yaml","hint":"renew it"}`;
  const { lines } = await runExec(PACKED, {
    script: [`printf '{"results":[{"severity":"info","message":"seen"},${warning}]}'`],
  });
  assert.deepEqual(lines, ["info acme:gate: seen", "warn acme:gate: a.yaml: old (OLD); renew it"]);
  const script = [`printf '{"skipped":"x","results":[{"severity":"error","message":"bad","path":"b.yaml"}]}'`];
  await assert.rejects(runExec(PACKED, { script }), {
    code: "EXEC_FAILED",
    message: "bad",
    path: "b.yaml",
  });
});

Deno.test("execPlugin() refuses an output where a stage has none", async () => {
  const script = [`printf '{"output":{}}'`];
  const run = runExec(INPUTS["after:tag"], { metadata: { stage: "after:tag" }, script });
  await assert.rejects(run, /: it gives an "output", and at after:tag there is none$/);
});

Deno.test("execPlugin() gives a program a small environment that is the same everywhere, and what it declared", async () => {
  const env = {
    PATH: "/usr/bin:/bin",
    HOME: "/h",
    TMPDIR: "/tmp",
    TOKEN: "t",
    SECRET: "s",
    LANG: "de_DE",
    TZ: "Asia/Tokyo",
  };
  const { lines } = await runExec(PACKED, {
    metadata: { env: ["TOKEN", "NOT_SET"] },
    script: ["env | grep -v '^PWD=' | sort >&2", "printf '{}'"],
    env,
    host: { sourceDate: new Date(1_767_323_045_999) },
  });
  assert.deepEqual(lines.map((line) => line.replace("info acme:gate: ", "")), [
    "HOME=/h",
    "LANG=C.UTF-8",
    "LC_ALL=C.UTF-8",
    "PATH=/usr/bin:/bin",
    "SOURCE_DATE_EPOCH=1767323045",
    "TMPDIR=/tmp",
    "TOKEN=t",
    "TZ=UTC",
  ]);
});

Deno.test("execPlugin() checks options by the program's schema, strictly, and fills in defaults", async () => {
  const optionsSchema = {
    type: "object",
    properties: { max: { type: "integer", default: 5 }, dir: { type: "string" } },
  };
  const script = [String.raw`sed 's/.*"options":\({[^}]*}\).*/\1/' >&2`, "printf '{}'"];
  const { lines } = await runExec(PACKED, {
    metadata: { optionsSchema },
    script,
    options: { dir: "d" },
  });
  assert.deepEqual(lines, [`info acme:gate: {"max":5,"dir":"d"}`]);
  const wrong = (options: unknown): Promise<unknown> =>
    runExec(PACKED, { metadata: { optionsSchema }, script, options });
  await assert.rejects(wrong({ maxx: 1 }), /maxx: unknown option of plugin acme:gate, did you mean "max"\?/);
  await assert.rejects(wrong({ max: "1" }), /max: must be a number, not a text|max: must be/);
  await assert.rejects(
    runExec(PACKED, { script, options: { max: 1 } }),
    /max: unknown option of plugin acme:gate/,
  );
});

const METADATA_PROBLEMS: readonly (readonly [metadata: unknown, message: RegExp])[] = [
  ["", /: it wrote nothing to standard output/],
  ["hello", /: it is not one JSON document: "hello\\n"$/],
  [{}, /: protocol is missing$/],
  [{ protocol: [1] }, /: stage is missing$/],
  [{ protocol: [1], stage: "filter", version: "1.0.0" }, /: name is missing$/],
  [{ ...METADATA, protocol: [2, 3] }, /: it speaks version 2 and 3 of the exec protocol, gantry speaks 1$/],
  [{ ...METADATA, protocol: 1 }, /: protocol must be a list, not a number$/],
  [{ ...METADATA, stage: "upload" }, /: a program cannot stand at "upload", which is more than one question/],
  [{ ...METADATA, stage: "filtr" }, /: its "stage" is "filtr", did you mean "filter"\?$/],
  [{ ...METADATA, stage: "xyz" }, /: its "stage" is "xyz"; there are collect, filter, archive, annotate and tag, and /],
  [{ ...METADATA, inPlan: "skp" }, /: inPlan must be "run" or "skip", did you mean "skip"\?$/],
  [{ ...METADATA, optionSchema: {} }, /: optionSchema is not known here, did you mean "optionsSchema"\?$/],
  [{ ...METADATA, env: ["A=B"] }, /: env\[0\] must be the name of an environment variable$/],
  [{ ...METADATA, optionsSchema: { type: "object", if: {} } }, /: "optionsSchema": the keyword "if" is not supported/],
];

for (const [metadata, message] of METADATA_PROBLEMS) {
  Deno.test(`execPlugin() refuses the metadata ${JSON.stringify(metadata).slice(0, 90)}`, async () => {
    await using directory = await tempDirectory();
    const program = await writeProgram(directory.path, metadata);
    await assert.rejects(load(program), (error) => {
      assert.ok(error instanceof PluginError);
      assert.equal(error.code, "PLUGIN_INVALID");
      assert.ok(error.message.startsWith(`Cannot use the metadata of "${program}": `), error.message);
      assert.match(error.message, message);
      return true;
    });
  });
}

Deno.test("a program that drops without a reason is told as any other plugin is", async () => {
  const run = (answer: string) =>
    runExec(INPUTS.filter, { metadata: { stage: "filter" }, script: [`printf '${answer}'`] });
  await assert.rejects(run('{"drop":[]}'), /: drop belongs in "output": \{"output":\{"drop":…\}\}$/);
  await assert.rejects(run('{"output":{"drop":[{"path":"a"}]}}'), /: output\.drop\[0\]\.reason is missing$/);
  await assert.rejects(run('{"output":{"drops":[]}}'), /output\.drops is not known here, did you mean "drop"\?$/);
  await assert.rejects(run("[]"), /: it must be an object, not a list$/);
});

Deno.test("execPlugin() repeats what a program said when it says no metadata", async () => {
  await using directory = await tempDirectory();
  const program = await writeScript(directory.path, "broken", "echo 'usage: broken FILE' >&2", "exit 2");
  await assert.rejects(load(program), /: it ended with exit code 2; .*:\n {2}\| usage: broken FILE$/);
});

Deno.test("execPlugin() gives up a program that does not say its metadata in time, and what it started", async () => {
  await using directory = await tempDirectory();
  const program = await writeScript(directory.path, "slow", "exec sleep 600");
  await assert.rejects(load(program, 50), /Cannot ask ".*slow" for its metadata: it did not end within 0\.05 s$/);
});

function load(program: string, limit?: number): ReturnType<typeof execPlugin> {
  return execPlugin(program, {
    base: "/",
    env: () => "/usr/bin:/bin",
    signal: new AbortController().signal,
    ...(limit === undefined ? {} : { limit }),
  });
}

Deno.test("execPlugin() takes metadata of programs that speak later versions as well", async () => {
  const metadata: Metadata = { ...METADATA, protocol: [1, 2], description: "Says no.", inPlan: "skip" };
  const { output } = await runExec(PACKED, { metadata, script: ["printf '{}'"] });
  assert.equal(output, undefined);
});
