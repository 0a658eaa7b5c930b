/** Five artifacts with all that refers to them cross an air gap, to a registry without the referrers API and back. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Store } from "../../src/store/store.ts";
import { createRegistryClient } from "../../src/registry/client.ts";
import { registryStore } from "../../src/registry/store.ts";
import { testContext } from "../registry/support.ts";
import { CROSSING, type CrossingArtifact, discovered, putCrossing } from "../support/crossing_samples.ts";
import { gantryOk } from "../support/gantry.ts";
import { type RegistryCommand, type RunningRegistry, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";

const context = testContext();

for (const kind of ["oci-layout", "oci-archive"]) {
  for (const command of ["docker-registry", "registry"] as const) {
    toolTest(
      `five artifacts cross from ociregistry to ${command} and back in an ${kind}, and each registry finds the same`,
      ["ociregistry", command, "oras"],
      async () => {
        await using near = await open("ociregistry");
        await using far = await open(command);
        await using back = await open("ociregistry");
        await using directory = await tempDirectory();
        await putCrossing(CROSSING, near.store, context);
        const left = await found(near, "");
        assert.ok(left.flat().filter((line) => line.includes("application/vnd.example")).length >= 8);

        await cross(near, far, { path: `${kind}:${join(directory.path, "out")}`, prefix: "" });
        assert.equal(await hasReferrersApi(far), false);
        assert.deepEqual(await found(far, "mirror/"), left);
        await assertOrasFinds(near, far);

        await cross(far, back, { path: `${kind}:${join(directory.path, "home")}`, prefix: "mirror/" });
        assert.equal(await hasReferrersApi(back), true);
        assert.deepEqual(await found(back, "mirror/mirror/"), left);
      },
    );
  }
}

interface Open extends AsyncDisposable {
  readonly host: string;
  readonly store: (repository: string) => Store;
}

async function open(command: RegistryCommand): Promise<Open> {
  const registry: RunningRegistry = await startRegistry(command);
  const client = createRegistryClient({ host: registry.host });
  return {
    host: registry.host,
    store: (repository) =>
      registryStore({ reference: { kind: "registry", host: registry.host, repository }, client, access: "push" }),
    async [Symbol.asyncDispose](): Promise<void> {
      client.close();
      await registry[Symbol.asyncDispose]();
    },
  };
}

async function cross(
  from: Open,
  to: Open,
  { path, prefix }: { readonly path: string; readonly prefix: string },
): Promise<void> {
  const references = CROSSING.flatMap(({ repository, root, tags }) => {
    const place = `oci://${from.host}/${prefix}${repository}`;
    return tags.length === 0 ? [`${place}@${root.manifest.descriptor.digest}`] : tags.map((tag) => `${place}:${tag}`);
  });
  const exported = await gantryOk(["export", ...references, path, "-q"]);
  const imported = await gantryOk(["import", "--yes", path, `oci://${to.host}/mirror`, "-q"]);
  const lines = (prefix: string): string =>
    CROSSING.map(({ repository, root }) => `${prefix}${repository}@${root.manifest.descriptor.digest}\n`).join("");
  assert.equal(exported.stdout, lines(`${from.host}/${prefix}`));
  assert.equal(sortedLines(imported.stdout), sortedLines(lines(`${to.host}/mirror/${prefix}`)));
}

function sortedLines(text: string): string {
  return text.split("\n").sort().join("\n");
}

function found({ store }: Open, prefix: string): Promise<readonly (readonly string[])[]> {
  return Promise.all(
    CROSSING.map((artifact) => discovered(store(`${prefix}${artifact.repository}`), artifact, context)),
  );
}

/** A registry without the API answers 404 to any question about referrers. */
async function hasReferrersApi({ host }: Open): Promise<boolean> {
  const { digest } = (CROSSING[0] as CrossingArtifact).root.manifest.descriptor;
  for (const repository of ["mirror/acme/app", "mirror/mirror/acme/app"]) {
    const answer = await fetch(`http://${host}/v2/${repository}/referrers/${digest}`);
    await answer.body?.cancel();
    if (answer.status === 200) return true;
  }
  return false;
}

async function assertOrasFinds(near: Open, far: Open): Promise<void> {
  const tree = async (reference: string): Promise<readonly string[]> => {
    const text = await tool("oras", ["discover", "--plain-http", "--format", "json", reference]);
    return [...text.matchAll(/"digest": "(sha256:[0-9a-f]+)"/g)].map(([, digest]) => digest ?? "").sort();
  };
  for (const repository of ["acme/app:1.0.0", "acme/multi:1.0.0", "other/deep/bundled:1.0.0"]) {
    assert.deepEqual(await tree(`${far.host}/mirror/${repository}`), await tree(`${near.host}/${repository}`));
  }
}
