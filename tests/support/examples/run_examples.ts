/**
 * Runs the example lines of the help and of the pages, in a process of its own: they name files of the current
 * directory. Each script begins with the same files and the same content of registries, so that none needs another one.
 *
 * Standard input has the scripts as a JSON array of arrays of lines, standard output gets an {@linkcode ExampleResult}
 * for each line.
 */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { directoryStore } from "../../../src/layout/directory/store.ts";
import { testContext } from "../../layout/test_context.ts";
import { startFakeRegistry } from "../fake_registry.ts";
import type { StoredRepository } from "../fake_registry/store.ts";
import { makeCertificate } from "../network/certificates.ts";
import { gantry, gantryOk, type GantryResult } from "../gantry.ts";
import { sampleKey } from "../sample_keys.ts";
import { identityToken, startSigstore } from "../sigstore_server.ts";
import { bundleReferrer, place } from "../signatures.ts";
import { writeScript } from "../script.ts";
import { tempDirectory } from "../temp_directory.ts";
import { writeTree } from "../tree.ts";

/** What became of one line. */
export interface ExampleResult {
  readonly line: string;
  readonly code: number;
  readonly stderr: string;
}

const ROOT = new URL("../../../", import.meta.url).pathname;
const HOSTS_REGEXP = /\b(?:ghcr\.io|gcr\.io|registry\.site|registry\.example\.com|localhost:5000)(?=[/:\s@=]|$)/g;

async function runAll(): Promise<void> {
  const scripts: readonly (readonly string[])[] = JSON.parse(await new Response(Deno.stdin.readable).text());
  await using registry = startFakeRegistry();
  await using template = await tempDirectory();
  await using work = await tempDirectory();
  registry.fault({
    path: /^\/v2\/_catalog/,
    times: Infinity,
    fault: {
      kind: "answer",
      answer: () => Response.json({ repositories: [...registry.repositories.keys()].sort() }),
    },
  });
  await using sigstore = await startSigstore();
  await writeTree(template.path, {
    [SERVICES]: JSON.stringify(sigstore.signingConfig),
    "trusted_root.json": JSON.stringify(sigstore.trustedRoot),
  });
  const digest = await prepare(template.path, registry.host);
  const stored = structuredClone(registry.repositories);
  const results: ExampleResult[][] = [];
  for (const [at, lines] of scripts.entries()) {
    const directory = join(work.path, String(at));
    await cp(template.path, directory, { recursive: true });
    if (lines.some((line) => line.includes("examples/"))) {
      await cp(join(ROOT, "examples"), join(directory, "examples"), { recursive: true, verbatimSymlinks: true });
    }
    fill(registry.repositories, stored);
    Deno.chdir(directory);
    // A script that makes the keys does not find them there.
    if (lines.includes("gantry keygen release")) await removeKeys(directory);
    const done: ExampleResult[] = [];
    for (const line of lines) {
      const { code, stderr } = await runLine(
        line.replaceAll(HOSTS_REGEXP, registry.host).replaceAll("sha256:DIGEST", digest),
        directory,
      );
      done.push({ line, code, stderr });
    }
    results.push(done);
  }
  Deno.chdir(ROOT);
  await Deno.stdout.write(new TextEncoder().encode(JSON.stringify(results)));
}

async function removeKeys(directory: string): Promise<void> {
  for (const name of ["release.key", "release.pub"]) await Deno.remove(join(directory, name));
}

function fill(repositories: Map<string, StoredRepository>, stored: ReadonlyMap<string, StoredRepository>): void {
  repositories.clear();
  for (const [name, repository] of structuredClone(stored)) repositories.set(name, repository);
}

/** Makes what the examples name, and gives the digest of `acme/app:1.0.0`. */
async function prepare(directory: string, host: string): Promise<string> {
  const app = `oci://${host}/acme/app`;
  const certificate = await makeCertificate({ name: "registry.site" });
  await writeTree(directory, {
    "ca.pem": certificate.cert,
    "cosign.pub": sampleKey("p256.pub"),
    "ci.pub": sampleKey("p256.pub"),
    "release.pub": sampleKey("p256.pub"),
    "release.key": sampleKey("p256.pem"),
    "sbom.spdx.json": JSON.stringify({ spdxVersion: "SPDX-2.3" }),
    "signer.js": SIGNER,
    "scan.json": JSON.stringify({ found: [] }),
    "deploy/deployment.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: web }\n",
    "deploy/kustomization.yaml": "resources: [deployment.yaml]\n",
    "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "chart/templates/service.yaml": "apiVersion: v1\nkind: Service\n",
    "charts/app/Chart.yaml": "apiVersion: v2\nname: app\nversion: 1.2.3\n",
    "charts/app/templates/service.yaml": "apiVersion: v1\nkind: Service\n",
    "module/timoni.cue": "package main\n",
    "module/cue.mod/module.cue": 'module: "timoni.sh/web"\n',
    "service/cue.mod/module.cue": 'module: "example.com/service@v1"\nlanguage: version: "v0.15.0"\n',
    "net/main.tf": 'output "cidr" { value = "10.0.0.0/16" }\n',
    "modules/net/main.tf": 'output "cidr" { value = "10.0.0.0/16" }\n',
    "policy/deny.rego": "package main\n\ndeny contains msg if { msg := input.no }\n",
    "policies/authz.rego": "package authz\n\ndefault allow := false\n",
    "project/compose.yaml": "services:\n  web:\n    image: nginx:1.29\n",
    "models/small.bin": "1",
    "models/index.json": "{}\n",
    "artifacthub-repo.yml": "repositoryID: 1\n",
    "root/usr/local/bin/tool": "#!/bin/sh\n",
    "fixture/a.md": "# A\n",
    "plugins/no_drafts.ts": NO_DRAFTS,
    // The examples work in a repository, as their readers do.
    ".git/HEAD": "ref: refs/heads/main\n",
    "auth.json": JSON.stringify({ auths: { [host]: { auth: btoa("acme:secret") } } }),
    "home/.docker/config.json": JSON.stringify({ auths: { [host]: { auth: btoa("acme:secret") } } }),
  });
  await Deno.copyFile(join(ROOT, "examples/plugins/image_policy.sh"), join(directory, "plugins/policy.sh"));
  await Deno.chmod(join(directory, "plugins/policy.sh"), 0o755);
  await writeScript(directory, "signer.sh", `exec ${Deno.execPath()} run --quiet -A --no-config signer.js "$@"`);
  const deploy = join(directory, "deploy");
  const make = async (...args: readonly string[]): Promise<GantryResult> => await gantryOk(args, { env: ENVIRONMENT });
  await make("push", deploy, app, `oci-layout:${join(directory, "out")}`, "--profile", "flux", "--version", "1.0.0");
  await make("push", deploy, app, "--profile", "flux", "--version", "1.1.0", "--latest", "-t", "stable");
  await make("push", deploy, `oci://${host}/acme/db`, "--profile", "flux", "--version", "2.1.0");
  await make("push", deploy, `oci-archive:${join(directory, "app.tar")}`, "--profile", "flux", "--version", "1.0.0");
  const others = [["chart", "charts/web", "0.1.0"], ["policy", "policy", "1.0.0"], ["module", "module", "1.0.0"]];
  for (const [source = "", repository, version = ""] of others) {
    const named = source === "chart" ? [] : ["--version", version];
    await make("push", join(directory, source), `oci://${host}/acme/${repository}`, ...named);
  }
  const image = ["--profile", "image", "-t", "latest"];
  await make("push", join(directory, "root"), `oci://${host}/distroless/cc-debian12`, ...image);
  await sign(join(directory, "out"));
  const services = ["--keyless", "--signing-config", join(directory, SERVICES)];
  await make("sign", `oci-layout:${join(directory, "out")}:1.0.0`, ...services);
  await make("copy", `oci-layout:${join(directory, "out")}:1.0.0`, app, "--referrers");
  await make("export", `${app}:1.0.0`, `oci-archive:${join(directory, "bundle.tar")}`);
  await make("export", `${app}:1.0.0`, `oci-archive:${join(directory, "carry.tar")}`, "--volume-size", "4GiB");
  const { stdout } = await make("inventory", app);
  await Deno.writeTextFile(join(directory, "have.json"), stdout);
  const inspected = await make("inspect", `${app}:1.0.0`, "-o", "json");
  return JSON.parse(inspected.stdout).digest;
}

/** Signs what is in a layout, and says how it was built. */
async function sign(path: string): Promise<void> {
  const context = testContext();
  await using store = directoryStore({ kind: "oci-layout", path });
  const subject = await store.resolve("1.0.0", context);
  if (subject === undefined) throw new Error("There is nothing to sign");
  await place(store, bundleReferrer(subject), context);
  await place(store, bundleReferrer(subject, { predicateType: "https://slsa.dev/provenance/v1" }), context);
}

/** Signs as a program with a key of its own does. */
const SIGNER = `import { createPrivateKey, createPublicKey, sign } from "node:crypto";

const key = createPrivateKey(Deno.readTextFileSync("release.key"));
const bytes = new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer());
const answer = Deno.args[0] === "sign"
  ? sign("sha256", bytes, key)
  : new TextEncoder().encode(createPublicKey(key).export({ type: "spki", format: "pem" }));
await Deno.stdout.write(answer);
`;

const ENVIRONMENT = { SOURCE_DATE_EPOCH: "1700000000", SIGSTORE_ID_TOKEN: identityToken() };

/** The services that stand in for the public ones. */
const SERVICES = "services.json";

/** The first plugin of `docs/plugins.md`. */
const NO_DRAFTS = `import type { Kit, PluginFactory } from "@gantry/gantry/plugin";

export default ((kit: Kit) =>
  kit.plugin({
    name: "acme:no-drafts",
    version: "1.0.0",
    apiVersion: 1,
    stage: "filter",
    description: "Leaves out drafts.",
    options: kit.z.strictObject({ suffix: kit.z.string().min(1).default(".draft.yaml") }),
    run({ entries }, { suffix }) {
      const drafts = entries.filter(({ path }) => path.endsWith(suffix));
      return { drop: drafts.map(({ path }) => ({ path, reason: "ends in " + suffix })) };
    },
  })) satisfies PluginFactory;
`;

/** What other programs would give to a pipe. */
const GIVEN: Readonly<Record<string, string>> = {
  kustomize: "apiVersion: v1\nkind: ConfigMap\n",
  echo: "secret\n",
  cat: "apiVersion: v1\nkind: ConfigMap\n",
};

/** Runs every gantry of a pipe, one after the other, and writes a file where the line says so. */
async function runLine(line: string, directory: string): Promise<{ readonly code: number; readonly stderr: string }> {
  let given: string | Uint8Array<ArrayBuffer> = "";
  let code = 0;
  let stderr = "";
  for (const stage of line.split(" | ")) {
    const [command = "", file] = stage.replace(/^ssh \S+ /, "").split(" > ");
    const [program = "", ...args] = wordsOf(command);
    if (program !== "gantry") {
      given = GIVEN[program] ?? "";
      continue;
    }
    const services = args.some((arg) => /^--(?:sign-)?keyless$/.test(arg)) ? ["--signing-config", SERVICES] : [];
    const result = await gantry([...args, ...services], {
      stdin: typeof given === "string" ? new TextEncoder().encode(given) : given,
      // Who reads from a pipe cannot be asked.
      ...(given.length === 0 ? { answer: "y" } : {}),
      env: { ...ENVIRONMENT, HOME: join(directory, "home"), PATH: Deno.env.get("PATH") ?? "" },
    });
    code ||= result.code;
    stderr += result.stderr;
    given = result.bytes ?? result.stdout;
    if (file === undefined) continue;
    await writeTree(directory, { [file.trim().replace("~", "home")]: result.stdout });
  }
  return { code, stderr };
}

/** Splits as a shell does, as far as the examples need it. */
function wordsOf(command: string): readonly string[] {
  return (command.match(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g) ?? []).map((word) =>
    word.replaceAll(/['"]/g, (quote) => {
      return word.startsWith("'") && quote === '"' ? quote : "";
    })
  );
}

if (import.meta.main) await runAll();
