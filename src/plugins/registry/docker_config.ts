/**
 * Docker's configuration file, as far as it is about credentials. podman's `auth.json` and a Kubernetes
 * `dockerconfigjson` secret have the same form.
 */
import { decodeBase64 } from "./base64.ts";
import type { Credential } from "./credentials.ts";
import { isDockerHub } from "./endpoint.ts";

/** The part of the file that gantry reads. */
export interface DockerConfig {
  /** Credentials by server: a host, a host and the beginning of a repository, or the URL of an old API. */
  readonly auths: ReadonlyMap<string, Credential>;
  /** Helper programs by host, without `docker-credential-`. */
  readonly credHelpers: ReadonlyMap<string, string>;
  /** The helper program for every other host. */
  readonly credsStore?: string;
}

/**
 * Parses the file's text. An empty file is a configuration without credentials.
 *
 * @param name What to call the file in an error.
 * @throws {SyntaxError} When it is not JSON, or an entry does not hold what it should; no credential is in the message.
 */
export function parseDockerConfig(text: string, name: string): DockerConfig {
  const config = text.trim() === "" ? {} : parseObject(text, name);
  const credsStore = config.credsStore;
  return {
    auths: new Map(
      entriesOf(config.auths).flatMap(([server, entry]) => {
        const credential = parseEntry(server, entry, name);
        return credential === undefined ? [] : [[server, credential] as const];
      }),
    ),
    credHelpers: new Map(
      entriesOf(config.credHelpers).flatMap(([host, helper]) => typeof helper === "string" ? [[host, helper]] : []),
    ),
    ...(typeof credsStore === "string" && credsStore !== "" ? { credsStore } : {}),
  };
}

/** What Docker itself writes for Docker Hub. */
export const DOCKER_HUB_SERVER = "https://index.docker.io/v1/";

/**
 * Finds the credential for a repository: the longest key that names it or a part of its path, then its host, under any
 * of the forms in which tools write a host.
 */
export function findAuth(config: DockerConfig, host: string, repository: string): Credential | undefined {
  const parts = repository.split("/");
  const paths = parts.map((_, index) => [host, ...parts.slice(0, parts.length - index)].join("/"));
  for (const key of [...paths, ...serverNames(host)]) {
    const found = config.auths.get(key);
    if (found !== undefined) return found;
  }
  const names = serverNames(host);
  for (const [key, credential] of config.auths) {
    if (/^https?:\/\//.test(key) && names.includes(key.replace(/^https?:\/\//, "").split("/", 1)[0] ?? "")) {
      return credential;
    }
  }
  return undefined;
}

/** The names under which a host's credentials may be kept. */
export function serverNames(host: string): readonly string[] {
  return isDockerHub(host) ? [DOCKER_HUB_SERVER, "docker.io", "index.docker.io", "registry-1.docker.io"] : [host];
}

function parseObject(text: string, name: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The cause would quote the text, and with it credentials.
    throw new SyntaxError(`Cannot parse ${name}: it is not JSON`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxError(`Cannot parse ${name}: it is not a JSON object`);
  }
  return { ...value };
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

function parseEntry(server: string, value: unknown, name: string): Credential | undefined {
  const entry = Object.fromEntries(entriesOf(value));
  const text = (key: string): string => typeof entry[key] === "string" ? entry[key] : "";
  if (text("identitytoken") !== "") return { kind: "identity-token", token: text("identitytoken") };
  if (text("registrytoken") !== "") return { kind: "registry-token", token: text("registrytoken") };
  if (text("auth") !== "") {
    const [username, password] = splitAuth(text("auth")) ?? [];
    if (username === undefined || password === undefined) {
      throw new SyntaxError(`Cannot parse ${name}: the "auth" of ${server} is not base64 of USER:PASSWORD`);
    }
    return { kind: "password", username, password };
  }
  const [username, password] = [text("username"), text("password")];
  // Docker leaves an empty entry behind for a host whose credentials a helper keeps.
  return username === "" && password === "" ? undefined : { kind: "password", username, password };
}

function splitAuth(auth: string): readonly [string, string] | undefined {
  try {
    const text = decodeBase64(auth);
    const colon = text.indexOf(":");
    // Docker pads a password with NUL in some old files.
    return colon <= 0 ? undefined : [text.slice(0, colon), text.slice(colon + 1).replace(/\0+$/, "")];
  } catch {
    return undefined;
  }
}
