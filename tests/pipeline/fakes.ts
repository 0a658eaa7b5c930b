/** Small plugins that record what happens to them, and what they need to run. */
import assert from "node:assert/strict";
import { bytesContent } from "../../src/oci/bytes_content.ts";
import { annotate } from "../../src/pipeline/annotate.ts";
import type { Context } from "../../src/work/context.ts";
import type { Entry } from "../../src/pipeline/entry.ts";
import type { Host } from "../../src/pipeline/host.ts";
import { archiveOf } from "../../src/pipeline/archive.ts";
import type {
  Contents,
  Kit,
  MaybePromise,
  Plugin,
  PluginBase,
  PluginContext,
  Skip,
  Stage,
  StageIO,
} from "../../src/pipeline/plugin.ts";
import type { PluginUse } from "../../src/driver/prepare.ts";
import type { Pipeline } from "../../src/pipeline/publish.ts";
import type { ReadyOf, ReadyPlugin } from "../../src/pipeline/ready_plugin.ts";
import { StageError } from "../../src/pipeline/stage_error.ts";
import { TargetsError } from "../../src/pipeline/target.ts";
import type { Archive, Artifact, Attributed, Packed, Source } from "../../src/pipeline/values.ts";
import { collectBytes } from "../support/collect_bytes.ts";
import { type MemoryTarget, memoryTarget } from "../support/memory_target.ts";
import { prepared } from "../support/prepared.ts";
import type { TagName } from "../../src/store/store.ts";

export const SOURCE: Source = { location: "./deploy" };

/** A context that keeps its messages, such as `warn: …`. */
export interface FakeContext extends Context {
  readonly messages: readonly string[];
}

export function fakeContext(signal: AbortSignal = new AbortController().signal): FakeContext {
  const messages: string[] = [];
  return {
    signal,
    messages,
    log: {
      debug: (message) => void messages.push(`debug: ${message}`),
      info: (message) => void messages.push(`info: ${message}`),
      warn: (message) => void messages.push(`warn: ${message}`),
    },
    scratch: {
      keep: async (describe, pieces) => bytesContent(describe.mediaType, await collectBytes(pieces)),
    },
    progress: () => {},
  } satisfies FakeContext;
}

export function fileEntry(path: string, text = path): Entry {
  const bytes = new TextEncoder().encode(text);
  return {
    path,
    kind: "file",
    executable: false,
    size: bytes.byteLength,
    open: () => ReadableStream.from([bytes]),
  };
}

export function directoryEntry(path: string): Entry {
  return { path, kind: "directory", executable: false, size: 0, open: () => ReadableStream.from([]) };
}

/** How a fake plugin is used. */
export interface FakeUse extends Pick<PluginUse, "origin" | "timeout">, Partial<Pick<Plugin, "env" | "inPlan">> {
  readonly host?: Host;
}

/** A plugin without options, called by this name. It counts as built in unless it has an origin. */
export function fakePlugin<const S extends Stage>(
  stage: S,
  id: string,
  run: (input: StageIO[S]["in"], context: PluginContext<S>) => MaybePromise<StageIO[S]["out"] | Skip>,
  { host, env, inPlan, ...use }: FakeUse = {},
): ReadyOf<S> {
  const factory = (kit: Kit): Plugin<S, unknown> => {
    const plugin: PluginBase<S, unknown> = {
      name: "test",
      version: "1.0.0",
      apiVersion: 1,
      stage,
      options: kit.z.strictObject({}),
      ...(env === undefined ? {} : { env }),
      ...(inPlan === undefined ? {} : { inPlan }),
      run: (input, _options, context) => run(input, context),
    };
    return plugin as Plugin<S, unknown>;
  };
  return prepared<S>(factory, { ...use, id }, host);
}

export function collector(name: string, entries: readonly Entry[]): ReadyPlugin<"collect"> {
  return fakePlugin("collect", name, () => ({ entries }));
}

/** Drops these paths, where they are there. */
export function dropper(name: string, paths: readonly string[]): ReadyPlugin<"filter"> {
  return fakePlugin("filter", name, ({ entries }) => {
    const found = new Set(entries.map(({ path }) => path));
    return { drop: paths.filter((path) => found.has(path)).map((path) => ({ path, reason: `the rule of ${name}` })) };
  });
}

/** One layer with the list of paths: two sources with the same paths make the same artifact. */
export function archiver(artifactType?: string): ReadyPlugin<"archive"> {
  return fakePlugin("archive", "list", ({ entries }) => listOf(entries, artifactType));
}

function listOf(entries: readonly Entry[], artifactType?: string): Contents {
  return {
    ...(artifactType === undefined ? {} : { artifactType }),
    config: json("application/vnd.test.config.v1+json", {}),
    layers: [json("application/vnd.test.list.v1+json", entries.map(({ path }) => path))],
  };
}

export function annotator(name: string, values: Readonly<Record<string, string>>): ReadyPlugin<"annotate"> {
  const found = Object.entries(values).map(([key, value]): [string, Attributed] => [key, { value, from: name }]);
  return fakePlugin("annotate", name, () => ({ set: Object.fromEntries(found) }));
}

export function tagger(name: string, tags: readonly TagName[]): ReadyPlugin<"tag"> {
  return fakePlugin("tag", name, () => ({ tags }));
}

/** A pipeline in which every stage does something. */
export function fakePipeline(parts: Partial<Pipeline> = {}): Pipeline {
  return {
    collect: [collector("tree", [fileEntry("a.yaml"), fileEntry("b.md")])],
    filter: [dropper("ignore", ["b.md"])],
    archive: archiver(),
    annotate: [annotator("flags", { "org.opencontainers.image.version": "1.0.0" })],
    upload: [],
    tag: [
      tagger("version", [{ name: "1.0.0", immutable: true }]),
      tagger("latest", [{ name: "latest", immutable: false }]),
    ],
    ...parts,
  };
}

/** A pipeline whose plugins say when they run. */
export function journalingPipeline(journal: string[], upload: readonly MemoryTarget[]): Pipeline {
  const { collect, filter, archive, annotate, tag } = fakePipeline();
  const note = <Args extends readonly unknown[], Result>(what: string, run: (...args: Args) => Result) => {
    return (...args: Args): Result => {
      journal.push(what);
      return run(...args);
    };
  };
  return {
    collect: collect.map((each) => ({ ...each, run: note("collect", each.run) })),
    filter: filter.map((each) => ({ ...each, run: note("filter", each.run) })),
    archive: { ...archive, run: note("archive", archive.run) },
    annotate: annotate.map((each) => ({ ...each, run: note("annotate", each.run) })),
    upload,
    tag: tag.map((each, at) => at === 0 ? { ...each, run: note("name tags", each.run) } : each),
  };
}

/** Three targets, `oci://a/x` and so on; in one of them a call fails when `failing` names it, such as `b upload`. */
export function threeTargets(failing?: string): readonly MemoryTarget[] {
  return ["a", "b", "c"].map((name) =>
    memoryTarget({
      url: `oci://${name}/x`,
      before: (call) => {
        const [method] = call.split(" ");
        if (`${name} ${method}` === failing) throw new Error(`Cannot ${method}`);
      },
    })
  );
}

/** A custom step that can stand anywhere. */
export interface AnyStep {
  readonly name: string;
  run<Value extends object>(value: Value): Promise<Value>;
}

export function brokenStep(): AnyStep {
  return { name: "broken", run: () => Promise.reject(new Error("Cannot do it")) };
}

export function fakeArchive(entries: readonly Entry[], artifactType?: string): Archive {
  return archiveOf(listOf(entries, artifactType), "test");
}

export function fakePacked(entries: readonly Entry[] = [fileEntry("a.yaml")]): Packed {
  return { source: SOURCE, entries, dropped: [], archive: fakeArchive(entries) };
}

export async function fakeArtifact(entries?: readonly Entry[]): Promise<Artifact> {
  return await annotate([])(fakePacked(entries), fakeContext());
}

/** The error of work that must fail in a stage. */
export async function stageErrorOf(work: Promise<unknown>): Promise<StageError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof StageError);
    return error;
  }
  assert.fail("nothing was thrown");
}

/** The error of work that some targets must fail. */
export async function targetsErrorOf(work: Promise<unknown>): Promise<TargetsError> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof TargetsError);
    return error;
  }
  assert.fail("nothing was thrown");
}

function json(mediaType: string, value: unknown): ReturnType<typeof bytesContent> {
  return bytesContent(mediaType, new TextEncoder().encode(JSON.stringify(value)));
}
