import { CI_SYSTEMS, type CiSystem } from "./systems.ts";

/**
 * What names the pipeline that a CI system runs, by the system: the same in every run of it, and a URI that people can
 * follow. `{NAME}` is the value of a variable; the first text whose variables are all set counts.
 */
const BUILDERS: Readonly<Record<string, readonly string[]>> = {
  "Forgejo Actions": ["{FORGEJO_SERVER_URL}/{FORGEJO_WORKFLOW_REF}", "{GITHUB_SERVER_URL}/{GITHUB_WORKFLOW_REF}"],
  "Gitea Actions": ["{GITHUB_SERVER_URL}/{GITHUB_WORKFLOW_REF}"],
  "GitHub Actions": ["{GITHUB_SERVER_URL}/{GITHUB_WORKFLOW_REF}"],
  "GitLab CI": ["https://{CI_CONFIG_REF_URI}"],
  "Buildkite": ["https://buildkite.com/{BUILDKITE_ORGANIZATION_SLUG}/{BUILDKITE_PIPELINE_SLUG}"],
  "Jenkins": ["{JOB_URL}"],
  "Azure Pipelines": ["{SYSTEM_COLLECTIONURI}{SYSTEM_TEAMPROJECT}/_build?definitionId={SYSTEM_DEFINITIONID}"],
};

/** What stands for a builder of which nothing more is known. */
const UNKNOWN_BUILDER = "https://github.com/gantry/gantry/builder";

/**
 * Says who builds: a URI for the provenance.
 *
 * @param env The value of an environment variable; {@linkcode BUILDER_VARIABLES} are asked for.
 */
export function builderOf(env: (name: string) => string | undefined): string {
  const system = CI_SYSTEMS.find(({ detect }) =>
    Object.entries(detect).every(([name, is]) => is.test(env(name) ?? ""))
  );
  if (system === undefined) return `${UNKNOWN_BUILDER}/local`;
  for (const template of templatesOf(system)) {
    const values = new Map(namesIn(template).map((name) => [name, env(name) ?? ""]));
    if ([...values.values()].includes("")) continue;
    return template.replaceAll(NAME_REGEXP, (_, name: string) => values.get(name) ?? "");
  }
  return `${UNKNOWN_BUILDER}/${system.name.toLowerCase().replaceAll(" ", "-")}`;
}

const NAME_REGEXP = /\{([A-Z][A-Z0-9_]*)\}/g;

/** The variables that are looked at. */
export const BUILDER_VARIABLES: readonly string[] = CI_SYSTEMS.flatMap(builderVariablesOf);

/** Those of one CI system. */
export function builderVariablesOf(system: CiSystem): readonly string[] {
  return [...Object.keys(system.detect), ...templatesOf(system).flatMap(namesIn)];
}

function templatesOf({ name }: CiSystem): readonly string[] {
  return BUILDERS[name] ?? [];
}

function namesIn(template: string): readonly string[] {
  return [...template.matchAll(NAME_REGEXP)].map(([, name = ""]) => name);
}
