import { TITLE_ANNOTATION } from "../oci/annotation_keys.ts";
import type { Content } from "../oci/descriptor.ts";
import { MANIFEST_SIZE_LIMIT } from "../oci/manifest.ts";
import type { Entry } from "../pipeline/entry.ts";
import { SourceError } from "../pipeline/source_error.ts";
import type { Context } from "../work/context.ts";

/**
 * Makes a layer of each file: its bytes as they are, with its path as the title. Directories come of the paths of
 * files, so one without a file is not there, and nothing says that a file can be executed.
 *
 * @param mediaTypeOf Says what a file is, by its path.
 * @returns The layers, in the order of the entries.
 * @throws {SourceError} When there are more files than a manifest can name.
 */
export async function rawLayers(
  entries: readonly Entry[],
  mediaTypeOf: (path: string) => string,
  { scratch, signal, progress }: Pick<Context, "scratch" | "signal" | "progress">,
): Promise<readonly Content[]> {
  const files = entries.filter(({ kind }) => kind === "file");
  refuseTooMany(files);
  const layers: Content[] = [];
  for (const { path, size, open } of files) {
    signal.throwIfAborted();
    const describe = { mediaType: mediaTypeOf(path), annotations: { [TITLE_ANNOTATION]: path } };
    layers.push(await scratch.keep(describe, open()));
    progress({ phase: "Packing", item: path, done: size, total: size });
  }
  return layers;
}

/** What a descriptor takes beside its title and its media type, at least. */
const DESCRIPTOR_SIZE = 170;

/** Before anything is read: hashing 100,000 files takes a while. */
function refuseTooMany(files: readonly Entry[]): void {
  const least = files.reduce((sum, { path }) => sum + DESCRIPTOR_SIZE + path.length, 0);
  if (least <= MANIFEST_SIZE_LIMIT) return;
  throw new SourceError(
    `Cannot publish ${files.length} files with a layer each: the manifest that names them would have more than ` +
      `${MANIFEST_SIZE_LIMIT / 1024 / 1024} MiB, and registries take no more`,
  );
}
