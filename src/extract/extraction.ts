import { openDescriptors } from "../system/held_tree.ts";
import { holdDestination } from "./directory/destination.ts";
import { createTree, type ExtractedTree } from "./extracted_tree.ts";
import { type Refuse, refuser } from "./extraction_error.ts";
import type { ExtractionRules } from "./extraction_rules.ts";
import { pathParts, pathProblem } from "./member_path.ts";
import { createMeter } from "./meter.ts";
import { moveIntoPlace, type Placed } from "./directory/move_into_place.ts";
import { createPlacer } from "./placer.ts";
import { settleLinks } from "./settle_links.ts";
import { createStaging, type TreeWriter } from "./directory/staging.ts";
import { unpackLayer, type UnpackOptions } from "./unpack_layer.ts";

/** A file of an artifact that is no archive. */
export interface NamedFile {
  /** Its path, as its title says. */
  readonly path: string;
  /** What messages call the layer. */
  readonly what: string;
  /** The number of the layer. */
  readonly layer: number;
  readonly signal: AbortSignal;
}

/** Reads layer after layer, and puts what is in them where it belongs. */
export interface LayerExtraction {
  /** Extracts an archive. See {@linkcode unpackLayer}. */
  archive(bytes: ReadableStream<Uint8Array<ArrayBuffer>>, options: UnpackOptions): Promise<void>;
  /**
   * Writes a layer to a file as it is.
   *
   * @throws {ExtractionError} When the path is not taken.
   */
  file(bytes: ReadableStream<Uint8Array<ArrayBuffer>>, file: NamedFile): Promise<void>;
}

/** Extracts to a place that nobody sees, and moves everything from there at the end. */
export interface Extraction extends LayerExtraction, AsyncDisposable {
  /** What was extracted so far. */
  readonly tree: ExtractedTree;
  /**
   * Makes the links, and moves everything into place.
   *
   * @throws {ExtractionError} When a link leads out, or a file there has another content. Nothing is visible then.
   */
  finish(signal: AbortSignal): Promise<Placed>;
}

/**
 * Starts to extract an artifact. Until {@linkcode Extraction.finish} nothing is to be seen at the destination;
 * disposing removes what has not been moved there.
 *
 * @param destination A directory, or where one shall be.
 */
export async function startExtraction(destination: string, rules: ExtractionRules): Promise<Extraction> {
  await using held = new AsyncDisposableStack();
  const descriptors = held.use(await openDescriptors()).path;
  const place = held.use(await holdDestination(destination, descriptors));
  const staging = held.use(await createStaging(place.workplaces, descriptors));
  const tree = createTree();
  const all = held.move();
  return {
    tree,
    ...extractInto(tree, staging, rules),
    async finish(signal): Promise<Placed> {
      await settleLinks(tree, staging, signal);
      return await moveIntoPlace(staging, place, { overwrite: rules.overwrite, countFiles: tree.countFiles, signal });
    },
    [Symbol.asyncDispose]: () => all[Symbol.asyncDispose](),
  };
}

/**
 * Reads layers into a tree in which nothing is.
 *
 * @param staging Where the files go.
 */
export function extractInto(tree: ExtractedTree, staging: TreeWriter, rules: ExtractionRules): LayerExtraction {
  const meter = createMeter(rules);
  return {
    async archive(bytes, options): Promise<void> {
      await unpackLayer(bytes, options, { tree, staging, meter, rules });
    },
    async file(bytes, { path, what, layer, signal }): Promise<void> {
      const refuse: Refuse = refuser(what);
      try {
        const problem = pathProblem(path, rules);
        if (problem !== undefined) refuse(path, problem.rule, problem.why);
        const parts = pathParts(path);
        if (parts.length === 0) refuse(path, "path", "it stands for the directory itself");
        meter.entry(what);
        const placer = createPlacer({ tree, staging, meter, names: rules.names, layer, what, replaces: false, refuse });
        const put = placer.leaf(parts);
        using file = staging.file(parts, { executable: false });
        let size = 0;
        for await (const piece of bytes.values({ preventCancel: true })) {
          signal.throwIfAborted();
          size += piece.byteLength;
          meter.bytes(piece.byteLength, what);
          await file.write(piece);
        }
        put({ kind: "file", layer, size });
      } catch (error) {
        await bytes.cancel(error).catch(() => {});
        throw error;
      }
    },
  };
}
