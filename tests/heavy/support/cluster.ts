/** A Kubernetes API server with etcd and Flux's controllers, all real, as processes of this machine on loopback. */
import { join } from "node:path";
import { makeCertificate } from "../../support/network/certificates.ts";
import { findTool } from "../../support/tools.ts";
import { tempDirectory } from "../../support/temp_directory.ts";
import { freePort, startProcess, until } from "./process.ts";

/** An object of Kubernetes, as far as it is looked at here. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly generation?: number };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly data?: Readonly<Record<string, string>>;
  readonly status?: KubeStatus;
}

/** What Flux says of its objects. */
export interface KubeStatus {
  readonly conditions?: readonly KubeCondition[];
  readonly artifact?: {
    readonly revision: string;
    readonly digest: string;
    readonly url: string;
    readonly metadata?: Readonly<Record<string, string>>;
  };
  readonly lastAppliedRevision?: string;
}

/** One condition of an object. */
export interface KubeCondition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration?: number;
}

/** A running cluster. */
export interface Cluster extends AsyncDisposable {
  /** The path of a kubeconfig. */
  readonly kubeconfig: string;
  /** Makes an object what is said, in the namespace `default`. */
  apply(object: ObjectName & Readonly<Record<string, unknown>>): Promise<void>;
  /** Reads an object; `undefined` when there is none. */
  get(object: ObjectName): Promise<KubeObject | undefined>;
  /** Waits until a controller has made up its mind about an object as it was applied last. */
  settled(object: ObjectName): Promise<{ readonly object: KubeObject; readonly ready: KubeCondition }>;
  /** Has a controller look at an object now, and waits until something is true of it. */
  reconciled(object: ObjectName, isDone: (object: KubeObject) => boolean): Promise<KubeObject>;
}

/** Which object is meant. */
export type ObjectName = Pick<KubeObject, "apiVersion" | "kind"> & { readonly metadata: { readonly name: string } };

const TOKEN = "only-for-this-test";
/** How long a controller may take, in milliseconds. */
const LIMIT = 90_000;

/** Starts a cluster. Everything that was started is ended, and what was written removed, when it is disposed of. */
export async function startCluster(): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const directory = stack.use(await tempDirectory());
  const at = (name: string): string => join(directory.path, name);
  const authority = await makeCertificate({ name: "authority", authority: true });
  const server = await makeCertificate({ name: "server", issuer: authority, hosts: ["127.0.0.1", "localhost"] });
  const accounts = await makeCertificate({ name: "accounts" });
  const files = {
    "ca.crt": authority.cert,
    "tls.crt": server.cert,
    "tls.key": server.key,
    "accounts.key": accounts.key,
    "accounts.crt": accounts.cert,
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(at(name), text, { mode: 0o600 });
  await Deno.writeTextFile(at("tokens.csv"), `${TOKEN},admin,admin,system:masters\n`);

  const etcd = `http://127.0.0.1:${freePort()}`;
  const peers = `http://127.0.0.1:${freePort()}`;
  stack.use(startProcess("etcd", [
    ...["--data-dir", at("etcd"), "--listen-client-urls", etcd, "--advertise-client-urls", etcd],
    ...["--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", `default=${peers}`],
  ]));
  await until("etcd is healthy", LIMIT, () => answers(`${etcd}/health`));

  const port = freePort();
  const url = `https://127.0.0.1:${port}`;
  stack.use(startProcess("kube-apiserver", [
    `--etcd-servers=${etcd}`,
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    `--secure-port=${port}`,
    `--tls-cert-file=${at("tls.crt")}`,
    `--tls-private-key-file=${at("tls.key")}`,
    `--token-auth-file=${at("tokens.csv")}`,
    "--authorization-mode=RBAC",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${at("accounts.crt")}`,
    `--service-account-signing-key-file=${at("accounts.key")}`,
    "--service-cluster-ip-range=10.0.0.0/24",
    "--endpoint-reconciler-type=none",
    // Nobody makes service accounts here, and without this nothing could be created.
    "--disable-admission-plugins=ServiceAccount",
    `--cert-dir=${at("certs")}`,
  ]));
  const client = stack.adopt(Deno.createHttpClient({ caCerts: [authority.cert] }), (opened) => opened.close());
  const headers = { authorization: `Bearer ${TOKEN}` };
  const call = async (method: string, path: string, body?: unknown, type?: string): Promise<Response> =>
    await fetch(`${url}${path}`, {
      method,
      client,
      headers: { ...headers, ...(type === undefined ? {} : { "content-type": type }) },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  await until("the API server is ready", 4 * LIMIT, () => answers(`${url}/readyz`, { client, headers }));

  const apply = async (path: string, text: unknown): Promise<void> => {
    const type = "application/apply-patch+yaml";
    const response = await call("PATCH", `${path}?fieldManager=gantry-tests&force=true`, text, type);
    const said = await response.text();
    if (!response.ok) throw new Error(`Cannot apply ${path}: ${said}`);
  };
  const definitions = await definitionFiles();
  for (const { name, text } of definitions) {
    await apply(`/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${name}`, text);
  }
  for (const path of ["/apis/source.toolkit.fluxcd.io/v1", "/apis/kustomize.toolkit.fluxcd.io/v1"]) {
    await until(`${path} is there`, LIMIT, () => answers(`${url}${path}`, { client, headers }));
  }

  const kubeconfig = at("kubeconfig");
  await Deno.writeTextFile(kubeconfig, kubeconfigText(url, at("ca.crt")));
  const env = { KUBECONFIG: kubeconfig, RUNTIME_NAMESPACE: "default" };
  const storage = `127.0.0.1:${freePort()}`;
  await Deno.mkdir(at("artifacts"));
  const sourceHealth = `127.0.0.1:${freePort()}`;
  stack.use(startProcess("source-controller", [
    ...["--watch-all-namespaces", `--health-addr=${sourceHealth}`, "--metrics-addr=127.0.0.1:0"],
    ...[`--storage-path=${at("artifacts")}`, `--storage-addr=${storage}`, `--storage-adv-addr=${storage}`],
  ], env));
  const kustomizeHealth = `127.0.0.1:${freePort()}`;
  stack.use(startProcess("kustomize-controller", [
    ...["--watch-all-namespaces", `--health-addr=${kustomizeHealth}`, "--metrics-addr=127.0.0.1:0"],
  ], env));
  for (const health of [sourceHealth, kustomizeHealth]) {
    await until(`the controller at ${health} is ready`, LIMIT, () => answers(`http://${health}/readyz`));
  }

  const get = async (name: ObjectName): Promise<KubeObject | undefined> => {
    const response = await call("GET", pathOf(name));
    const object = await response.json();
    return response.ok ? object : undefined;
  };
  const all = stack.move();
  return {
    kubeconfig,
    get,
    apply: (object) => apply(pathOf(object), object),
    async settled(name): Promise<{ readonly object: KubeObject; readonly ready: KubeCondition }> {
      return await until(`${name.kind} ${name.metadata.name} is settled`, LIMIT, async () => {
        const object = await get(name);
        const ready = object?.status?.conditions?.find(({ type, status, reason, observedGeneration }) =>
          type === "Ready" && status !== "Unknown" && reason !== "Progressing" &&
          observedGeneration === object.metadata.generation
        );
        if (object === undefined || ready === undefined) return undefined;
        // A controller may say so a moment before it says what it has.
        const has = object.status?.artifact ?? object.status?.lastAppliedRevision;
        return ready.status === "True" && has === undefined ? undefined : { object, ready };
      });
    },
    async reconciled(name, isDone): Promise<KubeObject> {
      const annotations = { "reconcile.fluxcd.io/requestedAt": crypto.randomUUID() };
      const type = "application/merge-patch+json";
      await (await call("PATCH", pathOf(name), { metadata: { annotations } }, type)).body?.cancel();
      return await until(`${name.kind} ${name.metadata.name} is reconciled`, LIMIT, async () => {
        const object = await get(name);
        return object !== undefined && isDone(object) ? object : undefined;
      });
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function answers(url: string, init: RequestInit & { readonly client?: Deno.HttpClient } = {}): Promise<
  true | undefined
> {
  try {
    const response = await fetch(url, init);
    await response.body?.cancel();
    return response.ok ? true : undefined;
  } catch {
    return undefined;
  }
}

/** Where the API server has an object of the namespace `default`. */
function pathOf({ apiVersion, kind, metadata: { name } }: ObjectName): string {
  const plural = kind.toLowerCase().replace(/y$/, "ie") + "s";
  const group = apiVersion === "v1" ? "/api/v1" : `/apis/${apiVersion}`;
  return `${group}/namespaces/default/${plural}/${name}`;
}

/** The definitions of Flux's objects, as build.sh has put them beside the programs. */
async function definitionFiles(): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const directory = join(findTool("kube-apiserver") ?? "", "../../crds");
  const files = await Array.fromAsync(Deno.readDir(directory));
  return await Promise.all(files.map(async ({ name: file }) => {
    const text = await Deno.readTextFile(join(directory, file));
    const name = /^ {2}name: (\S+)$/m.exec(text)?.[1];
    if (name === undefined) throw new Error(`Cannot find the name of the definition in ${file}`);
    return { name, text };
  }));
}

function kubeconfigText(server: string, authority: string): string {
  return JSON.stringify({
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [{ name: "test", cluster: { server, "certificate-authority": authority } }],
    "users": [{ name: "admin", user: { token: TOKEN } }],
    "contexts": [{ name: "test", context: { cluster: "test", user: "admin", namespace: "default" } }],
    "current-context": "test",
  });
}
