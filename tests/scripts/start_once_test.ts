/** What `deno task compile` says of a binary that does not run. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startOnce } from "../../scripts/start_once.ts";
import { VERSION } from "../../src/host/version.ts";
import { writeProgram } from "../support/script.ts";
import { tempDirectory } from "../support/temp_directory.ts";

Deno.test("startOnce() takes a program that says which gantry it is", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "gantry");
  await writeProgram(path, `#!/bin/sh\n[ "$1" = version ] && echo "gantry ${VERSION} (deno)"\n`);
  await startOnce(path, { denort: "/opt/denort" });
});

Deno.test("startOnce() names a runtime that does not fit, this Deno, and what the binary says", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "gantry");
  await writeProgram(path, "#!/bin/sh\necho 'Could not find standalone binary section.' >&2\nexit 1\n");
  await assert.rejects(startOnce(path, { denort: "/opt/denort" }), {
    message: `Cannot start ${path}: DENORT_BIN=/opt/denort does not fit: ` +
      `it must be the denort of Deno ${Deno.version.deno}\nCould not find standalone binary section.`,
  });
  await assert.rejects(startOnce(path, { denort: undefined }), {
    message: `Cannot start ${path}: it was made, but it is not gantry\nCould not find standalone binary section.`,
  });
});

Deno.test("startOnce() says the same of what is no program of this machine", async () => {
  await using directory = await tempDirectory();
  const path = join(directory.path, "gantry");
  await Deno.writeTextFile(path, "no program");
  await assert.rejects(startOnce(path, { denort: "/opt/denort" }), /: DENORT_BIN=\/opt\/denort does not fit: /);
});
