/** What is in a packaged chart, byte for byte. */
import { readTar } from "../../src/oci/tar/read.ts";
import { collectBytes } from "./collect_bytes.ts";

/** A member of an archive: its name, its mode, and its content as text. */
export type ArchiveMember = readonly [name: string, mode: string, content: string];

/** Reads the members of an archive in their order; bytes that are not UTF-8 are not looked for. */
export async function readArchiveMembers(bytes: Uint8Array<ArrayBuffer>): Promise<readonly ArchiveMember[]> {
  const members: ArchiveMember[] = [];
  const explain = (cause: unknown): Error => new Error("Cannot read the archive", { cause });
  for await (const { name, mode, body } of readTar(new Blob([bytes]).stream(), { explain })) {
    members.push([
      name,
      mode.toString(8),
      new TextDecoder("utf-8", { ignoreBOM: true }).decode(await collectBytes(body)),
    ]);
  }
  return members;
}
