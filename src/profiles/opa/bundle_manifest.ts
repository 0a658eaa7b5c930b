import { readYaml, type YamlNode, type YamlObject } from "../../yaml/read_yaml.ts";
import { bundleError } from "./bundle_error.ts";
import { BUNDLE_MANIFEST } from "./bundle_files.ts";
import { checkJson, placeIn } from "./json_place.ts";

/** What the manifest of a bundle says, as far as files can contradict it. */
export interface BundleManifest {
  /** Left out where it says none. */
  readonly revision?: string;
  /** The parts of `data` that the bundle owns, without slashes around them; the empty one is all of it. */
  readonly roots: readonly string[];
  /** Where it says so, for messages; left out where it is what OPA takes when nothing is said. */
  readonly rootsPlace?: string;
  /** The compiled modules that it names. */
  readonly wasm?: readonly {
    /** The path of a module in the bundle. */
    readonly module: string;
    /** @throws {SourceError} Always; names the line. */
    readonly fail: (problem: string) => never;
  }[];
}

/**
 * Reads the `.manifest` of a bundle.
 *
 * @throws {SourceError} When OPA would not take it; names the line.
 * @see {@link https://www.openpolicyagent.org/docs/management-bundles/#bundle-file-format | OPA, Bundle File Format}
 */
export function readBundleManifest(text: string): BundleManifest {
  checkJson(text, BUNDLE_MANIFEST);
  const { root } = readYaml(text);
  if (root?.kind !== "object") throw bundleError(`${BUNDLE_MANIFEST}:1: there must be an object`);
  const revision = fieldOf(root, "revision");
  const roots = fieldOf(root, "roots");
  return {
    ...(revision === undefined ? {} : revisionOf(revision)),
    ...(roots === undefined
      ? { roots: [""] }
      : { roots: rootsOf(roots), rootsPlace: placeIn(text, BUNDLE_MANIFEST, roots) }),
    wasm: wasmOf(fieldOf(root, "wasm")),
  };

  function fail(node: YamlNode, problem: string): never {
    throw bundleError(`${placeIn(text, BUNDLE_MANIFEST, node)}: ${problem}`);
  }

  function textIn(node: YamlNode | undefined, around: YamlNode, name: string): string {
    if (node?.kind === "scalar" && typeof node.value === "string") return node.value;
    return fail(node ?? around, `${name} must be a text`);
  }

  function revisionOf(node: YamlNode): Pick<BundleManifest, "revision"> {
    const revision = textIn(node, node, '"revision"');
    return revision === "" ? {} : { revision };
  }

  function rootsOf(node: YamlNode): readonly string[] {
    if (node.kind !== "list") return fail(node, '"roots" must be a list');
    const roots = node.items.map((item) => ({ item, root: textIn(item, item, "a root").replace(/^\/+|\/+$/g, "") }));
    for (const [at, { item, root }] of roots.entries()) {
      const other = roots.slice(0, at).find((earlier) => isIn(root, [earlier.root]) || isIn(earlier.root, [root]));
      if (other === undefined) continue;
      fail(item, `the roots ${JSON.stringify(other.root)} and ${JSON.stringify(root)} overlap`);
    }
    return roots.map(({ root }) => root);
  }

  function wasmOf(node: YamlNode | undefined): NonNullable<BundleManifest["wasm"]> {
    if (node === undefined) return [];
    if (node.kind !== "list") return fail(node, '"wasm" must be a list');
    return node.items.map((item) => {
      if (item.kind !== "object") return fail(item, "a module must be an object");
      const module = textIn(fieldOf(item, "module"), item, '"module"').replace(/^\/+/, "");
      return { module, fail: (problem: string) => fail(item, problem) };
    });
  }
}

/** Tells whether a path of `data` is in one of some roots, part by part. */
export function isIn(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => root === "" || path === root || path.startsWith(`${root}/`));
}

/** `null` says nothing. */
function fieldOf({ byKey }: YamlObject, name: string): YamlNode | undefined {
  const value = byKey.get(name)?.value;
  return value?.kind === "scalar" && value.value === null ? undefined : value;
}
