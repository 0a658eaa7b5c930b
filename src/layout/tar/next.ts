import { dirname } from "node:path";
import type { Content, Descriptor } from "../../oci/descriptor.ts";
import { digestOf } from "../../oci/digest.ts";
import { formatRepository, type LayoutReference } from "../../oci/reference.ts";
import { writeTar } from "../../oci/tar/write.ts";
import type { Moved } from "../../store/store.ts";
import { reason } from "../../system/io_error.ts";
import { makeDirectories, removeEmpty } from "../../system/make_directories.ts";
import { lacking } from "../../system/unsupported.ts";
import { syncDirectory } from "../../system/write_file.ts";
import type { Context } from "../../work/context.ts";
import { blobName } from "../blob_name.ts";
import { collectPartials } from "../directory/collect_leftovers.ts";
import { inFile } from "../directory/read_layout.ts";
import { EMPTY_INDEX, formatIndex, type LayoutIndex } from "../index.ts";
import { type ExistingTar, layoutTarSize, tarEntriesOf, type TarParts } from "./entries.ts";
import { openTar } from "./open.ts";
import { unusable } from "./read.ts";
import { scanTar } from "./scan.ts";
import { type ByteWriter, type UnnamedTar, writePiped, writeUnnamed } from "./unnamed.ts";
import { planVolumes, type VolumePart, writeVolumes } from "./volumes/write.ts";

/** A tar that is written and has not got its name yet. */
export interface NextTar {
  /** Where its tags pointed to before. */
  readonly moved: readonly Moved[];
  /**
   * Gives the tar its name.
   *
   * @returns `false` when what stands under the name is no longer what was carried over.
   */
  publish(signal: AbortSignal): Promise<boolean>;
  /** Removes the tar if it has not got its name. Never fails. */
  discard(): Promise<void>;
}

/** What shall become of a tar. */
export interface TarChange {
  /** What shall be in it. What is there already is not written again. */
  readonly contents: readonly Content[];
  /** What must be in it in the end, whoever has brought it there. */
  readonly needs?: readonly Descriptor[];
  /** What is not carried over. */
  readonly unneeded?: readonly Descriptor[];
  /**
   * How large the files may be in which it is written, in bytes with their headers: it becomes `PATH.001`, `PATH.002`
   * and so on. One file when left out.
   */
  readonly volumeSize?: number;
  /** Where it goes at once instead of to a file; what stands under the path is not looked at then. */
  readonly output?: ByteWriter;
  /** Says what it shall list, and where the tags that are set pointed to before. */
  edit(before: LayoutIndex): { readonly index: LayoutIndex; readonly moved: readonly Moved[] };
}

/**
 * Writes the tar that shall stand under the reference's path, beside it: what is there already, and what changes.
 *
 * @throws {Error} When what is there is no image layout, or the new tar cannot be written; and what `edit` throws.
 *   Nothing is left behind then.
 */
export async function prepareTar(
  reference: LayoutReference,
  change: TarChange,
  context: Context,
): Promise<NextTar> {
  await using work = new AsyncDisposableStack();
  const { output } = change;
  const existing = output === undefined ? await openExisting(reference.path, context, work) : undefined;
  const before = without(change.unneeded ?? [], existing);
  checkKind(reference.path, before, change);
  const { index, moved } = inFile(reference.path, () => change.edit(before?.scan.index ?? EMPTY_INDEX));
  const url = formatRepository(reference);
  const { contents } = change;
  const isThere = ({ digest }: Descriptor): boolean => before?.scan.files.has(blobName(digest)) ?? false;
  const added = contents.filter(({ descriptor }) => !isThere(descriptor));
  const missing = change.needs?.find((needed) =>
    // What is at other places need not be here.
    needed.urls === undefined && !isThere(needed) &&
    added.every(({ descriptor }) => descriptor.digest !== needed.digest)
  );
  if (missing !== undefined) {
    throw new Error(`Cannot tag in ${JSON.stringify(reference.path)}: blob ${missing.digest} is no longer there`);
  }
  const itemOf = ({ descriptor }: Content): string => `${url}@${descriptor.digest}`;
  const parts = { path: reference.path, index, added, itemOf, existing: before };
  const volumes = change.volumeSize === undefined ? undefined : volumesOf(parts, change.volumeSize);
  const isUnchanged = before !== undefined && added.length === 0 && (change.unneeded ?? []).length === 0 &&
    JSON.stringify(index) === JSON.stringify(before.scan.index) && haveSameSizes(volumes, before.file.set?.volumes);
  let next: UnnamedTar | undefined;
  if (output !== undefined) {
    next = await writePiped(writeTar(tarEntriesOf(parts, context)), output);
  } else if (!isUnchanged) {
    const compression = before?.scan.compression;
    if (compression !== undefined) {
      const shown = JSON.stringify(reference.path);
      context.log.warn(`${shown} is compressed with ${compression}, and is not when it is written again`);
    }
    const path = before?.file.set?.base ?? await realPath(reference.path);
    const directories = await makeDirectories(dirname(path));
    if (!await syncDirectory(dirname(path))) context.log.warn(lacking(reference.path, "sync"));
    work.defer(() => removeEmpty(directories));
    await collectPartials(path);
    const bytes = writeTar(tarEntriesOf(parts, context));
    next = volumes === undefined
      ? await writeUnnamed(path, bytes, { shown: reference.path, before: before?.file })
      : await writeVolumes(path, bytes, { parts: volumes, before: before?.file });
    work.defer(next.remove);
  }
  const held = work.move();
  return {
    moved,
    async publish(signal: AbortSignal): Promise<boolean> {
      if (before === undefined) return await next?.moveToNew(signal) ?? false;
      // Whoever replaces a tar holds the lock of the one that stands there, so no two can do it at once.
      using lock = await before.file.lock(signal);
      if (lock?.isWeak) context.log.warn(lacking(reference.path, "lock"));
      if (!await before.file.isCurrent()) return false;
      await next?.moveOver();
      await held.disposeAsync();
      return true;
    },
    async discard(): Promise<void> {
      await held.disposeAsync();
    },
  };
}

async function openExisting(
  path: string,
  { signal }: Context,
  work: AsyncDisposableStack,
): Promise<ExistingTar | undefined> {
  const file = await openTar(path, { write: true });
  if (file === undefined) return undefined;
  work.use(file);
  const scan = await scanTar(file, path, signal);
  return { file, scan };
}

/** A tar beside volumes of the same name would hide them, and the other way round. */
function checkKind(path: string, before: ExistingTar | undefined, { volumeSize }: TarChange): void {
  if (before === undefined || (before.file.set === undefined) === (volumeSize === undefined)) return;
  throw unusable(
    path,
    volumeSize === undefined
      ? `it is in ${before.file.set?.volumes.length} volumes, and would become one file`
      : "it is one file, and would become volumes",
  );
}

function volumesOf(parts: TarParts, volumeSize: number): readonly VolumePart[] {
  return planVolumes({ bundle: digestOf(formatIndex(parts.index)), size: layoutTarSize(parts), volumeSize });
}

function haveSameSizes(planned: readonly VolumePart[] = [], found: readonly VolumePart[] = []): boolean {
  return planned.length === found.length && planned.every(({ size }, at) => size === found[at]?.size);
}

function without(
  unneeded: readonly Descriptor[],
  existing: ExistingTar | undefined,
): ExistingTar | undefined {
  if (existing === undefined || unneeded.length === 0) return existing;
  const files = new Map(existing.scan.files);
  for (const { digest } of unneeded) files.delete(blobName(digest));
  return { ...existing, scan: { ...existing.scan, files } };
}

/** Where the file is that a path stands for: a link to a tar stays a link. */
async function realPath(path: string): Promise<string> {
  try {
    return await Deno.realPath(path);
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw unusable(path, reason(cause), cause);
    const found = await Deno.lstat(path).catch(() => undefined);
    if (found === undefined) return path;
    // Another process has just put its archive there.
    if (!found.isSymlink) return await realPath(path);
    throw unusable(path, "it is a link that leads nowhere", cause);
  }
}
