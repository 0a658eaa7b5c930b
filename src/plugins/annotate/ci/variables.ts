import { CI_SYSTEMS, type CiSystem, type Fact } from "./systems.ts";

/** Every variable that the plugin `env` may look at, sorted, so that permissions can be written out. */
export const CI_VARIABLES: readonly string[] = [
  ...new Set(["SOURCE_DATE_EPOCH", ...CI_SYSTEMS.flatMap(variablesOf)]),
].sort();

/** The variables that one CI system says something in. */
export function variablesOf(system: CiSystem): readonly string[] {
  const { source, commit, branch, pullRequest, tag, time } = system;
  const places = [source, commit, branch, pullRequest?.commit ?? [], pullRequest?.branch ?? [], tag, time].flat();
  return [...Object.keys(system.detect), ...places.flatMap(variablesOfFact)];
}

function variablesOfFact({ name, when, unless }: Fact): readonly string[] {
  return [name, when?.[0] ?? [], unless?.[0] ?? []].flat();
}
