/** Programs that speak the exec protocol, and a host that runs them. */
import { bytesContent } from "../../../src/oci/bytes_content.ts";
import type { Content } from "../../../src/oci/descriptor.ts";
import type { Entry } from "../../../src/pipeline/entry.ts";
import type { Host } from "../../../src/pipeline/host.ts";
import { PluginError } from "../../../src/pipeline/plugin_error.ts";
import { type FactoryOf, prepare } from "../../../src/driver/prepare.ts";
import { StageError } from "../../../src/pipeline/stage_error.ts";
import type { Source } from "../../../src/pipeline/values.ts";
import { execPlugin } from "../../../src/plugins/exec/exec_plugin.ts";
import type { Metadata } from "../../../src/plugins/exec/protocol.ts";
import { createScratch } from "../../../src/system/scratch.ts";
import { fakeHost } from "../../support/fake_host.ts";
import { writeScript } from "../../support/script.ts";
import { tempDirectory } from "../../support/temp_directory.ts";

/** What a run came to. */
export interface ExecRun {
  readonly output: unknown;
  /** What was logged, each line with its level. */
  readonly lines: readonly string[];
  /** What a content or an entry of the output holds, by digest or path, read while the run's scratch is there. */
  readonly texts: Readonly<Record<string, string>>;
}

/** What a test sets. */
export interface ExecRunOptions {
  readonly metadata?: Partial<Metadata>;
  /** Lines of shell: what `PROGRAM run` does. `$1` is `run`, the request stands on standard input. */
  readonly script?: readonly string[];
  /** A program that is there, in the place of metadata and script. */
  readonly program?: string;
  readonly options?: unknown;
  readonly host?: Partial<Host>;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

/** Metadata that is right. */
export const METADATA: Metadata = { protocol: [1], name: "acme:gate", version: "1.0.0", stage: "after:archive" };

/** Writes a program that says some metadata. */
export async function writeProgram(directory: string, metadata: unknown, ...run: readonly string[]): Promise<string> {
  const text = typeof metadata === "string" ? metadata : JSON.stringify(metadata);
  return await writeScript(
    directory,
    "program",
    'if [ "$1" = metadata ]; then',
    "cat <<'END'",
    text,
    "END",
    "exit",
    "fi",
    ...run,
  );
}

/** Runs a program for its stage. What it throws is a `PluginError`, without the wrapping of the stage. */
export async function runExec(input: unknown, run: ExecRunOptions): Promise<ExecRun> {
  await using own = await tempDirectory();
  await using scratch = createScratch();
  const program = run.program ??
    await writeProgram(own.path, { ...METADATA, ...run.metadata }, ...run.script ?? []);
  const signal = run.signal ?? new AbortController().signal;
  const env = (name: string): string | undefined => run.env?.[name] ?? (name === "PATH" ? "/usr/bin:/bin" : undefined);
  const factory = await execPlugin(program, { base: "/", env, signal });
  const options = run.options === undefined ? {} : { options: run.options };
  const host = fakeHost({ env, ...run.host });
  const { plugin, problems } = await prepare(factory as FactoryOf<"collect">, { origin: program, ...options }, host);
  if (plugin === undefined) {
    throw new Error(problems.map(({ path, message }) => `${path.join(".")}: ${message}`).join());
  }
  const lines: string[] = [];
  const log = {
    debug: (line: string) => void lines.push(`debug ${line}`),
    info: (line: string) => void lines.push(`info ${line}`),
    warn: (line: string) => void lines.push(`warn ${line}`),
  };
  try {
    const output: unknown = await plugin.run(input as Source, { signal, log, scratch, progress: () => {} });
    return { output, lines, texts: await textsIn(output) };
  } catch (error) {
    if (error instanceof StageError && error.cause instanceof PluginError) throw error.cause;
    throw error;
  }
}

/** A file with a text. */
export function textEntry(path: string, text: string, executable = false): Entry {
  const { descriptor, open } = textContent(text);
  return { path, kind: "file", executable, size: descriptor.size, open };
}

/** A directory. */
export function directoryEntry(path: string): Entry {
  return { path, kind: "directory", executable: false, size: 0, open: () => new Blob([]).stream() };
}

/** Content with a text. */
export function textContent(text: string, mediaType = "text/plain"): Content {
  return bytesContent(mediaType, new TextEncoder().encode(text));
}

async function textsIn(value: unknown): Promise<Record<string, string>> {
  if (typeof value !== "object" || value === null) return {};
  if ("open" in value) {
    const { open, path, descriptor } = value as Entry & Content;
    return { [path ?? descriptor.digest]: await new Response(open()).text() };
  }
  const texts: Record<string, string> = {};
  for (const each of Object.values(value)) Object.assign(texts, await textsIn(each));
  return texts;
}
