import assert from "node:assert/strict";
import { join } from "node:path";
import { SourceError } from "../../../src/pipeline/source_error.ts";
import { file } from "../../../src/plugins/collect/file.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { writeTree } from "../../support/tree.ts";
import { collectContext, collected, describeEntries } from "./collect_support.ts";

Deno.test("file() gives one entry by the source's last name, or by the name given", async () => {
  await using root = await tempDirectory();
  await writeTree(root.path, { "d/run.sh": "#!/bin/sh" });
  const source = { location: join(root.path, "d/run.sh") };
  const entries = await collected(file(), {}, source, collectContext());
  assert.deepEqual(await describeEntries(entries), ["run.sh* = #!/bin/sh"]);
  const named = await collected(file(), { name: "x/y" }, source, collectContext());
  assert.deepEqual(await describeEntries(named), ["x/y* = #!/bin/sh"]);
});

Deno.test("file() takes what lies beside the source where it is asked to, and is not there by chance", async () => {
  await using root = await tempDirectory();
  await writeTree(root.path, { "a.tgz": "a", "a.tgz.prov": "p", "b.tgz": "b" });
  const take = async (name: string): Promise<readonly string[]> => {
    const source = { location: join(root.path, name) };
    return await describeEntries(await collected(file({ beside: [".prov"] }), {}, source, collectContext()));
  };
  assert.deepEqual(await take("a.tgz"), ["a.tgz = a", "a.tgz.prov = p"]);
  assert.deepEqual(await take("b.tgz"), ["b.tgz = b"]);
  await Deno.mkdir(join(root.path, "b.tgz.prov"));
  await assert.rejects(take("b.tgz"), { name: "SourceError", message: 'Cannot publish "b.tgz.prov": it is no file' });
});

Deno.test("file() takes a symbolic link for the file that it points to", async () => {
  await using root = await tempDirectory();
  await writeTree(root.path, { "real": "content" });
  await Deno.symlink("real", join(root.path, "link"));
  const entries = await collected(file(), {}, { location: join(root.path, "link") }, collectContext());
  assert.deepEqual(await describeEntries(entries), ["link = content"]);
});

for (
  const [location, message] of [
    ["/dev/null", 'Cannot read "/dev/null" as a file: it is a device'],
    ["/", 'Cannot read "/" as a file: it is a directory'],
    ["/nowhere/at/all", 'Cannot read "/nowhere/at/all": there is no such file or directory'],
  ] as const
) {
  Deno.test(`file() refuses ${location}`, async () => {
    await assert.rejects(
      collected(file(), {}, { location }, collectContext()),
      (error) => error instanceof SourceError && error.message === message,
    );
  });
}
