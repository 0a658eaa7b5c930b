import { type TarEntry, writeTar } from "../../src/oci/tar/write.ts";
import { collectBytes } from "../support/collect_bytes.ts";

/** What an archive is made of: paths and texts; a path that ends in `/` is a directory. */
export type TarFiles = readonly (readonly [name: string, content: string | Uint8Array<ArrayBuffer>])[];

/** Makes an archive of these files, in this order. */
export async function tarOf(files: TarFiles): Promise<Uint8Array<ArrayBuffer>> {
  return await collectBytes(writeTar(files.map(([name, content]): TarEntry => {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const isDirectory = name.endsWith("/");
    return {
      name,
      type: isDirectory ? "directory" : "file",
      mode: isDirectory ? 0o755 : 0o600,
      size: bytes.byteLength,
      open: () => ReadableStream.from([bytes]),
    };
  })));
}

/** The files of an archive, in their order. */
export async function filesOf(path: string): Promise<TarFiles> {
  const { unpackTar } = await import("modern-tar");
  const items = await unpackTar(await Deno.readFile(path), { strict: true });
  return items.map(({ header, data }) => [header.name, data ?? ""] as const);
}
