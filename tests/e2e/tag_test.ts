/**
 * `gantry tag`: more names for what is there.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { startFakeRegistry } from "../support/fake_registry.ts";
import { everyPlace } from "../support/every_place.ts";
import { gantry, gantryOk, push } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { writeTree } from "../support/tree.ts";

/** Gives each kind of place in turn, with two versions in it. */
async function inEveryPlace(test: (place: string, digests: readonly [string, string]) => Promise<void>): Promise<void> {
  await using directory = await tempDirectory();
  await using registry = startFakeRegistry();
  const source = join(directory.path, "source");
  const places = everyPlace(registry, directory.path);
  await writeTree(source, { "a.yaml": "a: 1\n" });
  const first = await push([source, ...places, "--version", "1.0.0"]);
  await writeTree(source, { "a.yaml": "a: 2\n" });
  const second = await push([source, ...places, "--version", "2.0.0"]);
  for (const place of places) await test(place, [first.digest, second.digest]);
}

/** What each tag of a place stands for. */
async function tagsOf(place: string): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await gantryOk(["list", place, "--all", "-o", "json"]);
  return Object.fromEntries(
    JSON.parse(stdout).map(({ version, digest }: { version: string; digest: string }) => [version, digest]),
  );
}

Deno.test("tag gives names to a tag and to a digest, and moves those that are no versions", async () => {
  await inEveryPlace(async (place, [one, two]) => {
    const first = await gantryOk(["tag", `${place}:1.0.0`, "latest", "stable", "latest"]);
    assert.equal(first.stdout, `${place.replace("oci://", "")}@${one}\n`);
    assert.equal(first.stderr, `Tagged ${place}@${one} as latest, stable\n`);
    const second = await gantryOk(["tag", `${place}@${two}`, "latest", "2.0.1", "-o", "json"]);
    assert.deepEqual(JSON.parse(second.stdout), { url: `${place}@${two}`, tags: ["latest", "2.0.1"], digest: two });
    assert.deepEqual(await tagsOf(place), {
      "1.0.0": one,
      "2.0.0": two,
      "2.0.1": two,
      latest: two,
      stable: one,
    });
  });
});

Deno.test("tag moves no version, unless it is told to, and then sets no other tag either", async () => {
  await inEveryPlace(async (place, [one, two]) => {
    const refused = await gantry(["tag", `${place}:2.0.0`, "stable", "1.0.0"]);
    assert.equal(
      refused.stderr,
      `error: Cannot move tag "1.0.0" of ${place}: it is immutable and already points to ${one}, ` +
        `and this is ${two}\n` +
        "advice: publish a new version, or move the tag with --force; " +
        `\`gantry diff ${place}:1.0.0 ${place}:2.0.0\` shows why\n`,
    );
    assert.equal(refused.code, 1);
    assert.deepEqual(await tagsOf(place), { "1.0.0": one, "2.0.0": two });
    await gantryOk(["tag", `${place}:1.0.0`, "1.0.0"]);
    await gantryOk(["tag", `${place}:2.0.0`, "1.0.0", "--force"]);
    assert.deepEqual(await tagsOf(place), { "1.0.0": two, "2.0.0": two });
  });
});

Deno.test("tag fails when there is nothing of that name", async () => {
  await inEveryPlace(async (place) => {
    const { code, stderr } = await gantry(["tag", `${place}:3.0.0`, "latest"]);
    assert.equal(
      stderr,
      `error: Cannot find ${place}:3.0.0: there is no such tag; there are 2.0.0, 1.0.0\n`,
    );
    assert.equal(code, 1);
  });
});

for (
  const [args, message] of [
    [
      ["oci://localhost:1/app", "latest"],
      'Cannot tag "oci://localhost:1/app": name what gets the tags, by a tag or a digest',
    ],
    [["oci://localhost:1/app:1.0", "a b"], 'Cannot parse tag "a b": " " is not allowed in an OCI tag'],
    [["oci://localhost:1/app:1.0"], "Missing required argument 'tag'"],
  ] as const
) {
  Deno.test(`tag refuses ${args.join(" ")} before it contacts anyone`, async () => {
    const { code, stderr } = await gantry(["tag", ...args]);
    assert.equal(stderr.split("\n")[0], `error: ${message}`);
    assert.equal(code, 2);
  });
}
