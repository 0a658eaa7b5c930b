/**
 * What people read who type what they type into other tools: `golden.txt`. With `GANTRY_UPDATE=1` this test writes it
 * anew.
 */
import assert from "node:assert/strict";
import { MIGRATIONS } from "../../../src/cli/habits/migrations.ts";
import { gantry } from "../../support/gantry.ts";

const GOLDEN = new URL("golden.txt", import.meta.url);

/** Single flags and orders; whole lines of other tools come from the table of the help. */
const HABITS: readonly string[] = [
  "push oci://ghcr.io/acme/app ./deploy",
  "push ghcr.io/acme/app:1.0.0 ./deploy",
  "push ./deploy oci://ghcr.io/acme/app -v 1.2.3",
  "push ./deploy oci://ghcr.io/acme/app --path ./other",
  "push ./deploy oci://ghcr.io/acme/app --ignore-paths=a,b",
  "push ./deploy oci://ghcr.io/acme/app --annotations team=web",
  "push ./deploy oci://ghcr.io/acme/app --reproducible",
  "push ./deploy oci://ghcr.io/acme/app --resolve-symlinks",
  "push ./deploy oci://ghcr.io/acme/app --insecure-registry",
  "push artifact oci://ghcr.io/acme/app:main --path=./deploy --provider=aws",
  "push ./chart docker://ghcr.io/acme/chart",
  "mod push ./module oci://ghcr.io/acme/module -v 1.0.0 --sign cosign",
  "artifact push oci://ghcr.io/acme/app -f ./deploy -t latest",
  "mod pull oci://ghcr.io/acme/module --version 1.0.0 -o ./module",
  "mod push ./module oci://ghcr.io/acme/module -v 1.0.0 --help",
  "pull oci://ghcr.io/acme/app:1.0.0 -o ./app",
  "pull artifact oci://ghcr.io/acme/app:1.0.0 --output=./app",
  "pull oci://ghcr.io/acme/charts/web --version 0.1.0 -d ./charts",
  "list artifacts oci://ghcr.io/acme/app",
  "list ghcr.io/acme/app",
  "inspect ./out",
  "inspect app.tar",
  "verify bundle.tar",
  "copy docker://ghcr.io/acme/app:1.0.0 oci:./out:1.0.0 --preserve-digests",
  "copy ghcr.io/acme/app:1.0.0 oci-layout:./out -r",
  "digest ghcr.io/acme/app:1.0.0",
  "catalog registry.site/mirror",
  "rm ghcr.io/acme/app:stable",
  "sync --src docker --dest dir ghcr.io/acme/app ./mirror",
];

const TYPED = [
  ...new Set([
    ...HABITS,
    ...MIGRATIONS.flatMap(({ today, typed = today.slice(today.indexOf(" ") + 1) }) => typed === "" ? [] : [typed]),
  ]),
];
const said: Record<string, string> = {};

for (const typed of TYPED) {
  Deno.test(`gantry ${typed} is answered with the line that is meant`, async () => {
    const { code, stdout, stderr } = await gantry(typed.split(" "));
    assert.deepEqual([code, stdout], [2, ""], stderr);
    assert.match(stderr, /^error: .*\nadvice: type `gantry /);
    said[typed] = `$ gantry ${typed}\n${stderr}\n`;
    if (Deno.env.get("GANTRY_UPDATE") === "1") return;
    const golden = (await Deno.readTextFile(GOLDEN)).split(/^(?=\$ )/m);
    assert.ok(golden.includes(said[typed]), said[typed]);
  });
}

Deno.test("golden.txt has the answer to every habit, and to no other", async () => {
  if (Deno.env.get("GANTRY_UPDATE") === "1") await Deno.writeTextFile(GOLDEN, Object.values(said).join(""));
  const golden = await Deno.readTextFile(GOLDEN);
  assert.deepEqual(golden.match(/^\$ .*$/gm), TYPED.map((typed) => `$ gantry ${typed}`));
});
