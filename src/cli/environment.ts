import { CI_VARIABLES } from "../plugins/annotate/env.ts";

/**
 * Every environment variable that gantry may read, sorted. The permissions in `deno.json` list the same; a test holds
 * them together.
 */
export const ENVIRONMENT_VARIABLES: readonly string[] = [
  ...new Set([
    ...CI_VARIABLES,
    // Where results go in GitHub Actions.
    "GITHUB_OUTPUT",
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
    // Commander asks for these before it writes.
    "CLICOLOR_FORCE",
    "FORCE_COLOR",
    "NO_COLOR",
  ]),
].sort();
