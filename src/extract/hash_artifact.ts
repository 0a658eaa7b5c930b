import type { Digest } from "../oci/digest.ts";
import type { Context } from "../work/context.ts";
import type { BlobReader } from "../store/store.ts";
import { extractLayers } from "./extract_layers.ts";
import { createTree, type DirectoryNode } from "./extracted_tree.ts";
import { extractInto } from "./extraction.ts";
import type { ExtractionRules } from "./extraction_rules.ts";
import type { FoundArtifact } from "./find_artifact.ts";
import { createHashingWriter, type HashedContent } from "./hashing_writer.ts";
import { planLayers } from "./plan_layers.ts";

/** A file or a link of an artifact, as it would be extracted. */
export type HashedFile = HashedRegularFile | HashedLink;

/** A file, known by its digest. */
export interface HashedRegularFile extends HashedContent {
  readonly kind: "file";
  /** Left out where nothing says it, as of a layer that is the file itself. */
  readonly executable?: boolean;
}

/** A symbolic link. */
export interface HashedLink {
  readonly kind: "link";
  readonly target: string;
}

/** What a pull would make. */
export interface HashedTree {
  /** By path, in no particular order. */
  readonly files: ReadonlyMap<string, HashedFile>;
  /** The paths of directories in which nothing is, in no particular order. */
  readonly emptyDirectories: readonly string[];
}

/** How an artifact is read. */
export interface HashOptions {
  readonly rules: ExtractionRules;
  /** How many small layers are read at a time. */
  readonly concurrency: number;
  /** Files up to this size can be read again, unless `wants` says no; none when left out. */
  readonly keep?: {
    readonly limit: number;
    readonly wants: (path: string, digest: Digest) => boolean;
  };
}

/**
 * Reads an artifact as a pull does, and writes nothing: every byte is checked, and every rule but those about links.
 *
 * @throws {ExtractionError} When the artifact breaks a rule.
 */
export async function hashArtifact(
  store: BlobReader,
  { manifest }: Pick<FoundArtifact, "manifest">,
  { rules, concurrency, keep }: HashOptions,
  context: Context,
): Promise<HashedTree> {
  const tree = createTree();
  const writer = createHashingWriter(keep, context.scratch);
  // Nothing is written, so no link can lead anybody anywhere.
  const harmless: ExtractionRules = { ...rules, links: "keep" };
  const extraction = extractInto(tree, writer, harmless);
  await extractLayers(store, planLayers(manifest), { extraction, rules: harmless, concurrency }, context);
  const contents = await writer.finish();
  const files = new Map<string, HashedFile>();
  const emptyDirectories: string[] = [];
  takeIn(tree.root, "");
  return { files, emptyDirectories };

  function takeIn({ children }: DirectoryNode, above: string): void {
    for (const [name, node] of children) {
      const path = `${above}${name}`;
      if (node.kind === "link") files.set(path, { kind: "link", target: node.target });
      else if (node.kind === "directory") {
        if (node.children.size === 0) emptyDirectories.push(path);
        takeIn(node, `${path}/`);
      } else {
        const { executable } = node;
        const content = contents.get(path);
        if (content === undefined) continue;
        files.set(path, { kind: "file", ...(executable === undefined ? {} : { executable }), ...content });
      }
    }
  }
}
