/** OPA's bundle downloader loads what gantry published, and follows a new revision. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { gantry, push } from "../support/gantry.ts";
import { startRegistry } from "../support/registry_process.ts";
import { tempDirectory } from "../support/temp_directory.ts";
import { toolTest } from "../support/tools.ts";
import { writeTree } from "../support/tree.ts";
import { freePort, type RunningProcess, startProcess, until } from "./support/process.ts";

const LIMIT = 30_000;

function policy(answer: string): Readonly<Record<string, string>> {
  return { "main/main.rego": `package main\n\nanswer := "${answer}"\n`, "main/data.json": '{"limit": 3}\n' };
}

/** A server that polls a bundle, and what it knows of it. */
async function startOpa(
  directory: string,
  { host, resource }: { readonly host: string; readonly resource: string },
): Promise<
  RunningProcess & { readonly url: string }
> {
  const config = join(directory, `opa-${crypto.randomUUID()}.json`);
  await Deno.writeTextFile(
    config,
    JSON.stringify({
      services: { registry: { url: `http://${host}`, type: "oci" } },
      bundles: {
        main: { service: "registry", resource, polling: { min_delay_seconds: 1, max_delay_seconds: 2 } },
      },
    }),
  );
  const address = `127.0.0.1:${freePort()}`;
  const options = [
    "--server",
    "--addr",
    address,
    "--log-level",
    "error",
    "--disable-telemetry",
    "--config-file",
    config,
  ];
  return { ...startProcess("opa", ["run", ...options]), url: `http://${address}` };
}

async function json(url: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const response = await fetch(url);
    const text = await response.text();
    return response.ok ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

/** What the policy answers, as soon as it answers that. */
function answers(url: string, wanted: string): Promise<true> {
  return until(
    `the policy answers ${wanted}`,
    LIMIT,
    async () => (await json(`${url}/v1/data/main/answer`))?.["result"] === wanted ? true : undefined,
  );
}

toolTest("OPA", { tools: ["opa", "registry"], timeout: 300_000 }, async (t) => {
  await using registry = await startRegistry("registry");
  await using directory = await tempDirectory();
  const tree = join(directory.path, "policy");
  const at = (name: string): string => `oci://${registry.host}/acme/${name}`;

  await t.step("OPA loads a bundle of profile opa, and the next one at the same tag", async () => {
    await writeTree(tree, policy("first"));
    await push([tree, at("policy"), "--profile", "opa", "--tag", "main", "--revision", "r1"]);
    const resource = `${registry.host}/acme/policy:main`;
    await using opa = await startOpa(directory.path, { host: registry.host, resource });
    await answers(opa.url, "first");
    assert.equal((await json(`${opa.url}/v1/data/main/limit`))?.["result"], 3);
    await writeTree(tree, policy("second"));
    await push([tree, at("policy"), "--profile", "opa", "--tag", "main", "--revision", "r2"]);
    await answers(opa.url, "second");
  });

  const shapes: Readonly<Record<string, readonly string[]>> = {
    "generic": ["--profile", "generic"],
    "image": ["--profile", "image"],
    "flux": ["--profile", "flux"],
    "conftest": ["--profile", "conftest"],
  };
  for (const [shape, args] of Object.entries(shapes)) {
    await t.step(`OPA does with an artifact of profile ${shape} what gantry --for opa says`, async () => {
      await writeTree(tree, policy(shape));
      await push([tree, at(shape), "--version", "1.0.0", ...args]);
      const said = await gantry(["inspect", `${at(shape)}:1.0.0`, "--for", "opa", "-o", "json"]);
      const [{ accepted }] = JSON.parse(said.stdout).consumers;
      const resource = `${registry.host}/acme/${shape}:1.0.0`;
      await using opa = await startOpa(directory.path, { host: registry.host, resource });
      const loaded = await until("OPA has tried to load the bundle", LIMIT, async () => {
        if ((await json(`${opa.url}/v1/data/main/answer`))?.["result"] === shape) return "loaded";
        return opa.said().includes("Bundle load failed") ? "failed" : undefined;
      });
      assert.equal(loaded === "loaded", accepted);
    });
  }
});
