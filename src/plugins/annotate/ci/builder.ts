import { CI_SYSTEMS, type CiSystem } from "./systems.ts";

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
  for (const template of system.pipeline ?? []) {
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
export function builderVariablesOf({ detect, pipeline = [] }: CiSystem): readonly string[] {
  return [...Object.keys(detect), ...pipeline.flatMap(namesIn)];
}

function namesIn(template: string): readonly string[] {
  return [...template.matchAll(NAME_REGEXP)].map(([, name = ""]) => name);
}
