/** How many round trips a push to distribution takes that wants tokens of another server. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantryOk } from "../support/gantry.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { startTokenRegistry } from "../support/network/token_registry.ts";
import { toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";
import { startWaveProxy, type Wave } from "../support/network/wave_proxy.ts";

const USER = { username: "ann", password: "s:ecret" };
const REGISTRIES = [["distribution 2.8", "docker-registry"], ["distribution 3", "registry"]] as const;

for (const [name, command] of REGISTRIES) {
  toolTest(`push to ${name} takes five round trips behind a token, and two when all is there`, [command], async () => {
    await using directory = await tempDirectory();
    const source = join(directory.path, "source");
    await writeTree(source, { "a.yaml": "a: 1\n", "b/c.yaml": "c: 2\n" });
    const origins = { registry: "", tokens: "" };
    await using proxy = startWaveProxy((path) => path === "/token" ? origins.tokens : origins.registry);
    await using started = await startTokenRegistry(command, { ...USER, realm: () => `http://${proxy.host}/token` });
    origins.registry = `http://${started.registry.host}`;
    origins.tokens = new URL(started.tokens.realm).origin;
    const push = async (...waves: readonly Wave[]): Promise<void> => {
      proxy.expect(...waves);
      await gantryOk(["push", source, `oci://${proxy.host}/acme/app`, "--version", "1.0.0", "--latest"], {
        env: {
          GANTRY_USERNAME: USER.username,
          GANTRY_PASSWORD: USER.password,
          GANTRY_CACHE: join(directory.path, "cache"),
        },
      });
      assert.deepEqual(proxy.unexpected, []);
      assert.equal(proxy.waves.length, waves.length);
    };
    const blobs = ["HEAD blobs/DIGEST", "HEAD blobs/DIGEST"];
    const asked = ["HEAD manifests/1.0.0", "HEAD manifests/latest", "HEAD manifests/DIGEST", ...blobs];
    await push(
      asked,
      ["GET /token"],
      [...asked, "POST blobs/uploads/", "POST blobs/uploads/"],
      ["PUT blobs/uploads/SESSION", "PUT blobs/uploads/SESSION", "HEAD manifests/1.0.0"],
      ["PUT manifests/1.0.0", "PUT manifests/latest"],
    );
    await push(["GET /token"], asked);
  });
}
