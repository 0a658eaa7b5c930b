import type { HashedFile } from "../../extract/hash_artifact.ts";
import type { ImageManifest } from "../../oci/parse_manifest.ts";
import { PUBLISHING } from "../../options/publishing.ts";
import { profileOf } from "../../verbs/publish/profiles.ts";
import { packedFiles } from "../../verbs/publish/packed_files.ts";
import { givenOptions } from "../declare_options.ts";
import type { Session } from "../../verbs/session.ts";
import { machineOf, readConfiguration } from "../publish/publish_options.ts";
import { spellFlag } from "../spell_flag.ts";
import { UsageError } from "../usage_error.ts";
import type { World } from "../world.ts";
import type { DiffFlags } from "./commands.ts";

/** What a directory is compared with, and how. */
export interface DiffDirectoryOptions {
  readonly flags: DiffFlags;
  /** What it is compared with, when that is an artifact: its profile is taken. */
  readonly other?: ImageManifest;
  /** The size of the largest file that can be read again, in bytes. */
  readonly keepLimit: number;
}

/**
 * Reads what a push of a directory would publish.
 *
 * @returns Its files, by path.
 * @throws {UsageError} When there is no such directory.
 */
export async function diffDirectory(
  path: string,
  { flags, other, keepLimit }: DiffDirectoryOptions,
  { context, concurrency }: Session,
  world: World,
): Promise<ReadonlyMap<string, HashedFile>> {
  await checkDirectory(path);
  const configuration = await readConfiguration(path, flags, { world, log: context.log });
  const options = {
    ...givenOptions(PUBLISHING, { ...flags }),
    source: path,
    usually: other === undefined ? {} : { profile: await profileOf(other) },
    ...(configuration === undefined ? {} : { configuration }),
    machine: machineOf(world),
    spell: spellFlag,
  };
  return await packedFiles(options, { concurrency, keepLimit }, context);
}

async function checkDirectory(path: string): Promise<void> {
  const found = await Deno.stat(path).catch(() => undefined);
  if (found?.isDirectory) return;
  throw new UsageError(
    `Cannot compare ${
      JSON.stringify(path)
    }: it is no directory, and no reference that begins with oci://, oci-layout: or oci-archive:`,
  );
}
