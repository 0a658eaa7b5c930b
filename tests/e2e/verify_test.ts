import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";

const PLAIN = new URL("../../examples/plain/", import.meta.url).pathname;

/** A layout and a tar with the same artifact. */
async function published(directory: string): Promise<{ layout: string; archive: string; digest: string }> {
  const layout = join(directory, "layout");
  const archive = join(directory, "archive.tar");
  const { digest } = await push([PLAIN, `oci-layout:${layout}`, `oci-archive:${archive}`, "--version", "1.2.3"]);
  return { layout, archive, digest };
}

function blobAt(layout: string, digest: string): string {
  return join(layout, "blobs", ...digest.split(":"));
}

Deno.test("verify says that a layout and a tar are whole", async () => {
  await using directory = await tempDirectory();
  const { layout, archive } = await published(directory.path);
  for (const url of [`oci-layout:${layout}`, `oci-archive:${archive}`]) {
    const { stdout, stderr } = await gantryOk(["verify", url]);
    assert.match(stdout, /: whole, 1 manifest, 3 blobs, \d+\.\d KiB\n$/);
    assert.ok(stdout.startsWith(`${url}: `));
    assert.equal(stderr, "");
    const report = JSON.parse((await gantryOk(["verify", url, "-o", "json"])).stdout);
    assert.deepEqual([report.url, report.whole, report.problems], [url, true, []]);
  }
});

Deno.test("verify ends with 1 and names what is wrong and what needs it", async () => {
  await using directory = await tempDirectory();
  const { layout, digest } = await published(directory.path);
  const { layers } = JSON.parse(await Deno.readTextFile(blobAt(layout, digest)));
  await Deno.remove(blobAt(layout, layers[0].digest));
  const { code, stdout, stderr } = await gantry(["verify", `oci-layout:${layout}`]);
  assert.deepEqual([code, stderr], [1, ""]);
  assert.equal(
    stdout.split("\n").slice(0, 2).join("\n").replace(/, \d+ B$/, ""),
    `${layers[0].digest} is missing, needed by ${digest}\noci-layout:${layout}: 1 problem, 1 manifest, 2 blobs`,
  );
  const report = JSON.parse((await gantry(["verify", `oci-layout:${layout}`, "-o", "json"])).stdout);
  assert.deepEqual(report.problems, [{ digest: layers[0].digest, problem: "is missing", neededBy: [digest] }]);
});

Deno.test("verify --repair brings back what was published, and the next push repairs what is damaged", async () => {
  await using directory = await tempDirectory();
  const { layout, digest } = await published(directory.path);
  const { layers } = JSON.parse(await Deno.readTextFile(blobAt(layout, digest)));
  await Deno.writeTextFile(blobAt(layout, layers[0].digest), "damaged");
  await Deno.remove(join(layout, "index.json"));
  const { code, stdout, stderr } = await gantry(["verify", `oci-layout:${layout}`, "--repair"]);
  assert.equal(code, 1);
  assert.ok(stdout.startsWith(`${layers[0].digest} is damaged: its bytes have another digest, needed by ${digest}\n`));
  assert.equal(
    stderr,
    `Made index.json, which was missing\nListed ${digest}, which nothing listed\n` +
      `warning: ${digest} is not whole: ${layers[0].digest} is missing or damaged\n` +
      `warning: The tags of ${digest} are lost, if there were any: only the index knew them\n`,
  );
  await push([PLAIN, `oci-layout:${layout}`, "--version", "1.2.3"]);
  assert.match((await gantryOk(["verify", `oci-layout:${layout}`])).stdout, /: whole, 1 manifest, 3 blobs/);
});

Deno.test("verify shows nothing of a name from elsewhere that would act on a terminal", async () => {
  await using directory = await tempDirectory();
  const { layout, digest } = await published(directory.path);
  const index = join(layout, "index.json");
  await Deno.writeTextFile(index, (await Deno.readTextFile(index)).replace("1.2.3", "\\u001b[2J\\nx: whole"));
  await Deno.remove(blobAt(layout, digest));
  const { stdout } = await gantry(["verify", `oci-layout:${layout}`]);
  assert.equal(stdout.split("\n")[0], `${digest} is missing, needed by index.json (\\u001b[2J\\nx: whole)`);
});

const refused: readonly (readonly [args: readonly string[], code: number, message: RegExp])[] = [
  [
    ["oci://localhost/app"],
    2,
    /^error: Cannot verify oci:\/\/localhost\/app: no key is named\nadvice: `gantry verify oci:\/\/localhost\/app --key/,
  ],
  [["oci-layout:./app:1.0"], 2, /^error: Cannot verify oci-layout:\.\/app:1\.0: a layout is verified as a whole/],
  [["oci-layout:./does-not-exist"], 1, /^error: Cannot verify ".\/does-not-exist": there is no layout/],
  [["oci-archive:./does-not-exist"], 1, /^error: Cannot verify ".\/does-not-exist": there is no archive/],
  [["oci-archive:./any.tar", "--repair"], 1, /^error: Cannot repair ".\/any.tar": a tar is written in one piece/],
];

for (const [args, expected, message] of refused) {
  Deno.test(`verify ${args.join(" ")} ends with ${expected}`, async () => {
    const { code, stdout, stderr } = await gantry(["verify", ...args]);
    assert.deepEqual([code, stdout], [expected, ""]);
    assert.match(stderr, message);
  });
}
