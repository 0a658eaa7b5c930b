import { join } from "node:path";
import type { Log } from "../../work/context.ts";
import { askHelper, type HelperAnswer, HelperError, helperProgram } from "./credential_helper.ts";
import type { CredentialWorld } from "./credential_world.ts";
import type { Credential, CredentialSource } from "./credentials.ts";
import { type DockerConfig, findAuth, helperFor, parseDockerConfig, serverName } from "./docker_config.ts";
import { messageOf } from "../../work/message_of.ts";

/** Where to look for credentials. */
export interface FindCredentialsOptions {
  readonly world: CredentialWorld;
  readonly log: Log;
  /** The one configuration to look into, instead of all the usual places. */
  readonly only?: DockerConfig;
}

/** One place where credentials may be. */
export interface CredentialPlace {
  /** The path of a file, or the name of a variable. */
  readonly name: string;
  /** Looks there. An empty repository means what holds for the whole host. */
  readonly find: CredentialSource;
}

/**
 * Looks for credentials where Docker and podman keep them. The first place that knows a repository wins; a place that
 * does not exist, is empty or knows others only does not hide the next:
 *
 * 1. `DOCKER_AUTH_CONFIG`, a configuration in the variable itself
 * 2. the file `REGISTRY_AUTH_FILE`
 * 3. `config.json` in `DOCKER_CONFIG`, or in `.docker` of the home directory
 * 4. podman's `containers/auth.json` in `XDG_RUNTIME_DIR`
 * 5. podman's `containers/auth.json` in `XDG_CONFIG_HOME`, or in `.config` of the home directory
 *
 * Within a place, the helper for the host (`credHelpers`, then `credsStore`) comes before what is written in the file.
 * A helper that knows nothing, is not installed or fails does not hide the file. Everything is read, and every helper
 * run, when it is first asked for, and once.
 *
 * @returns A source that throws a `SyntaxError` for a configuration that is malformed, and a
 *   {@linkcode HelperError} when a helper has failed and no other place knows the host.
 */
export function findCredentials(options: FindCredentialsOptions): CredentialSource {
  const helpers = createHelpers(options);
  const places = placesWith(helpers, options);
  return async (host, repository) => {
    for (const { name, find } of places) {
      const found = await find(host, repository);
      if (found !== undefined) return { ...found, from: name };
    }
    helpers.sayUnknown(host);
    return undefined;
  };
}

/** The places in which {@linkcode findCredentials} looks, in its order. */
export function credentialPlaces(options: FindCredentialsOptions): readonly CredentialPlace[] {
  return placesWith(createHelpers(options), options);
}

function placesWith(helpers: Helpers, { world, log, only }: FindCredentialsOptions): readonly CredentialPlace[] {
  const place = (name: string, read: () => Promise<DockerConfig | undefined>): CredentialPlace => {
    let config: Promise<DockerConfig | undefined> | undefined;
    return {
      name,
      async find(host, repository): Promise<Credential | undefined> {
        const known = await (config ??= read());
        return known && (await helpers.find(known, host) ?? findAuth(known, host, repository));
      },
    };
  };
  if (only !== undefined) return [place(only.name, () => Promise.resolve(only))];
  const variable = world.env("DOCKER_AUTH_CONFIG") ?? "";
  return [
    place("DOCKER_AUTH_CONFIG", () => Promise.resolve(parseDockerConfig(variable, "DOCKER_AUTH_CONFIG"))),
    ...usualFiles(world).map((path) => place(path, () => readConfig(path, world, log))),
  ];
}

/**
 * The file into which a login is written, unless another one is named: `REGISTRY_AUTH_FILE`, or Docker's own;
 * `undefined` without a home directory.
 */
export function loginFile(world: CredentialWorld): string | undefined {
  return world.env("REGISTRY_AUTH_FILE") || dockerConfigPath(world);
}

function usualFiles(world: CredentialWorld): readonly string[] {
  const { env } = world;
  const podman = [env("XDG_RUNTIME_DIR"), env("XDG_CONFIG_HOME") || inHome(env, ".config")];
  return [
    env("REGISTRY_AUTH_FILE"),
    dockerConfigPath(world),
    ...podman.map((directory) => directory && join(directory, "containers", "auth.json")),
  ].flatMap((path) => path ? [path] : []);
}

function dockerConfigPath({ env }: CredentialWorld): string | undefined {
  const directory = env("DOCKER_CONFIG") || inHome(env, ".docker");
  return directory && join(directory, "config.json");
}

function inHome(env: CredentialWorld["env"], name: string): string | undefined {
  const home = env("HOME") || env("USERPROFILE");
  return home && join(home, name);
}

async function readConfig(path: string, world: CredentialWorld, log: Log): Promise<DockerConfig | undefined> {
  let text: string | undefined;
  try {
    text = await world.readTextFile(path);
    const mistake = text === undefined ? await mistakeIn(path, world) : undefined;
    if (mistake !== undefined) log.warn(mistake);
  } catch (error) {
    // In a container the home directory is often that of somebody else.
    log.warn(`${messageOf(error)}: going on without the credentials in it`);
  }
  return text === undefined ? undefined : parseDockerConfig(text, path);
}

/** What somebody got wrong who has named a file that is not there; `undefined` for one that nobody has named. */
async function mistakeIn(path: string, world: CredentialWorld): Promise<string | undefined> {
  if (path === world.env("REGISTRY_AUTH_FILE")) return `There is no ${path}, which REGISTRY_AUTH_FILE names`;
  const directory = world.env("DOCKER_CONFIG");
  if (!directory || path !== join(directory, "config.json")) return undefined;
  const isFile = await world.readTextFile(directory).then((text) => text !== undefined, () => false);
  return isFile ? `DOCKER_CONFIG names the directory of config.json, and ${directory} is a file` : undefined;
}

/** The helpers that configurations name. Each is asked once for each host. */
interface Helpers {
  find(config: DockerConfig, host: string): Promise<Credential | undefined>;
  /**
   * Says which helpers were asked for a host in vain.
   *
   * @throws {HelperError} When one of them has failed.
   */
  sayUnknown(host: string): void;
}

function createHelpers({ world, log }: FindCredentialsOptions): Helpers {
  const answers = new Map<string, Promise<HelperAnswer>>();
  const inVain = new Map<string, string>();
  const failed = new Map<string, HelperError>();
  const said = new Set<string>();

  function warnOnce(message: string): void {
    if (said.has(message)) return;
    said.add(message);
    log.warn(message);
  }

  return {
    async find(config, host): Promise<Credential | undefined> {
      const helper = helperFor(config, host);
      if (helper === undefined) return undefined;
      const server = serverName(host);
      const key = `${helper} ${server}`;
      const asking = answers.get(key) ?? askHelper(helper, server, world);
      answers.set(key, asking);
      const answer = await asking.catch((error) => error);
      if (answer instanceof Error) {
        world.signal.throwIfAborted();
        log.debug(`${answer.message}: going on without what it may know`);
        failed.set(host, failed.get(host) ?? new HelperError(answer.message, { cause: answer }));
        return undefined;
      }
      if (answer.kind === "found") return answer.credential;
      const program = `${helperProgram(helper)}, named in ${config.name},`;
      if (answer.kind === "missing") warnOnce(`${program} is not installed`);
      else inVain.set(host, `${program} has no credentials for ${host}`);
      return undefined;
    },
    sayUnknown(host): void {
      const error = failed.get(host);
      if (error !== undefined) throw error;
      const message = inVain.get(host);
      if (message !== undefined) warnOnce(message);
    },
  };
}
