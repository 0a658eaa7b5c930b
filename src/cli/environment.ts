import { builderVariablesOf } from "../plugins/annotate/ci/builder.ts";
import { CI_SYSTEMS } from "../plugins/annotate/ci/systems.ts";
import { variablesOf } from "../plugins/annotate/ci/variables.ts";
import { looksSecret, type Secrets } from "./secrets.ts";

/** What is known of the environment: what gantry itself looks at, and what somebody has declared. */
export interface Environment {
  /** The value of one of {@linkcode ENVIRONMENT_VARIABLES}; any other name is a mistake in gantry and throws. */
  readonly env: (name: string) => string | undefined;
  /**
   * The values of variables that a configuration file or a plugin declares. Those whose names look secret are not shown
   * from here on.
   */
  readonly declaredEnv: (names: readonly string[]) => Readonly<Record<string, string | undefined>>;
}

/**
 * Keeps reading of the environment to what was declared.
 *
 * @param read Reads any variable.
 */
export function createEnvironment(read: (name: string) => string | undefined, secrets: Secrets): Environment {
  return {
    env(name): string | undefined {
      if (ENVIRONMENT_VARIABLES.includes(name)) return read(name);
      throw new RangeError(`Cannot read the environment variable ${JSON.stringify(name)}: gantry does not declare it`);
    },
    declaredEnv(names): Readonly<Record<string, string | undefined>> {
      return Object.fromEntries(names.map((name) => {
        const value = read(name);
        if (looksSecret(name)) secrets.add(value);
        return [name, value];
      }));
    },
  };
}

/** What gantry itself reads in the environment, and what for: a line of `docs/environment.md` each. */
export const ENVIRONMENT: readonly (readonly [names: readonly string[], what: string])[] = [
  [["GANTRY_USERNAME", "GANTRY_PASSWORD"], "Name and password for the one registry that a command talks to"],
  [["DOCKER_AUTH_CONFIG"], "Credentials: a Docker config file, in the variable itself"],
  [["REGISTRY_AUTH_FILE"], "The file with credentials, as for podman and skopeo"],
  [["DOCKER_CONFIG"], "The directory of Docker's `config.json`"],
  [["XDG_RUNTIME_DIR", "XDG_CONFIG_HOME"], "Where podman's `containers/auth.json` is"],
  [["HOME", "USERPROFILE"], "The home directory, where files are that no other variable names"],
  [["PATH"], "Where credential helpers, plugins and programs that sign are looked for"],
  [["COSIGN_PASSWORD"], "The password of a private key"],
  [["SIGSTORE_ID_TOKEN"], "The identity token that signs without a key, as GitLab's `id_tokens` give it"],
  [["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"], "The same in GitHub Actions"],
  [["SOURCE_DATE_EPOCH"], "The time that stands for now, in seconds since 1970"],
  [["GANTRY_CACHE"], "The directory of the cache; `off` for none"],
  [["XDG_CACHE_HOME"], "Where the directory of the cache is when `GANTRY_CACHE` is not set"],
  [bothCases("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "Proxies for HTTP and SOCKS5"],
  [bothCases("NO_PROXY"), "What is reached without a proxy"],
  [["SSL_CERT_FILE", "SSL_CERT_DIR"], "The authorities that certificates are checked against"],
  [["NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"], "Whether there are colours"],
  [["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE"], "Where results go in GitHub Actions"],
  ...CI_SYSTEMS.map((system) =>
    [
      [...variablesOf(system), ...builderVariablesOf(system)],
      `${system.name}: source, revision, time, and who builds`,
    ] as const
  ),
];

/**
 * Every environment variable that gantry itself reads, sorted. The permissions in `deno.json` are wider, because a
 * plugin or a configuration file may declare any other.
 */
export const ENVIRONMENT_VARIABLES: readonly string[] = [...new Set(ENVIRONMENT.flatMap(([names]) => names))].sort();

function bothCases(...names: readonly string[]): readonly string[] {
  return names.flatMap((name) => [name, name.toLowerCase()]);
}
