import { createDigester } from "../../../oci/digest.ts";
import { withLock } from "../../../system/lock.ts";
import { openFile } from "../../../system/open_file.ts";
import { VOLUME_HEADER_SIZE, type VolumeHeader } from "./header.ts";
import { findVolumes, type FoundVolume, partialVolumes, readVolume, volumePath, type VolumeSet } from "./set.ts";
import { moveOver } from "../../../system/write_file.ts";

/**
 * Looks for the volumes of a tar that will be replaced.
 *
 * A process that was killed while it gave them their names has left a part of them under temporary names, whole and
 * synced. They get their names now; where one of them is missing too, everything stays as it is.
 *
 * @throws {Error} When a volume is missing or wrong all the same.
 */
export async function finishVolumes(base: string): Promise<VolumeSet | undefined> {
  const first = volumePath(base, 1);
  const header = (await readVolume(first))?.header;
  // The first volume gets its name first: without it nothing was begun.
  if (header === undefined) return await findVolumes(base);
  return await withLock(first, undefined, async () => {
    const { header } = await readVolume(first) ?? {};
    if (header !== undefined) await finish(base, header);
    return await findVolumes(base);
  });
}

async function finish(base: string, { bundle, of }: VolumeHeader): Promise<void> {
  const isWanted = ({ header, info }: FoundVolume, number: number): boolean =>
    header?.bundle === bundle && header.of === of && header.number === number &&
    info.size === VOLUME_HEADER_SIZE + header.size;
  const missing: (readonly [number: number, path: string])[] = [];
  for (let number = 2; number <= of; number++) {
    const path = volumePath(base, number);
    const named = await readVolume(path);
    if (named === undefined || !isWanted(named, number)) missing.push([number, path]);
  }
  if (missing.length === 0) return;
  const partials: FoundVolume[] = [];
  for (const path of await partialVolumes(base)) partials.push(...[await readVolume(path) ?? []].flat());
  const unnamed: (readonly [temporary: string, path: string])[] = [];
  for (const [number, path] of missing) {
    const partial = partials.find((file) => isWanted(file, number));
    if (partial === undefined || !await isIntact(partial)) return;
    unnamed.push([partial.path, path]);
  }
  for (const [temporary, path] of unnamed) await moveOver(temporary, path);
}

async function isIntact({ path, header }: FoundVolume): Promise<boolean> {
  using file = openFile(path);
  const digester = createDigester();
  for await (const piece of file?.read(VOLUME_HEADER_SIZE) ?? []) digester.update(piece);
  return digester.digest() === `sha256:${header?.sha256}`;
}
