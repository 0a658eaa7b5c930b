import { compressionOf } from "../../oci/bytes/decompress.ts";
import { readTar } from "../../oci/tar/read.ts";
import type { Scratch } from "../../work/context.ts";
import { chartError } from "./chart_error.ts";
import { withBacking } from "../../pipeline/backing.ts";
import { type ChartFile, refuseLarge } from "./chart_file.ts";
import { CHART_FILE, REQUIREMENTS_FILE } from "./chart_file_names.ts";
import { type ChartMetadata, readChartYaml, readRequirements } from "./chart_yaml.ts";
import { messageOf } from "../../work/message_of.ts";
import { readBytes } from "../../oci/bytes/read.ts";

/** Reads the bytes of an archive from their start. */
export type OpenArchive = () => ReadableStream<Uint8Array<ArrayBuffer>>;

/**
 * Reads what a packaged chart says of itself, and checks that Helm can load it.
 *
 * @param file What errors call the archive.
 * @throws {SourceError} When it is no chart as `helm package` makes it; names what is wrong.
 */
export async function readPackagedChart(open: OpenArchive, file: string): Promise<ChartMetadata> {
  await checkGzip(open, file);
  const members: { readonly path: string; readonly size: number }[] = [];
  const read = new Map<string, Uint8Array>();
  for await (const { path, size, body } of chartMembers(open(), file)) {
    members.push({ path, size });
    refuseLarge([{ path, size }]);
    if (path === CHART_FILE || path === REQUIREMENTS_FILE) read.set(path, await bytesOf(body));
  }
  refuseLarge(members);
  const chart = read.get(CHART_FILE);
  if (chart === undefined) throw chartError(`there is no ${CHART_FILE} in ${file}, below its one directory`);
  const metadata = readChartYaml(chart, { file: `${file}: ${CHART_FILE}`, isForeign: true });
  const requirements = read.get(REQUIREMENTS_FILE);
  if (requirements === undefined) return metadata;
  return withDependencies(metadata, readRequirements(requirements, { file: `${file}: ${REQUIREMENTS_FILE}` }));
}

/**
 * Unpacks a chart that another one depends on.
 *
 * @param file What errors call the archive.
 * @throws {SourceError} When Helm could not load it.
 */
export async function unpackChart(
  open: OpenArchive,
  file: string,
  { scratch }: { readonly scratch: Scratch },
): Promise<readonly ChartFile[]> {
  await checkGzip(open, file);
  const files: ChartFile[] = [];
  for await (const { path, size, body } of chartMembers(open(), file)) {
    refuseLarge([{ path: `${file}: ${path}`, size }]);
    const kept = await scratch.keep({ mediaType: "application/octet-stream" }, body);
    const { digest } = kept.descriptor;
    files.push(withBacking({ path, size, open: () => kept.open() }, { stamp: () => digest }));
    refuseLarge(files);
  }
  return files;
}

/** The same, with the dependencies of a `requirements.yaml`, where the keys of JSON have their order. */
export function withDependencies(
  { type, ...metadata }: ChartMetadata,
  dependencies: ChartMetadata["dependencies"] = [],
): ChartMetadata {
  return {
    ...metadata,
    ...(dependencies.length === 0 ? {} : { dependencies }),
    ...(type === undefined ? {} : { type }),
  };
}

interface Member {
  readonly path: string;
  readonly size: number;
  readonly body: AsyncIterable<Uint8Array<ArrayBuffer>>;
}

/** The files of an archive, without the directory that all of them are in. */
async function* chartMembers(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
  file: string,
): AsyncGenerator<Member, void, void> {
  const explain = (cause: unknown): Error => chartError(`cannot read ${file}: ${messageOf(cause)}`, { cause });
  for await (const { name, type, size, body } of readTar(bytes, { explain, onMissingEnd: () => {} })) {
    if (type === "directory") continue;
    const named = `${JSON.stringify(name)} in ${file}`;
    if (type !== "file") throw chartError(`${named} is a ${type}, and a chart holds nothing but files`);
    const path = name.replace(/^(?:\.\/+)+/, "").split("/").slice(1).join("/");
    if (path === "") throw chartError(`${named} lies beside the chart's directory, and not in it`);
    if (/\\/.test(name) || path.split("/").some((part) => ["", ".", ".."].includes(part))) {
      throw chartError(`${named} is no path below the chart's directory`);
    }
    yield { path, size, body };
  }
}

async function checkGzip(open: OpenArchive, file: string): Promise<void> {
  for await (const piece of open()) {
    if (compressionOf(piece) === "gzip") return;
    break;
  }
  throw chartError(`${file} is no chart as \`helm package\` makes it: it is not compressed with gzip`);
}

async function bytesOf(body: AsyncIterable<Uint8Array<ArrayBuffer>>): Promise<Uint8Array> {
  return await readBytes(body);
}
