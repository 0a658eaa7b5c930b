/**
 * Docker's configuration file, as far as it is about credentials. podman's `auth.json` and a Kubernetes
 * `dockerconfigjson` secret have the same form.
 */
import { isObject } from "../../oci/is_object.ts";
import { isDockerHub } from "../http/endpoint.ts";
import type { Credential } from "./credentials.ts";
import { jsonErrorPosition } from "./json_position.ts";

/** The part of the file that gantry reads. */
export interface DockerConfig {
  /** What to call the file in an error. */
  readonly name: string;
  /** Entries by server: a host, a host and the beginning of a repository, or the URL of an old API. */
  readonly auths: ReadonlyMap<string, unknown>;
  /** Helper programs by host, without `docker-credential-`; an empty name turns the helper off for that host. */
  readonly credHelpers: ReadonlyMap<string, string>;
  /** The helper program for every other host. */
  readonly credsStore?: string;
}

/**
 * Parses the file's text. An empty file is a configuration without credentials.
 *
 * @param name What to call the file in an error.
 * @throws {SyntaxError} When it is not a JSON object; nothing of the text is in the message.
 */
export function parseDockerConfig(text: string, name: string): DockerConfig {
  const { auths, credHelpers, credsStore } = parseObject(text, name);
  const helpers = entriesOf(credHelpers).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return {
    name,
    auths: new Map(entriesOf(auths)),
    credHelpers: new Map(helpers),
    ...(typeof credsStore === "string" ? { credsStore } : {}),
  };
}

/**
 * Parses the text as the object that it should be, with all its fields.
 *
 * @throws {SyntaxError} When it is something else; nothing of the text is in the message.
 */
export function parseObject(text: string, name: string): Readonly<Record<string, unknown>> {
  // Windows puts a byte order mark before what its editors write.
  const json = text.replace(/^\ufeff/, "");
  if (json.trim() === "") return {};
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // The cause would quote the text, and with it credentials.
    const { line, column } = jsonErrorPosition(json);
    throw new SyntaxError(`Cannot parse ${name}: it is not JSON from line ${line}, column ${column} on`);
  }
  if (isObject(value)) return { ...value };
  throw new SyntaxError(`Cannot parse ${name}: it is not a JSON object`);
}

/** What Docker itself writes for Docker Hub. */
const DOCKER_HUB_SERVER = "https://index.docker.io/v1/";

/** The name under which a host's credentials are kept when gantry or Docker writes them. */
export function serverName(host: string): string {
  return isDockerHub(host) ? DOCKER_HUB_SERVER : host;
}

/** The helper that keeps the credentials of a host, if one does: that of the host before the one for all. */
export function helperFor({ credHelpers, credsStore }: DockerConfig, host: string): string | undefined {
  const own = serverNames(host).map((name) => credHelpers.get(name)).find((helper) => helper !== undefined);
  return (own ?? credsStore) || undefined;
}

/** Every name under which a host's credentials may be kept, the most likely one first. */
function serverNames(host: string): readonly string[] {
  const hosts = isDockerHub(host) ? ["index.docker.io", "docker.io", "registry-1.docker.io"] : [host];
  return [...new Set([serverName(host), ...hosts])];
}

/**
 * Finds the credential for a repository: the longest key that names it or a part of its path, then its host, under any
 * of the forms in which tools write a host.
 *
 * @throws {SyntaxError} When the entry does not hold what it should; no credential is in the message.
 */
export function findAuth(config: DockerConfig, host: string, repository: string): Credential | undefined {
  const names = serverNames(host);
  const parts = repository.split("/");
  const paths = parts.flatMap((_, at) => names.map((name) => [name, ...parts.slice(0, parts.length - at)].join("/")));
  const legacy = [...config.auths.keys()].filter((key) => isServerKey(key, host));
  for (const key of [...paths, ...names, ...legacy]) {
    const credential = parseEntry(key, config);
    if (credential !== undefined) return credential;
  }
  return undefined;
}

/** Tells whether a key of `auths` stands for a host, and not for a part of its repositories. */
export function isServerKey(key: string, host: string): boolean {
  const names = serverNames(host);
  // Old files hold the URL of an API; podman's hold the path of a repository, which has no scheme.
  const hostOfUrl = /^https?:\/\/([^/]+)/.exec(key)?.[1] ?? key.replace(/\/(?:v[12]\/?)?$/, "");
  return names.includes(key) || names.includes(hostOfUrl);
}

function parseEntry(server: string, { auths, name }: DockerConfig): Credential | undefined {
  const entry = new Map(entriesOf(auths.get(server)));
  const text = (key: string): string => String(entry.get(key) ?? "");
  if (text("identitytoken") !== "") return { kind: "identity-token", token: text("identitytoken") };
  if (text("registrytoken") !== "") return { kind: "registry-token", token: text("registrytoken") };
  if (text("auth") !== "") {
    const credential = splitAuth(text("auth"));
    if (credential !== undefined) return credential;
    throw new SyntaxError(`Cannot parse ${name}: the "auth" of ${server} is not base64 of USER:PASSWORD`);
  }
  const [username, password] = [text("username"), text("password")];
  // Docker leaves an empty entry behind for a host whose credentials a helper keeps.
  return username === "" && password === "" ? undefined : { kind: "password", username, password };
}

function splitAuth(auth: string): Credential | undefined {
  try {
    const text = decodeBase64(auth);
    const colon = text.indexOf(":");
    if (colon <= 0) return undefined;
    // Old files pad the password with NUL.
    return { kind: "password", username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, "") };
  } catch {
    return undefined;
  }
}

function entriesOf(value: unknown): readonly [string, unknown][] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}

/** Encodes text as base64 of its UTF-8 bytes. */
export function encodeBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

/**
 * Decodes base64 of UTF-8 text.
 *
 * @throws {SyntaxError} When it is not base64.
 */
function decodeBase64(text: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
  } catch (cause) {
    throw new SyntaxError("Cannot decode base64", { cause });
  }
}
