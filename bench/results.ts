/** What a run of the benchmark measured, as it stands in the JSON. Nothing in it is computed but by the reader. */
export interface Results {
  readonly machine: Machine;
  /** What each program said of its version. */
  readonly programs: Readonly<Record<string, string>>;
  readonly trees: readonly TreeFacts[];
  readonly runs: readonly Run[];
  readonly deflate: readonly DeflateRun[];
  /** What could not be measured, and why. */
  readonly leftOut: readonly LeftOut[];
}

/** Where it was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  /** In bytes. */
  readonly memory: number;
  readonly system: string;
}

/** A tree that was published. */
export interface TreeFacts {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  /** What it is made of, in words. */
  readonly from: string;
}

/** What is done with a tree: a first push, the same push once more, and a pull that extracts. */
export const WORKS = ["push", "again", "pull"] as const;

/** One of {@linkcode WORKS}. */
export type Work = typeof WORKS[number];

/**
 * What a tool is: gantry; a peer that packs and publishes a directory by itself; one that needs another program
 * beside it, or publishes something else; or a floor, which does only a part of the work.
 */
export type ToolKind = "gantry" | "peer" | "other" | "floor";

/** One tool doing one work on one tree. */
export interface Run {
  readonly tree: string;
  readonly work: Work;
  readonly tool: string;
  readonly kind: ToolKind;
  /** Wall time of each timed round. */
  readonly seconds: readonly number[];
  /** User and system time of all its processes, in each timed round. */
  readonly cpuSeconds: readonly number[];
  /** In bytes: the largest sum over all its processes at one time, in the round that is not timed. */
  readonly peakMemory?: number;
  /** Content of requests, in bytes, in the round that is not timed. */
  readonly bytesSent?: number;
  /** In the round that is not timed. */
  readonly requests?: number;
  /** In bytes; of a floor, what it wrote. */
  readonly layerSize?: number;
}

/** What a tool could not do with a tree; one that cannot push can do nothing. */
export interface LeftOut {
  readonly tree: string;
  readonly work: Work;
  readonly tool: string;
  readonly why: string;
}

/** One compressor on one sample, in one thread. */
export interface DeflateRun {
  readonly sample: string;
  /** Of the sample, in bytes. */
  readonly bytes: number;
  readonly compressor: string;
  /** Of each round. */
  readonly cpuSeconds: readonly number[];
  /** Of the result, in bytes. */
  readonly size: number;
}

/**
 * The middle of some numbers, or the mean of the two in the middle.
 *
 * @throws {RangeError} When there are none.
 */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError("Cannot take the median of no numbers");
  return (lower + upper) / 2;
}

/** The runs of one work on one tree, and what they are compared with. */
export interface Comparison {
  readonly tree: string;
  readonly work: Work;
  readonly runs: readonly Run[];
  /** The median of the fastest tool that does the same by itself; `undefined` when none was measured. */
  readonly fastestPeer: number | undefined;
}

/** Groups runs by tree and work, in the order in which they were measured. */
export function comparisons(runs: readonly Run[]): readonly Comparison[] {
  const groups = Map.groupBy(runs, ({ tree, work }) => `${tree} ${work}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const peers = group.filter(({ kind }) => kind === "peer").map(({ seconds }) => median(seconds));
    return [{
      tree: first.tree,
      work: first.work,
      runs: group,
      fastestPeer: peers.length === 0 ? undefined : Math.min(...peers),
    }];
  });
}

/**
 * Reads what a run wrote as JSON.
 *
 * @throws {SyntaxError} When it is no JSON, or no results.
 */
export function parseResults(text: string): Results {
  const value = JSON.parse(text);
  const lists = [value?.trees, value?.runs, value?.deflate, value?.leftOut];
  if (!lists.every(Array.isArray) || typeof value.machine !== "object" || typeof value.programs !== "object") {
    throw new SyntaxError("Cannot read results: this is not what `deno task bench --json` writes");
  }
  return value;
}

/**
 * Makes one of the results of several runs on one machine: the large trees take hours, and need not be measured in the
 * same night.
 *
 * @throws {RangeError} When they are from several machines, or of several versions of a program, or there are none.
 */
export function joinResults(several: readonly Results[]): Results {
  const [first] = several;
  if (first === undefined) throw new RangeError("There are no results to join");
  const programs: Record<string, string> = {};
  for (const results of several) {
    if (JSON.stringify(results.machine) !== JSON.stringify(first.machine)) {
      throw new RangeError("Cannot join results of several machines");
    }
    for (const [program, version] of Object.entries(results.programs)) {
      if ((programs[program] ??= version) !== version) {
        throw new RangeError(`Cannot join results of ${program} ${programs[program]} and ${version}`);
      }
    }
  }
  const trees = several.flatMap(({ trees }) => trees);
  return {
    machine: first.machine,
    programs,
    trees: [...new Map(trees.map((tree) => [tree.name, tree])).values()],
    runs: several.flatMap(({ runs }) => runs),
    deflate: several.flatMap(({ deflate }) => deflate),
    leftOut: several.flatMap(({ leftOut }) => leftOut),
  };
}
