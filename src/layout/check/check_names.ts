import type { Digest } from "../../oci/digest.ts";
import { bundledNames } from "../../bundle/bundle.ts";
import type { FoundDescription } from "./find_bundle.ts";
import { descriptorOf, fullNameOf, refNameOf } from "../entry.ts";
import type { LayoutIndex } from "../index.ts";
import type { LayoutProblem } from "./hashed_layout.ts";
import { INDEX_FILE } from "../directory/read_layout.ts";

/**
 * Compares the names in an index with those in the description of its bundle: `import` goes by the description, and
 * every other tool by the index.
 *
 * A tag without its repository agrees with each repository's. What the description does not know at all, neither the
 * manifest nor its name, is somebody else's.
 */
export function checkNames(
  { digest: by, description: { artifacts } }: FoundDescription,
  { manifests }: LayoutIndex,
): readonly LayoutProblem[] {
  const promised = bundledNames(artifacts).map(({ origin, tag, digest }) => ({
    names: [`${origin}:${tag}`, tag],
    digest,
  }));
  const told = namesAt(promised);
  const known = new Set([
    ...promised.flatMap(({ names, digest }) => [...names, digest]),
    ...artifacts.flatMap(({ digest, referrers }) => [digest, ...referrers.map(({ digest }) => digest)]),
  ]);
  const listed = manifests.flatMap((entry): readonly Named[] => {
    const [digest, name] = [descriptorOf(entry)?.digest, fullNameOf(entry) ?? refNameOf(entry)];
    return digest === undefined || name === undefined ? [] : [{ names: [name], digest }];
  });
  const found = namesAt(listed);
  const problems = [
    ...promised.filter(({ names, digest }) => !names.some((name) => found.has(`${name} ${digest}`)))
      .map(({ names: [name], digest }) => ({
        digest,
        problem: `is promised as ${name}, and ${INDEX_FILE} does not call it so`,
        neededBy: [`the bundle ${by}`],
      })),
    ...listed.filter(({ names: [name = ""], digest }) =>
      (known.has(name) || known.has(digest)) && !told.has(`${name} ${digest}`)
    ).map(({ names: [name], digest }) => ({
      digest,
      problem: `is called ${name}, and the bundle ${by} does not promise that`,
      neededBy: [INDEX_FILE],
    })),
  ];
  return [...new Map(problems.map((each) => [`${each.digest} ${each.problem}`, each])).values()];
}

interface Named {
  /** The full reference first. */
  readonly names: readonly string[];
  readonly digest: Digest;
}

function namesAt(named: readonly Named[]): ReadonlySet<string> {
  return new Set(named.flatMap(({ names, digest }) => names.map((name) => `${name} ${digest}`)));
}
