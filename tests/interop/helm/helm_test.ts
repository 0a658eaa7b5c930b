/** What Helm publishes is read as Helm reads it, and what gantry has copied is what Helm takes. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { HELM_CHART_MEDIA_TYPE, HELM_CONFIG_MEDIA_TYPE } from "../../../src/oci/media_types.ts";
import { gantry, gantryOk } from "../../support/gantry.ts";
import { type Helm, HELM_TOOLS, helmIn, type HelmKeys, makeHelmKeys } from "../../support/helm.ts";
import { REGISTRIES, type RegistryCommand, startRegistry } from "../../support/registry_process.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { toolTest } from "../../support/tools.ts";
import { readTree, type Tree, writeTree } from "../../support/tree.ts";

const PROVENANCE = "application/vnd.cncf.helm.chart.provenance.v1.prov";

for (const { name, command } of REGISTRIES) {
  const tools = [command, ...HELM_TOOLS];

  toolTest(`a chart that helm pushes to ${name} is pulled as helm pulls it`, tools, async () => {
    await withCharts(command, async ({ helm, at, directory, versions }) => {
      for (const { version, tag, digest } of versions) {
        const [theirs, ours] = [join(directory, `theirs-${tag}`), join(directory, `ours-${tag}`)];
        await helm("pull", `oci://${at}`, "--version", version, "--plain-http", "--untar", "--untardir", theirs);
        const { stdout } = await gantryOk(["pull", `oci://${at}:${tag}`, ours]);
        assert.equal(stdout, `${at}@${digest}\n`);
        const tree = await readTree(ours);
        assert.deepEqual(tree, await readTree(join(theirs, "app")));
        assert.ok("charts/dep/Chart.yaml" in tree && "files/ünï/日本 x.txt" in tree);
      }
    });
  });

  toolTest(`list, inspect and diff read the charts that helm pushes to ${name}`, tools, async () => {
    await withCharts(command, async ({ helm, at, directory, versions: [plain, signed] }) => {
      const listed = JSON.parse((await gantryOk(["list", `oci://${at}`, "-o", "json"])).stdout);
      assert.deepEqual(
        listed.map(({ version, digest }: Record<string, string>) => [version, digest]),
        [signed, plain].map(({ tag, digest }) => [tag, digest]),
      );

      await helm("pull", `oci://${at}`, "--version", plain.version, "--plain-http", "--untar");
      const chart = join(directory, "app");
      const inspected = JSON.parse(
        (await gantryOk(["inspect", `oci://${at}:${plain.tag}`, "--files", "-o", "json"])).stdout,
      );
      assert.equal(inspected.artifactType, HELM_CONFIG_MEDIA_TYPE);
      assert.equal(inspected.annotations["org.opencontainers.image.title"], "app");
      assert.equal(inspected.annotations["org.opencontainers.image.version"], plain.version);
      const [layer, ...more] = inspected.layers;
      assert.deepEqual([layer.mediaType, more], [HELM_CHART_MEDIA_TYPE, []]);
      assert.deepEqual(
        layer.files.map(({ path }: { readonly path: string }) => path).sort(),
        Object.entries(await readTree(chart)).filter(([, what]) => what !== "dir").map(([path]) => `app/${path}`)
          .sort(),
      );

      assert.deepEqual(await gantry(["diff", `oci://${at}:${plain.tag}`, chart]), { code: 0, stdout: "", stderr: "" });
      await Deno.writeTextFile(join(chart, "values.yaml"), "replicas: 2\n");
      const changed = await gantry(["diff", `oci://${at}:${plain.tag}`, chart]);
      assert.equal(changed.code, 1);
      assert.match(changed.stdout, /^files\n +~ +values\.yaml .*\n$/);
      const both = JSON.parse(
        (await gantry(["diff", `oci://${at}:${plain.tag}`, `oci://${at}:${signed.tag}`, "-o", "json"])).stdout,
      );
      assert.deepEqual(both.files.map(({ path }: { readonly path: string }) => path), ["Chart.yaml"]);
      assert.deepEqual(both.layers.after.toSorted(), [HELM_CHART_MEDIA_TYPE, PROVENANCE]);
    });
  });

  toolTest(`helm takes and verifies charts from ${name} that gantry has copied there and back`, tools, async () => {
    await withCharts(command, async ({ at, directory, keys, versions }) => {
      await using other = await startRegistry(command);
      const archive = `oci-archive:${join(directory, "charts.tar")}`;
      const layout = `oci-layout:${join(directory, "layout")}`;
      const copied = `${other.host}/mirror/of/app`;
      await gantryOk(["copy", `oci://${at}`, archive, "--all-tags", "-q"]);
      await gantryOk(["copy", archive, layout, "--all-tags", "-q"]);
      await gantryOk(["copy", layout, `oci://${copied}`, "--all-tags", "-q"]);
      for (const { version, digest, file, provenance } of versions) {
        const verify = provenance === undefined ? [] : ["--verify", "--keyring", keys.public];
        const pullFrom = async (place: string, to: string): Promise<Tree> => {
          await Deno.mkdir(to, { recursive: true });
          // With a home of its own, or it would take what it has pulled before.
          const helm = helmIn(to);
          const args = [`oci://${place}`, "--version", version, "--plain-http", ...verify];
          assert.equal(digestIn(await helm("pull", ...args)), digest);
          assert.equal(digestIn(await helm("pull", ...args, "--untar", "--untardir", "tree")), digest);
          return await readTree(join(to, "tree"));
        };
        const after = join(directory, "after", version);
        const tree = await pullFrom(copied, after);
        assert.deepEqual(tree, await pullFrom(at, join(directory, "before", version)));
        assert.ok("app/Chart.yaml" in tree);
        for (const path of [file, ...(provenance === undefined ? [] : [provenance])]) {
          assert.deepEqual(await Deno.readFile(join(after, path)), await Deno.readFile(join(directory, path)));
        }
      }
    });
  });
}

toolTest("pull saves a chart's archive or its provenance as helm made them, and refuses to choose", [
  "registry",
  ...HELM_TOOLS,
], async () => {
  await withCharts("registry", async ({ at, directory, versions: [, { tag, file, provenance }] }) => {
    const save = async (name: string, ...types: readonly string[]): Promise<Uint8Array> => {
      const chosen = types.flatMap((type) => ["--layer-type", type]);
      await gantryOk(["pull", `oci://${at}:${tag}`, "--output-archive", join(directory, name), ...chosen]);
      return await Deno.readFile(join(directory, name));
    };
    const chart = await Deno.readFile(join(directory, file));
    assert.deepEqual(await save("chart.tgz"), chart);
    assert.deepEqual(await save("chart.prov", PROVENANCE), await Deno.readFile(join(directory, provenance ?? "")));
    const { layers } = JSON.parse((await gantryOk(["inspect", `oci://${at}:${tag}`, "-o", "json"])).stdout);
    const { digest } = layers.find((layer: Record<string, string>) => layer.mediaType === HELM_CHART_MEDIA_TYPE);
    assert.deepEqual(await save("by-digest.tgz", digest), chart);
    await assert.rejects(
      save("both", PROVENANCE, HELM_CHART_MEDIA_TYPE),
      /Cannot save one layer of .*: there are 2, sha256:\w+ \(.*\), sha256:\w+ \(.*\)$/m,
    );
  });
});

/** A version that was pushed. */
interface Version {
  readonly version: string;
  readonly tag: string;
  readonly digest: string;
  /** The archive that `helm package` made. */
  readonly file: string;
  /** What signs it, beside it. */
  readonly provenance?: string;
}

interface Charts {
  readonly helm: Helm;
  /** Where Helm works. */
  readonly directory: string;
  /** Host and repository of the chart. */
  readonly at: string;
  readonly keys: HelmKeys;
  /** The first is not signed, the second is. */
  readonly versions: readonly [Version, Version];
}

/** Lets Helm publish two versions of a chart. */
async function withCharts(command: RegistryCommand, body: (charts: Charts) => Promise<void>): Promise<void> {
  await using registry = await startRegistry(command);
  await using temporary = await tempDirectory();
  const directory = temporary.path;
  const helm = helmIn(directory);
  const keys = await makeHelmKeys(directory);
  const source = join(directory, "source/app");
  await Deno.mkdir(join(directory, "source"));
  await helm("create", "source/app");
  await helm("create", "source/app/charts/dep");
  await writeTree(source, {
    "files/run.sh": "#!/bin/sh\n",
    "files/ünï/日本 x.txt": "x\n",
    "files/empty": "",
    "files/none/": "",
    "left-out.swp": "what .helmignore leaves out",
  });
  const publish = async (version: string, ...sign: readonly string[]): Promise<Version> => {
    await helm("package", source, "--version", version, ...sign);
    const file = `app-${version}.tgz`;
    const digest = digestIn(await helm("push", file, `oci://${registry.host}/charts`, "--plain-http"));
    const provenance = sign.length === 0 ? {} : { provenance: `${file}.prov` };
    return { version, tag: version.replace("+", "_"), digest, file, ...provenance };
  };
  const versions = [
    await publish("1.0.0"),
    await publish("1.2.3+build.5", "--sign", "--key", keys.name, "--keyring", keys.secret),
  ] as const;
  await body({ helm, directory, at: `${registry.host}/charts/app`, keys, versions });
}

/** The digest that Helm says it has pushed or pulled. */
function digestIn(said: string): string {
  return /^Digest: (sha256:[0-9a-f]{64})$/m.exec(said)?.[1] ?? assert.fail(said);
}
