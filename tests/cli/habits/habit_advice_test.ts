/**
 * What people read who type what they type into other tools: `golden.txt`. With `GANTRY_UPDATE=1` this test writes it
 * anew.
 */
import assert from "node:assert/strict";
import { MIGRATIONS } from "../../../src/cli/habits/migrations.ts";
import { OTHER_WORK } from "../../../src/cli/habits/other_work.ts";
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
  "list oci-lay:./out",
  "list localhost:5000",
  "push ./deploy -o ./out",
  "push ghcr.io/acme/app:1.0.0",
  "pull ghcr.io/acme/app:1.0.0",
  "inspect docker://ghcr.io/acme/app:1.0.0",
  "delete docker://ghcr.io/acme/app:stable",
  "login ghcr.io -u ann -p secret",
  "export ghcr.io/acme/app:1.0.0 -",
  "sign ghcr.io/acme/app:1.0.0",
  "build artifact --path ./deploy --output app.tgz",
  "mod build ./module -v 1.0.0 -o module.tar",
  "package ./chart -d ./out",
  "attach --artifact-type application/spdx+json ghcr.io/acme/app:1.0.0 sbom.spdx.json:application/json",
  "validate --remote ghcr.io/acme/app:1.0.0",
  "manifest fetch ghcr.io/acme/app:1.0.0",
  "repo ls ghcr.io/acme",
  "image copy ghcr.io/acme/app:1.0.0 registry.site/acme/app:1.0.0",
  "image export ghcr.io/acme/app:1.0.0 app.tar",
  "image digest ghcr.io/acme/app:1.0.0",
  "image manifest ghcr.io/acme/app:1.0.0",
  "image delete ghcr.io/acme/app:1.0.0",
  "tag ls ghcr.io/acme/app",
  "tag rm ghcr.io/acme/app:stable",
  "artifact get ghcr.io/acme/app:1.0.0 -o ./app",
  "artifact put -f scan.json ghcr.io/acme/scan:1.0.0",
  "artifact tree ghcr.io/acme/app:1.0.0",
  "manifest get ghcr.io/acme/app:1.0.0",
  "manifest diff ghcr.io/acme/app:1.0.0 ghcr.io/acme/app:1.1.0",
  "buildx imagetools inspect ghcr.io/acme/app:1.0.0",
];

/** The other tool's name in front of its own words, as far as no line of the table shows it. */
const NAMED: readonly string[] = [
  "helm push web-0.1.0.tgz oci://ghcr.io/acme/charts",
  "oras pull oci://ghcr.io/acme/app:1.0.0 ./app",
  "docker push ghcr.io/acme/app:1.0.0",
  "docker login ghcr.io -u ann -p secret",
  "cosign generate-key-pair",
  "cosign tree ghcr.io/acme/app:1.0.0",
  "cosign sign ghcr.io/acme/app:1.0.0",
];

/** A tool that is known, and words of it that are not. */
const UNKNOWN: readonly string[] = ["flux get sources", "timoni", "helm --help", "help flux", "help helm push"];

/** What other tools do and gantry does not, by every word for it. */
const ELSEWHERE = [
  ...OTHER_WORK.flatMap(({ words }) => words.split(", ")),
  "helm install web",
  "timoni status app",
  "conftest test ./policy",
];

const TYPED = [
  ...new Set([
    ...HABITS,
    ...ELSEWHERE,
    ...MIGRATIONS.flatMap(({ tool, today, typed = today.slice(today.indexOf(" ") + 1) }) =>
      typed === "" ? [] : [typed, `${tool} ${typed}`]
    ),
    ...NAMED,
    ...UNKNOWN,
  ]),
];
const said: Record<string, string> = {};

for (const typed of TYPED) {
  Deno.test(`gantry ${typed} is answered with the line that is meant`, async () => {
    const { code, stdout, stderr } = await gantry(typed.split(" "));
    assert.deepEqual([code, stdout], [2, ""], stderr);
    assert.match(
      stderr,
      ELSEWHERE.includes(typed)
        ? /^error: .*\nadvice: that is done with [^:]+: .*\n$/
        : UNKNOWN.includes(typed)
        ? /^error: .*\nadvice: `gantry help migrate` shows .*\n$/
        : /^error: .*\nadvice: type `gantry /,
    );
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
