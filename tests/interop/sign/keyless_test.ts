/**
 * What is signed without a key, by gantry or by cosign, is what the other one verifies; sigstore's services are here.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, gantryOk, push } from "../../support/gantry.ts";
import { startRegistry } from "../../support/registry_process.ts";
import { identityToken, startSigstore, WORKFLOW } from "../../support/sigstore_server.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { runTool, tool, toolTest } from "../../support/tools.ts";
import { writeTree } from "../../support/tree.ts";

const NAMES = ["--certificate-identity", WORKFLOW.identity, "--certificate-oidc-issuer", WORKFLOW.issuer];
const OTHERS = [
  ["--certificate-identity", `${WORKFLOW.identity}x`, "--certificate-oidc-issuer", WORKFLOW.issuer],
  ["--certificate-identity", WORKFLOW.identity, "--certificate-oidc-issuer", "https://gitlab.com"],
];
const TOKEN = { env: { SIGSTORE_ID_TOKEN: identityToken() } };

/** Without the referrers API, and with it; with a log of either version. */
const KINDS = [["registry", 1], ["ociregistry", 1], ["registry", 2], ["ociregistry", 2]] as const;

for (const [command, log] of KINDS) {
  // A log of version 2 does not say when, so a time stamp has to.
  const stamps = log === 2 ? ["--use-signed-timestamps"] : [];

  toolTest(
    `cosign verifies what push signs without a key in ${command} (log ${log})`,
    [command, "cosign"],
    async () => {
      await using site = await startSite(command, log);
      const { host, at, app } = site;
      const root = ["--trusted-root", at("root.json")];
      const keyless = ["--sign-keyless", "--signing-config", at("services.json"), ...root];
      await push([at("source"), `oci://${app}`, "--version", "1.0.0", ...keyless, "--provenance"], TOKEN);
      const layout = `oci-layout:${at("layout")}`;
      await gantryOk(["export", `oci://${app}:1.0.0`, layout]);
      await gantryOk(["copy", `oci://${app}:1.0.0`, `oci://${host}/acme/copied`, "--referrers"]);
      for (const reference of [`${app}:1.0.0`, `${host}/acme/copied:1.0.0`]) {
        const flags = [...root, ...stamps, "--allow-http-registry"];
        await tool("cosign", ["verify", ...flags, ...NAMES, reference]);
        await tool("cosign", ["verify-attestation", "--type", "slsaprovenance1", ...flags, ...NAMES, reference]);
        for (const names of OTHERS) {
          assert.notEqual((await runTool("cosign", ["verify", ...flags, ...names, reference])).code, 0);
        }
      }
      await tool("cosign", ["verify", ...root, ...stamps, ...NAMES, "--local-image", at("layout")]);
      for (const reference of [`oci://${app}:1.0.0`, `${layout}:1.0.0`]) {
        await gantryOk(["verify", reference, ...NAMES, ...root]);
        await gantryOk(["verify", reference, ...NAMES, ...root, "--type", "slsaprovenance1"]);
        for (const names of OTHERS) assert.equal((await gantry(["verify", reference, ...names, ...root])).code, 1);
      }
    },
  );

  toolTest(
    `gantry verifies what cosign signs without a key in ${command} (log ${log})`,
    [command, "cosign"],
    async () => {
      await using site = await startSite(command, log);
      const { at, app } = site;
      const { digest } = await push([at("source"), `oci://${app}`, "--version", "1.0.0"]);
      const services = ["--signing-config", at("services.json"), "--trusted-root", at("root.json")];
      const token = ["--identity-token", TOKEN.env.SIGSTORE_ID_TOKEN];
      await tool("cosign", ["sign", ...services, ...token, "--allow-http-registry", "-y", `${app}@${digest}`]);
      await gantryOk(["verify", `oci://${app}:1.0.0`, ...NAMES, "--trusted-root", at("root.json")]);
      // It is signed in the same name already.
      const { stdout } = await gantryOk(["sign", `oci://${app}:1.0.0`, "--keyless", ...services, "-o", "json"], TOKEN);
      assert.deepEqual(JSON.parse(stdout).signatures, []);
    },
  );
}

/** A registry, sigstore's services, and a directory with a source and the files that name the services. */
interface Site extends AsyncDisposable {
  readonly host: string;
  /** The repository that is published to. */
  readonly app: string;
  /** The path of a file in the directory. */
  at(file: string): string;
}

async function startSite(...[command, log]: (typeof KINDS)[number]): Promise<Site> {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await tempDirectory());
  const registry = stack.use(await startRegistry(command));
  const { signingConfig, trustedRoot } = stack.use(await startSigstore({ log }));
  await writeTree(directory.path, {
    "source/app.yaml": "kind: ConfigMap\n",
    "services.json": JSON.stringify(signingConfig),
    "root.json": JSON.stringify(trustedRoot),
  });
  const started = stack.move();
  return {
    host: registry.host,
    app: `${registry.host}/acme/app`,
    at: (file) => join(directory.path, file),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}
