import { chartError } from "./chart_error.ts";
import { readBytes } from "../../oci/bytes/read.ts";

/** A file of a chart, below the chart's own directory. */
export interface ChartFile {
  /** Relative to the chart, `/` between the parts. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** Reads it from its start; may be called again. */
  open(): ReadableStream<Uint8Array<ArrayBuffer>>;
}

/** How large a file of a chart may be, in bytes. */
const FILE_LIMIT = 5 * 1024 * 1024;
/** How large all files of a chart may be together, in bytes. */
const CHART_LIMIT = 100 * 1024 * 1024;

/**
 * Refuses what Helm does not load.
 *
 * @throws {SourceError} Names the file.
 */
export function refuseLarge(files: readonly Pick<ChartFile, "path" | "size">[]): void {
  for (const { path, size } of files) {
    if (size <= FILE_LIMIT) continue;
    throw chartError(
      `${JSON.stringify(path)} has ${megabytes(size)}, and Helm before 4.3 and Flux read no file of more than 5 MiB`,
    );
  }
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (total > CHART_LIMIT) throw chartError(`its files have ${megabytes(total)}, and Helm reads no more than 100 MiB`);
}

function megabytes(size: number): string {
  return `${(Math.ceil(size / 1024 / 102.4) / 10).toFixed(1)} MiB`;
}

const BOM = [0xef, 0xbb, 0xbf];

/** The same file without the byte order mark that it may begin with, which Helm removes from every file. */
export async function withoutBom(file: ChartFile): Promise<ChartFile> {
  if (file.size < BOM.length || !await beginsWithBom(file)) return file;
  return { path: file.path, size: file.size - BOM.length, open: () => ReadableStream.from(behindBom(file)) };
}

async function beginsWithBom(file: ChartFile): Promise<boolean> {
  let matched = 0;
  for await (const piece of file.open()) {
    for (const byte of piece) {
      if (byte !== BOM[matched]) return false;
      if (++matched === BOM.length) return true;
    }
  }
  return false;
}

async function* behindBom(file: ChartFile): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  let left = BOM.length;
  for await (const piece of file.open()) {
    if (piece.byteLength > left) yield piece.subarray(left);
    left = Math.max(0, left - piece.byteLength);
  }
}

/** Reads a file that is known to be small enough. */
export async function readChartFile({ open }: ChartFile): Promise<Uint8Array<ArrayBuffer>> {
  return await readBytes(open());
}
