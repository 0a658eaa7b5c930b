import { compareBytewise } from "../../oci/compare_bytewise.ts";
import type { Content } from "../../oci/descriptor.ts";
import { type TarEntry, tarSize } from "../../oci/tar/write.ts";
import type { TarHeader } from "../../oci/tar/header.ts";
import type { Context } from "../../work/context.ts";
import type { TarBytes } from "./bytes.ts";
import { readLayoutTar } from "./read.ts";
import { blobName } from "../blob_name.ts";
import { formatIndex, type LayoutIndex } from "../index.ts";
import { OCI_LAYOUT_BYTES, OCI_LAYOUT_FILE } from "../oci_layout_file.ts";
import { INDEX_FILE } from "../directory/read_layout.ts";
import { itemBytes, type TarScan } from "./scan.ts";
import { verifiedContent } from "../../oci/bytes/verified.ts";
import { withProgress } from "../../work/with_progress.ts";

/** A tar that is there already, open, and what is in it. */
export interface ExistingTar {
  /** The open tar, which can be read more than once. */
  readonly file: TarBytes;
  /** What is in it. */
  readonly scan: TarScan;
}

/** What the new tar is made of. */
export interface TarParts {
  /** The path of the tar, for errors. */
  readonly path: string;
  /** What the new tar lists. */
  readonly index: LayoutIndex;
  /** What is new in it. */
  readonly added: readonly Content[];
  /** How to call what is new when its progress is told. */
  readonly itemOf: (content: Content) => string;
  /** What is carried over. */
  readonly existing: ExistingTar | undefined;
}

/**
 * Lists the entries of an image layout in a tar: `oci-layout` and `index.json` first, so that a reader of a pipe knows
 * early what is coming, and then everything else by name, directories before what is in them.
 *
 * What is there already is read from the old tar while the new one is written. Only when the old one has another order
 * is it kept in scratch space first.
 */
export async function* tarEntriesOf(parts: TarParts, context: Context): AsyncGenerator<TarEntry, void, void> {
  const { index, added, existing } = parts;
  yield fileEntry(OCI_LAYOUT_FILE, OCI_LAYOUT_BYTES.byteLength, () => [OCI_LAYOUT_BYTES]);
  const listed = formatIndex(index);
  yield fileEntry(INDEX_FILE, listed.byteLength, () => [listed]);
  const contents = added.map((content) => contentEntry(content, parts, context));
  const placed = [...contents, ...directoryEntries(parts)].sort(byName);
  yield* merge(existing === undefined ? [] : carriedOver(existing, parts.path, context), placed);
}

/** How many bytes the tar of {@linkcode tarEntriesOf} has. */
export function layoutTarSize(parts: TarParts): number {
  const files: Iterable<readonly [name: string, size: number]> = [
    [OCI_LAYOUT_FILE, OCI_LAYOUT_BYTES.byteLength],
    [INDEX_FILE, formatIndex(parts.index).byteLength],
    ...parts.added.map(({ descriptor }) => [blobName(descriptor.digest), descriptor.size] as const),
    ...parts.existing?.scan.files ?? [],
  ];
  const headers = [
    ...Array.from(files, ([name, size]): TarHeader => ({ name, size, type: "file", mode: 0o644 })),
    ...directoryEntries(parts),
  ];
  return tarSize(headers);
}

/** The directories above everything in it, and those that were in the old tar. */
function directoryEntries({ added, existing }: TarParts): readonly TarEntry[] {
  const files = [...added.map(({ descriptor }) => blobName(descriptor.digest)), ...existing?.scan.files.keys() ?? []];
  const directories = new Set([...existing?.scan.directories ?? [], ...files.flatMap(directoriesOf)]);
  return Array.from(directories, directoryEntry);
}

function contentEntry(content: Content, { path, itemOf }: TarParts, { signal, progress }: Context): TarEntry {
  const { digest, size } = content.descriptor;
  const item = itemOf(content);
  const action = `Cannot write ${digest} to ${JSON.stringify(path)}`;
  const onProgress = (done: number): void => progress({ item, done, total: size });
  return fileEntry(
    blobName(digest),
    size,
    () => withProgress(verifiedContent(content, action), { signal, onProgress }),
  );
}

async function* carriedOver(
  { file, scan }: ExistingTar,
  path: string,
  { scratch, signal }: Context,
): AsyncGenerator<TarEntry, void, void> {
  const kept: TarEntry[] = [];
  for await (const item of readLayoutTar(file, path)) {
    if (item.type !== "file" || !scan.files.has(item.name)) continue;
    const bytes = withProgress(itemBytes(item, path), { signal });
    if (scan.isSorted) {
      yield fileEntry(item.name, item.size, () => bytes);
      continue;
    }
    const content = await scratch.keep({ mediaType: "application/octet-stream" }, bytes);
    kept.push(fileEntry(item.name, content.descriptor.size, () => content.open()));
  }
  yield* kept.sort(byName);
}

/** Merges two sequences that are sorted by name. */
async function* merge(
  carried: AsyncIterable<TarEntry> | Iterable<TarEntry>,
  placed: readonly TarEntry[],
): AsyncGenerator<TarEntry, void, void> {
  let at = 0;
  for await (const entry of carried) {
    for (let next = placed[at]; next !== undefined && byName(next, entry) < 0; next = placed[++at]) yield next;
    yield entry;
  }
  yield* placed.slice(at);
}

function fileEntry(
  name: string,
  size: number,
  read: () => AsyncIterable<Uint8Array<ArrayBuffer>> | Iterable<Uint8Array<ArrayBuffer>>,
): TarEntry {
  return { name, type: "file", mode: 0o644, size, open: () => ReadableStream.from(read()) };
}

function directoryEntry(name: string): TarEntry {
  return { name: `${name}/`, type: "directory", mode: 0o755, size: 0, open: () => ReadableStream.from([]) };
}

/** The directories above a path. */
function directoriesOf(name: string): readonly string[] {
  const slash = name.lastIndexOf("/");
  return slash < 0 ? [] : [...directoriesOf(name.slice(0, slash)), name.slice(0, slash)];
}

function byName(a: TarEntry, b: TarEntry): number {
  return compareBytewise(a.name, b.name);
}
