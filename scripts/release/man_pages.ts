/** Makes the manual pages of a release. */
import { createProgram } from "../../src/cli/program.ts";
import { manPage, pageName, pagesOf } from "../../src/cli/man/man_page.ts";
import type { World } from "../../src/cli/world.ts";
import { VERSION } from "../../src/host/version.ts";
import { type TarEntry, writeTar } from "../../src/oci/tar/write.ts";
import { gzip } from "../../src/pack/gzip.ts";

/**
 * Writes a tar with the page of every command, `man1/gantry-push.1` and so on, as it can be unpacked into a directory
 * where `man` looks.
 */
export async function writeManPages(path: string): Promise<void> {
  // Nothing runs, so nothing of a world is used: the declarations are all that is looked at.
  const program = createProgram({} as World, () => {});
  const entries = pagesOf(program).map((command): TarEntry => {
    const bytes = new TextEncoder().encode(manPage(command, { version: VERSION }));
    return {
      name: `man1/${pageName(command)}.1`,
      type: "file",
      mode: 0o644,
      size: bytes.byteLength,
      open: () => ReadableStream.from([bytes]),
    };
  });
  await Deno.writeFile(path, ReadableStream.from(gzip(writeTar(entries), { level: 9 })));
}
