/** The page about exec plugins is right: its example runs, and its tables have what there is. */
import assert from "node:assert/strict";
import { METADATA } from "../../../src/plugins/exec/protocol.ts";
import { toolTest } from "../../support/tools.ts";
import { writeProgram } from "../../support/script.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runExec, textContent } from "./exec_support.ts";

const PAGE = await Deno.readTextFile(new URL("../../../docs/exec-plugins.md", import.meta.url));
const PACKED = {
  source: { location: "." },
  entries: [],
  dropped: [],
  archive: { profile: "generic", config: textContent("{}"), layers: [textContent("12345"), textContent("1")] },
};

toolTest("the example in docs/exec-plugins.md is a gate that works", ["jq"], async () => {
  const script = /^```sh\n(.*?)^```$/ms.exec(PAGE)?.[1];
  assert.ok(script !== undefined, "there is no shell script in the page");
  await using directory = await tempDirectory();
  const program = `${directory.path}/size_gate.sh`;
  await writeProgram(program, script);
  const run = (options: unknown): ReturnType<typeof runExec> =>
    runExec(PACKED, { program, options, env: { PATH: Deno.env.get("PATH") ?? "" } });
  assert.deepEqual(await run({ maxBytes: 5 }), {
    output: undefined,
    lines: ["info acme:size-gate: The largest layer has 5 bytes"],
    texts: {},
  });
  await assert.rejects(run({ maxBytes: 4 }), {
    code: "TOO_LARGE",
    message: "The largest layer has 5 bytes, 4 are allowed",
    hint: "leave out what is not needed, or raise maxBytes",
  });
  await assert.rejects(run({ maxBites: 4 }), /unknown option of plugin acme:size-gate, did you mean "maxBytes"\?/);
});

Deno.test("docs/exec-plugins.md has a row for each field of the metadata", () => {
  const section = PAGE.slice(PAGE.indexOf("## Metadata"), PAGE.indexOf("## The request"));
  const rows = [...section.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]);
  assert.deepEqual(rows, Object.keys(METADATA.shape));
});
