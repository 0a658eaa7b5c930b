/** Entries of zips, and what their readers say of them. */
import { createHash } from "node:crypto";
import type { Entry } from "../../src/pipeline/entry.ts";
import { tool } from "../support/tools.ts";

/** What each reader must find of one entry. */
export interface ZipReading {
  readonly name: string;
  readonly mode: string;
  readonly size: number;
  readonly sha256: string;
  readonly time: string;
}

/** A file in memory. */
export function zipFile(
  path: string,
  content: string | Uint8Array<ArrayBuffer>,
  { executable = false }: { readonly executable?: boolean } = {},
): Entry & { readonly bytes: Uint8Array<ArrayBuffer> } {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { path, kind: "file", executable, size: bytes.byteLength, bytes, open: () => new Blob([bytes]).stream() };
}

/** A directory. */
export function zipDirectory(path: string): Entry {
  return { path, kind: "directory", executable: false, size: 0, open: () => new Blob([]).stream() };
}

/** What is to be read of entries that {@linkcode zipFile} and {@linkcode zipDirectory} have made. */
export function readingOf(entries: readonly Entry[]): readonly ZipReading[] {
  return entries.map((entry) => {
    const bytes = "bytes" in entry && entry.bytes instanceof Uint8Array ? entry.bytes : new Uint8Array(0);
    return {
      name: entry.kind === "directory" ? `${entry.path}/` : entry.path,
      mode: entry.kind === "directory" ? "drwxr-xr-x" : entry.executable ? "-rwxr-xr-x" : "-rw-r--r--",
      size: bytes.byteLength,
      sha256: createHash("sha256").update(bytes).digest("hex"),
      time: "1980-01-01T00:00:00Z",
    };
  });
}

/** Reads a zip with Go's archive/zip. */
export async function readByGo(path: string): Promise<readonly ZipReading[]> {
  const lines = (await tool("go-unzip", [path])).trimEnd();
  return lines === "" ? [] : lines.split("\n").map((line) => JSON.parse(line) as ZipReading);
}

/** Reads a zip with Python's zipfile. */
export async function readByPython(path: string): Promise<readonly ZipReading[]> {
  return JSON.parse(await tool("python3", ["-c", PYTHON, path])) as readonly ZipReading[];
}

const PYTHON = `
import hashlib, json, stat, sys, zipfile
def read(archive, info):
    digest = hashlib.sha256()
    with archive.open(info) as member:
        while piece := member.read(1 << 20):
            digest.update(piece)
    return {
        "name": info.filename, "mode": stat.filemode(info.external_attr >> 16), "size": info.file_size,
        "sha256": digest.hexdigest(), "time": "%04d-%02d-%02dT%02d:%02d:%02dZ" % info.date_time,
    }
with zipfile.ZipFile(sys.argv[1]) as archive:
    json.dump([read(archive, info) for info in archive.infolist()], sys.stdout)
`;
