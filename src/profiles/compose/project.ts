import { readBytes } from "../../oci/bytes/read.ts";
import type { Entry } from "../../pipeline/entry.ts";
import { SourceError } from "../../pipeline/source_error.ts";
import { type ComposeFile, type ComposeReference, readComposeFile } from "./compose_file.ts";
import { COMPOSE_FILE_NAMES, OVERRIDE_FILE_NAMES } from "./file_names.ts";

/** The files of a project, as they are published. */
export interface ComposeProject {
  /** What Compose merges, in its order. */
  readonly composeFiles: readonly Entry[];
  /** Other files whose services are extended. */
  readonly extended: readonly Entry[];
  readonly envFiles: readonly Entry[];
  /** What the project needs and does not bring: a sentence for each. */
  readonly missed: readonly string[];
}

/** All files of a project. */
export function filesOf({ composeFiles, extended, envFiles }: ComposeProject): readonly Entry[] {
  return [...composeFiles, ...extended, ...envFiles];
}

/**
 * Finds the files of a project by what they say: the Compose file, the one that overrides it, and what these name.
 *
 * @throws {SourceError} When a project cannot be run from what would be published; names the file and the line.
 */
export async function readProject(entries: readonly Entry[]): Promise<ComposeProject> {
  const files = new Map(entries.filter(({ kind }) => kind === "file").map((entry) => [entry.path, entry]));
  const composeFiles = mergedFiles(files);
  const read = await Promise.all(composeFiles.map(readEntry));
  const extended = new Map<string, ComposeFile>();
  for (const file of read) await follow(file);
  const all = [...read, ...extended.values()];
  refuseMarked(all.slice(1));
  refuseUnbuilt(all);
  const envFiles = all.flatMap((file) => file.services.flatMap(({ envFiles }) => envFiles.flatMap(found)));
  return {
    composeFiles,
    extended: [...extended.keys()].flatMap((path) => files.get(path) ?? []),
    envFiles: [...new Set(envFiles)],
    missed: all.flatMap(({ missed }) => missed),
  };

  async function follow(file: ComposeFile): Promise<void> {
    for (const { extended: named } of file.services) {
      const [entry] = named === undefined ? [] : found(named);
      if (entry === undefined || composeFiles.includes(entry) || extended.has(entry.path)) continue;
      const next = await readEntry(entry);
      extended.set(entry.path, next);
      await follow(next);
    }
  }

  /** The file that a Compose file names; none when it need not be there. */
  function found({ path, place, isOptional = false }: ComposeReference): readonly Entry[] {
    const entry = files.get(path);
    if (entry === undefined && !isOptional) throw projectError(`${place}: there is no file ${JSON.stringify(path)}`);
    return entry === undefined ? [] : [entry];
  }
}

/** A file that is published by itself may have any name. */
function mergedFiles(files: ReadonlyMap<string, Entry>): readonly Entry[] {
  const [only] = files.values();
  if (files.size === 1 && only !== undefined && /^[^/]+\.ya?ml$/.test(only.path)) return [only];
  const found = [COMPOSE_FILE_NAMES, OVERRIDE_FILE_NAMES].map((names) =>
    names.map((name) => files.get(name)).find((entry) => entry !== undefined)
  );
  if (found[0] === undefined) {
    throw projectError(
      `there is no ${COMPOSE_FILE_NAMES.slice(0, -1).join(", no ")} and no ${COMPOSE_FILE_NAMES.at(-1)}`,
    );
  }
  return found.filter((entry) => entry !== undefined);
}

async function readEntry({ path, open }: Entry): Promise<ComposeFile> {
  const read = readComposeFile(new TextDecoder().decode(await readBytes(open())), path);
  if ("problem" in read) throw projectError(read.problem);
  return read;
}

/** Whoever runs the project has nothing to build from. */
function refuseUnbuilt(all: readonly ComposeFile[]): void {
  const services = all.flatMap(({ services }) => services);
  for (const { name, builtAt, extended, extendsService } of services) {
    if (builtAt === undefined || extended !== undefined || extendsService) continue;
    if (services.some((other) => other.name === name && other.hasImage)) continue;
    throw projectError(`${builtAt}: the service ${JSON.stringify(name)} is built and has no image to be run from`);
  }
}

/** Compose writes a mark between the files, and takes two of them for a document in which nothing is. */
function refuseMarked(later: readonly ComposeFile[]): void {
  const marked = later.find(({ markedAt }) => markedAt !== undefined);
  if (marked === undefined) return;
  throw projectError(`${marked.markedAt}: only the first file may begin with "---", Compose refuses it in others`);
}

function projectError(problem: string): SourceError {
  return new SourceError(`Cannot publish the project: ${problem}`);
}
