/**
 * Scopes: what a token is good for.
 *
 * @see {@link https://distribution.github.io/distribution/spec/auth/scope/ | Token Scope Documentation}
 */

/** What a command wants to do in a repository. */
export type Access = "pull" | "push" | "delete";

const ACTIONS: Readonly<Record<Access, string>> = {
  pull: "pull",
  push: "pull,push",
  // IBM Cloud wants all three for a deletion.
  delete: "delete,pull,push",
};

/** The scope for the list of all repositories. */
export const CATALOG_SCOPE = "registry:catalog:*";

/** The scope for a repository, such as `repository:acme/app:pull,push`. */
export function repositoryScope(repository: string, access: Access): string {
  return `repository:${repository}:${ACTIONS[access]}`;
}

/**
 * Merges scopes by what they are for, in the order of the first mention: some registries look at the first scope only.
 * Actions are sorted, so the same wishes give the same text.
 */
export function mergeScopes(scopes: readonly string[]): readonly string[] {
  const merged = new Map<string, Set<string>>();
  for (const scope of scopes.flatMap((text) => text.split(" ")).filter((text) => text !== "")) {
    const colon = scope.lastIndexOf(":");
    const resource = scope.slice(0, Math.max(colon, 0));
    const actions = merged.get(resource) ?? new Set();
    scope.slice(colon + 1).split(",").forEach((action) => actions.add(action));
    merged.set(resource, actions);
  }
  return [...merged].map(([resource, actions]) => {
    const list = actions.has("*") ? ["*"] : [...actions].sort();
    return resource === "" ? list.join(",") : `${resource}:${list.join(",")}`;
  });
}
