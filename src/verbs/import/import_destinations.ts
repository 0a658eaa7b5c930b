import { bundledNames } from "../../bundle/bundle.ts";
import { shortList } from "../../work/amounts.ts";
import { isRepository, parseOrigin } from "../../oci/origin.ts";
import type { BundledArtifact } from "../../bundle/bundle.ts";
import type { RegistryPlace } from "../../places/registry_place.ts";
import { OptionsError } from "../../options/options_error.ts";

/** Says that artifacts of `HOST/REPOSITORY`, or of all that begins with `HOST/…`, go to another repository. */
export type RepositoryMapping = readonly [from: string, to: string];

/** An artifact, and where it goes. */
export interface Destined<A extends BundledArtifact = BundledArtifact> {
  readonly artifact: A;
  /** The repository of the target, without its host. */
  readonly repository: string;
}

/**
 * Says where each artifact goes: where the longest mapping that fits puts it, or else below the prefix under the name
 * of its own repository.
 *
 * @throws {OptionsError} When a mapping fits nothing, or two artifacts would get the same name.
 */
export function importDestinations<A extends BundledArtifact>(
  artifacts: readonly A[],
  { prefix }: RegistryPlace,
  mappings: readonly RepositoryMapping[],
): readonly Destined<A>[] {
  const origins = [...new Set(artifacts.map(({ origin }) => origin))];
  const rules = mappings.map(([from, to]) => ({ from: from.replace(/\/$/, ""), to: to.replace(/\/$/, "") }));
  for (const [at, { from, to }] of rules.entries()) {
    const other = rules.slice(0, at).find((rule) => rule.from === from && rule.to !== to);
    if (other !== undefined) throw new OptionsError(`Cannot put ${from} into both ${other.to} and ${to}`);
    if (!isRepository(to)) {
      throw new OptionsError(`Cannot put ${from} into ${JSON.stringify(to)}: that is not the name of a repository`);
    }
    if (!origins.some((origin) => fits(origin, from))) {
      throw new OptionsError(
        `Cannot put ${from} into ${to}: nothing in the bundle comes from there, but from ${shortList(origins, 10)}`,
      );
    }
  }
  const destined = artifacts.map((artifact) => ({
    artifact,
    repository: repositoryFor(artifact.origin, prefix, rules),
  }));
  checkNames(destined);
  return destined;
}

interface Rule {
  readonly from: string;
  readonly to: string;
}

function repositoryFor(origin: string, prefix: string | undefined, rules: readonly Rule[]): string {
  const [rule] = rules.filter(({ from }) => fits(origin, from)).sort((a, b) => b.from.length - a.from.length);
  const { repository } = parseOrigin(origin);
  const name = rule !== undefined
    ? `${rule.to}${origin.slice(rule.from.length)}`
    : prefix === undefined
    ? repository
    : `${prefix}/${repository}`;
  if (isRepository(name)) return name;
  throw new OptionsError(`Cannot import ${origin} as ${name}: that is not the name of a repository`);
}

/** A prefix ends where a part of the name ends. */
function fits(origin: string, from: string): boolean {
  return origin === from || origin.startsWith(`${from}/`);
}

function checkNames(destined: readonly Destined[]): void {
  const seen = new Map<string, BundledArtifact & { readonly at: string }>();
  for (const { artifact, repository } of destined) {
    for (const { tag, digest } of bundledNames([artifact])) {
      const name = `${repository}:${tag}`;
      const before = seen.get(name);
      if (before !== undefined && before.at !== digest) {
        throw new OptionsError(
          `Cannot import ${before.origin} and ${artifact.origin} together: ${name} would be ${before.at} and ${digest}`,
        );
      }
      seen.set(name, { ...artifact, at: digest });
    }
  }
}
