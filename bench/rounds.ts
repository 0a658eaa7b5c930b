import { join } from "node:path";
import { MANIFEST_MEDIA_TYPES } from "../src/oci/media_types.ts";
import type { RunningRegistry } from "../tests/support/registry_process.ts";
import { tempDirectory } from "../tests/support/temp_directory.ts";
import { startCountingProxy } from "./counting_proxy.ts";
import { type Invocation, timed, watched } from "./observe.ts";
import type { LeftOut, Run, Work } from "./results.ts";
import { environmentOf, type Job, type Tool } from "./tools.ts";
import { measureTree, type Tree } from "./trees.ts";

/** How a tree is measured. */
export interface RoundOptions {
  readonly tools: readonly Tool[];
  readonly works: readonly Work[];
  readonly rounds: number;
  readonly registry: RunningRegistry;
  /** Deno's cache. */
  readonly denoDirectory: string;
  readonly say: (line: string) => void;
}

/**
 * Lets all tools publish and pull one tree, in turn: first a round that is not timed, which counts requests, looks at
 * memory and checks what was done, then those that are timed. Who begins changes with every round.
 *
 * What a tool cannot do in the first round is left out.
 *
 * @throws {Error} When a tool fails later.
 */
export async function measureRounds(
  tree: Tree,
  options: RoundOptions,
): Promise<{ readonly runs: readonly Run[]; readonly leftOut: readonly LeftOut[] }> {
  const { registry, rounds, say } = options;
  const tools = options.tools.filter(({ takes }) => takes(tree));
  // Nothing that was pulled is removed before all is measured: for minutes after it, ext4 takes several times as long
  // to make new files, and whoever comes next would pay for that.
  await using pulled = await tempDirectory();
  const outputs = pulled.path;
  const runs: MutableRun[] = [];
  const leftOut: LeftOut[] = [];
  for (const tool of tools) {
    say(`${tree.name}, not timed: ${tool.name}`);
    const seen = await look(tool, tree, { ...options, outputs });
    runs.push(...seen.runs);
    leftOut.push(...seen.leftOut);
  }
  for (const { tool, work, why } of leftOut) say(`${tree.name}, left out: ${work} by ${tool}: ${why}`);
  for (let round = 0; round < rounds; round++) {
    for (const tool of rotated(tools, round)) {
      const able = runs.filter((run) => run.tool === tool.name);
      if (able.length === 0) continue;
      say(`${tree.name}, round ${round + 1} of ${rounds}: ${tool.name}`);
      const works = able.map(({ work }) => work);
      const place = { ...options, outputs, works, tree, host: registry.host };
      await sequence(tool, place, async (work, invocation, { env }) => {
        const cost = await timed(invocation, env);
        const run = able.find((run) => run.work === work);
        run?.seconds.push(cost.seconds);
        run?.cpuSeconds.push(cost.cpuSeconds);
      });
    }
  }
  const inOrder = options.works.flatMap((work) => runs.filter((run) => run.work === work));
  return { runs: inOrder, leftOut };
}

/** The same things in the same order, but another one first. */
export function rotated<Item>(items: readonly Item[], by: number): readonly Item[] {
  const at = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

type MutableRun = Run & { readonly seconds: number[]; readonly cpuSeconds: number[]; layerSize?: number };

/** One round that is not timed. */
async function look(
  tool: Tool,
  tree: Tree,
  options: RoundOptions & Outputs,
): Promise<{ readonly runs: readonly MutableRun[]; readonly leftOut: readonly LeftOut[] }> {
  await using proxy = startCountingProxy(options.registry.host);
  const runs: MutableRun[] = [];
  const leftOut: LeftOut[] = [];
  const fail = (work: Work, error: unknown): void => {
    leftOut.push({
      tree: tree.name,
      work,
      tool: tool.name,
      why: error instanceof Error ? error.message : String(error),
    });
  };
  try {
    const size = await sequence(tool, { ...options, tree, host: proxy.host }, async (work, invocation, setting) => {
      proxy.take();
      try {
        const peakMemory = await watched(invocation, setting.env);
        const { requests, bytes } = proxy.take();
        if (work === "pull") await checkPulled(tree, setting.job);
        if (!options.works.includes(work)) return;
        const sent = tool.manifest === undefined ? {} : { requests, bytesSent: bytes };
        const { name, kind } = tool;
        runs.push({ tree: tree.name, work, tool: name, kind, seconds: [], cpuSeconds: [], peakMemory, ...sent });
      } catch (error) {
        if (work === "push") throw error; // and nothing else can be done
        fail(work, error);
      }
    });
    for (const run of runs) if (run.work === "push" && size > 0) run.layerSize = size;
  } catch (error) {
    fail("push", error);
    return { runs: [], leftOut };
  }
  return { runs, leftOut };
}

/** Where what is pulled goes. */
interface Outputs {
  readonly outputs: string;
}

/** Where one tool does its works. */
interface Setting {
  readonly job: Job;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Push, push again, pull: each into an empty registry, with an empty home, and nothing is left of it.
 *
 * @returns The size of the layers that were pushed.
 */
async function sequence(
  tool: Tool,
  { tree, host, works, registry, denoDirectory, outputs }: RoundOptions & Outputs & {
    readonly tree: Tree;
    readonly host: string;
  },
  perform: (work: Work, invocation: Invocation, setting: Setting) => Promise<void>,
): Promise<number> {
  await using directory = await tempDirectory();
  const output = await Deno.makeTempDir({ dir: outputs });
  const scratch = join(directory.path, "scratch");
  await Deno.mkdir(join(scratch, "home"), { recursive: true });
  const repository = `bench/${tool.name.replaceAll(/[^a-z]+/g, "-")}`;
  const job: Job = { tree, host, repository, output, scratch, layer: "" };
  const env = environmentOf(job, denoDirectory);
  try {
    // Done even when it is not wanted, since all else needs it.
    await perform("push", tool.push(job), { job, env });
    if (tool.manifest === undefined) return await sizeOf(join(scratch, "floor"));
    const pushed = await pushedLayers(registry.host, tool.manifest(job));
    if (wants("again")) await perform("again", tool.push(job), { job, env });
    if (wants("pull") && tool.pull !== undefined) {
      const pulling = { ...job, layer: pushed.first };
      await perform("pull", tool.pull(pulling), { job: pulling, env });
    }
    return pushed.size;
  } finally {
    await Deno.remove(registry.storage, { recursive: true }).catch(() => {});
    await emptyFiles(output);
  }

  function wants(work: Work): boolean {
    return works.includes(work) && tree.works.includes(work);
  }
}

/** Gives back the room that files take, and leaves the files. */
async function emptyFiles(directory: string): Promise<void> {
  for await (const { name, isDirectory, isFile } of Deno.readDir(directory)) {
    const path = join(directory, name);
    if (isDirectory) await emptyFiles(path);
    // What may not be written to keeps its room for a while.
    else if (isFile) await Deno.truncate(path).catch(() => {});
  }
}

async function pushedLayers(
  host: string,
  path: string,
): Promise<{ readonly first: string; readonly size: number }> {
  const answer = await fetch(`http://${host}/v2/${path}`, { headers: { accept: MANIFEST_MEDIA_TYPES.join(", ") } });
  if (!answer.ok) throw new Error(`Cannot find what was pushed to ${path}: the registry answers ${answer.status}`);
  const { layers }: { readonly layers: readonly { readonly digest: string; readonly size: number }[] } = await answer
    .json();
  return {
    first: layers[0]?.digest.replace(/^.*:/, "") ?? "",
    size: layers.reduce((sum, { size }) => sum + size, 0),
  };
}

/** What is fast because it does less is not measured. */
async function checkPulled(tree: Tree, { output }: Job): Promise<void> {
  const { files, bytes } = await measureTree(output);
  if (files === tree.files && bytes === tree.bytes) return;
  throw new Error(`It gave back ${files} files with ${bytes} bytes, of ${tree.files} files with ${tree.bytes} bytes`);
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch {
    return 0; // a floor that writes nothing
  }
}
