import assert from "node:assert/strict";
import type { BundledArtifact } from "../../../src/bundle/bundle.ts";
import { importDestinations } from "../../../src/verbs/import/import_destinations.ts";
import type { RepositoryMapping } from "../../../src/verbs/import/import_destinations.ts";

function artifact(origin: string, digit: string, tags: readonly string[] = ["1.0.0"]): BundledArtifact {
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  return { origin, digest: `sha256:${digit.repeat(64)}`, mediaType, size: 1, tags, referrers: [], companions: {} };
}

const APP = artifact("ghcr.io/acme/app", "a");
const DB = artifact("ghcr.io/acme/db", "b");
const LAYOUT = artifact("dist", "c");

for (
  const [prefix, maps, expected] of [
    [undefined, [], ["acme/app", "acme/db", "dist"]],
    ["m/n", [], ["m/n/acme/app", "m/n/acme/db", "m/n/dist"]],
    ["m", [["ghcr.io/acme/app", "x"]], ["x", "m/acme/db", "m/dist"]],
    ["m", [["ghcr.io/acme/", "x"]], ["x/app", "x/db", "m/dist"]],
    ["m", [["ghcr.io", "all"]], ["all/acme/app", "all/acme/db", "m/dist"]],
    ["m", [["ghcr.io/acme", "x/"], ["ghcr.io/acme/db", "y/z"], ["dist", "d"]], ["x/app", "y/z", "d"]],
  ] as const
) {
  Deno.test(`importDestinations() puts artifacts below ${prefix} with ${JSON.stringify(maps)}`, () => {
    const place = { host: "h", ...(prefix === undefined ? {} : { prefix }) };
    const destined = importDestinations([APP, DB, LAYOUT], place, maps);
    assert.deepEqual(destined.map(({ repository }) => repository), expected);
  });
}

const REFUSED: readonly (readonly [maps: readonly RepositoryMapping[], says: RegExp])[] = [
  [[["ghcr.io/ac", "x"]], /nothing in the bundle comes from there, but from ghcr\.io\/acme\/app, ghcr\.io\/acme\/db/],
  [[["ghcr.io/acme", "X"]], /into "X": that is not the name of a repository/],
  [[["ghcr.io/acme", "localhost:5000/x"]], /that is not the name of a repository/],
  [[["ghcr.io/acme/app", "x"], ["ghcr.io/acme/db", "x"]], /app and ghcr\.io\/acme\/db together: x:1\.0\.0 would be/],
];

for (const [maps, says] of REFUSED) {
  Deno.test(`importDestinations() refuses ${JSON.stringify(maps)}`, () => {
    assert.throws(() => importDestinations([APP, DB], { host: "h" }, maps), { name: "OptionsError", message: says });
  });
}

Deno.test("importDestinations() lets two origins share a repository as long as no tag is taken twice", () => {
  const maps: readonly RepositoryMapping[] = [["ghcr.io/acme/app", "x"], ["ghcr.io/acme/db", "x"]];
  const other = artifact("ghcr.io/acme/db", "b", ["2.0.0"]);
  assert.equal(importDestinations([APP, other], { host: "h" }, maps).length, 2);
  const same = { ...APP, origin: "ghcr.io/acme/db" };
  assert.equal(importDestinations([APP, same], { host: "h" }, maps).length, 2);
});
