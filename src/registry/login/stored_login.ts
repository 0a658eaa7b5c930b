import { eraseInHelper, helperProgram, storeInHelper } from "./credential_helper.ts";
import type { CredentialWorld } from "./credential_world.ts";
import type { Credential } from "./credentials.ts";
import { encodeBase64, helperFor, isServerKey, parseDockerConfig, parseObject, serverName } from "./docker_config.ts";

/** Where a login is kept. */
export interface LoginPlace {
  /** Docker's configuration file. It is made when it is absent. */
  readonly path: string;
  readonly world: CredentialWorld;
}

/** What keeps a login now: the program of a helper, or the file at a path, where it is not encrypted. */
export interface StoredLogin {
  readonly kind: "helper" | "file";
  readonly name: string;
}

/**
 * Keeps credentials for a host: with the helper that the configuration names, or else in the file itself, readable by
 * its owner only. Everything else in the file stays.
 *
 * @throws {SyntaxError} When the file is not a JSON object, or the user name holds a colon, which no file can keep.
 */
export async function storeLogin(
  host: string,
  credential: Credential,
  { path, world }: LoginPlace,
): Promise<StoredLogin> {
  if (credential.kind === "password" && credential.username.includes(":")) {
    throw new SyntaxError("Cannot keep a user name with a colon: the file separates name and password by one");
  }
  const helper = helperFor(parseDockerConfig(await world.readTextFile(path) ?? "", path), host);
  const server = serverName(host);
  if (helper !== undefined) await storeInHelper(helper, server, credential, world);
  // As Docker does it: an empty entry says that the helper knows the server.
  const entry = helper === undefined ? entryOf(credential) : {};
  await world.changeFile(path, (text) => changeAuths(text, path, (auths) => ({ ...auths, [server]: entry })));
  return helper === undefined ? { kind: "file", name: path } : { kind: "helper", name: helperProgram(helper) };
}

/**
 * Forgets the credentials of a host, under every name that stands for it. Those for a part of its repositories stay.
 *
 * @returns Whether there were any.
 */
export async function eraseLogin(host: string, { path, world }: LoginPlace): Promise<boolean> {
  const text = await world.readTextFile(path);
  if (text === undefined) return false;
  const config = parseDockerConfig(text, path);
  const helper = helperFor(config, host);
  const inHelper = helper !== undefined && await eraseInHelper(helper, serverName(host), world);
  if (![...config.auths.keys()].some((key) => isServerKey(key, host))) return inHelper;
  const without = (auths: Auths): Auths => {
    return Object.fromEntries(Object.entries(auths).filter(([key]) => !isServerKey(key, host)));
  };
  await world.changeFile(path, (now) => changeAuths(now, path, without));
  return true;
}

function entryOf(credential: Credential): Readonly<Record<string, string>> {
  switch (credential.kind) {
    case "password":
      return { auth: encodeBase64(`${credential.username}:${credential.password}`) };
    case "identity-token":
      return { identitytoken: credential.token };
    case "registry-token":
      return { registrytoken: credential.token };
  }
}

type Auths = Readonly<Record<string, unknown>>;

/** @returns `undefined` when there is nothing to change, however the file is laid out. */
function changeAuths(text = "", path: string, change: (auths: Auths) => Auths): string | undefined {
  const config = parseObject(text, path);
  const auths = config.auths ?? {};
  if (typeof auths !== "object" || Array.isArray(auths)) {
    throw new SyntaxError(`Cannot change ${path}: its "auths" is not an object`);
  }
  const changed = { ...config, auths: change({ ...auths }) };
  if (JSON.stringify(changed) === JSON.stringify(config)) return undefined;
  return `${JSON.stringify(changed, undefined, indentationOf(text))}\n`;
}

/** As the file has it, or a tab, as Docker has it. */
function indentationOf(text: string): string {
  return /^\s*\{\r?\n([ \t]+)"/.exec(text)?.[1] ?? "\t";
}
