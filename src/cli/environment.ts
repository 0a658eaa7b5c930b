import { CI_VARIABLES } from "../plugins/annotate/ci/variables.ts";
import { BUILDER_VARIABLES } from "../plugins/annotate/ci/builder.ts";
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

/**
 * Every environment variable that gantry itself reads, sorted. The permissions in `deno.json` are wider, because a
 * plugin or a configuration file may declare any other.
 */
export const ENVIRONMENT_VARIABLES: readonly string[] = [
  ...new Set([
    ...CI_VARIABLES,
    ...BUILDER_VARIABLES,
    // The password of a private key, and what signs without one.
    "COSIGN_PASSWORD",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "SIGSTORE_ID_TOKEN",
    // Where results go in GitHub Actions, and where its files are.
    "GITHUB_OUTPUT",
    "GITHUB_STEP_SUMMARY",
    "GITHUB_WORKSPACE",
    // Where the cache is.
    "GANTRY_CACHE",
    "XDG_CACHE_HOME",
    // Credentials, the files that hold them, and the helpers that keep them.
    "DOCKER_AUTH_CONFIG",
    "DOCKER_CONFIG",
    "GANTRY_PASSWORD",
    "GANTRY_USERNAME",
    "HOME",
    "PATH",
    "REGISTRY_AUTH_FILE",
    "USERPROFILE",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
    // Proxies, and the certificate authorities of the system.
    ...["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    // Whether there are colours.
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "FORCE_COLOR",
    "NO_COLOR",
    "TERM",
  ]),
].sort();
