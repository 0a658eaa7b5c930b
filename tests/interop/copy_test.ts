/** What oras publishes is copied as it is, and what gantry has copied is what oras reads. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantryOk } from "../support/gantry.ts";
import { REGISTRIES, startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { tool, toolTest } from "../support/tools.ts";

for (const { name, command } of REGISTRIES) {
  toolTest(
    `oras finds an artifact and its referrers after a copy there and back in ${name}`,
    [command, "oras"],
    async () => {
      await using registry = await startRegistry(command);
      await using directory = await tempDirectory();
      const [start, end] = ["start", "end"].map((each) => `${registry.host}/acme/${each}`);
      const inDirectory = { cwd: directory.path };
      await Deno.writeTextFile(join(directory.path, "note.txt"), "hello");
      await Deno.writeTextFile(join(directory.path, "sbom.json"), "{}");
      await tool("oras", ["push", `${start}:1`, "note.txt", "--plain-http"], inDirectory);
      await tool("oras", [
        "attach",
        `${start}:1`,
        "sbom.json",
        "--artifact-type",
        "application/vnd.example.sbom",
        "--plain-http",
      ], inDirectory);
      const archive = `oci-archive:${join(directory.path, "a.tar")}`;
      const layout = join(directory.path, "layout");
      await gantryOk(["copy", `oci://${start}:1`, archive, "--referrers", "-q"]);
      await gantryOk(["copy", `${archive}:1`, `oci-layout:${layout}`, `oci://${end}`, "--referrers", "-q"]);
      const digest = (await tool("oras", ["resolve", `${start}:1`, "--plain-http"])).trim();
      assert.equal((await tool("oras", ["resolve", `${end}:1`, "--plain-http"])).trim(), digest);
      assert.equal((await tool("oras", ["resolve", "--oci-layout", `${layout}:1`])).trim(), digest);
      const referrers = async (args: readonly string[]): Promise<readonly string[]> => {
        const found = JSON.parse(await tool("oras", ["discover", "--format", "json", ...args]));
        return (found.referrers ?? found.manifests).map((each: { readonly digest: string }) => each.digest);
      };
      const expected = await referrers([`${start}:1`, "--plain-http"]);
      assert.equal(expected.length, 1);
      assert.deepEqual(await referrers([`${end}:1`, "--plain-http"]), expected);
      assert.deepEqual(await referrers(["--oci-layout", `${layout}:1`]), expected);
    },
  );
}
