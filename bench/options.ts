import { parseArgs } from "node:util";
import { type Work, WORKS } from "./results.ts";
import { TREE_NAMES, type TreeName } from "./trees.ts";

/** What to measure, and where to put it. */
export interface BenchOptions {
  readonly trees: readonly TreeName[];
  readonly works: readonly Work[];
  /** Whether the compressors are compared. */
  readonly deflate: boolean;
  readonly rounds: number;
  /** The names of the other tools; `undefined` for all that are there. */
  readonly peers?: readonly string[];
  /** The compiled gantry; `undefined` for `dist/gantry` if it is there. */
  readonly binary?: string;
  /** What the tree `source` is copied from; `undefined` for what the machine has. */
  readonly source?: string;
  /** Files of results to show, in place of measuring. */
  readonly from?: readonly string[];
  readonly json?: string;
  readonly plot?: string;
  readonly writeDocs: boolean;
}

/** What `--help` says. */
export const USAGE = `Usage: deno task bench [OPTION]...

Measures gantry beside other tools, in turn, against one local registry.

  --tree NAMES      of ${TREE_NAMES.join(", ")}, or all (default: small,config,source)
  --work NAMES      of ${WORKS.join(", ")}, deflate (default: all of them)
  --rounds N        timed rounds, after one that is not timed (default: 5)
  --peers NAMES     other tools (default: those on PATH); none for gantry alone
  --binary PATH     the compiled gantry (default: dist/gantry when it is there)
  --source DIR      what the tree "source" is copied from (default: Go's src, or what the machine has)
  --json FILE       write everything that was measured
  --plot FILE       draw it as SVG
  --write-docs      put it into docs/performance.md
  --from FILES      measure nothing, and show what --json wrote, in one run or in several
`;

const DEFAULT_TREES: readonly TreeName[] = ["small", "config", "source"];
const ALL_WORKS = [...WORKS, "deflate"] as const;

/**
 * Parses the command line; `undefined` when help is asked for.
 *
 * @throws {TypeError} When an option is not known, or lacks its value.
 * @throws {RangeError} When a value is not one of those that there are.
 */
export function parseOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      tree: { type: "string" },
      work: { type: "string" },
      rounds: { type: "string", default: "5" },
      peers: { type: "string" },
      binary: { type: "string" },
      source: { type: "string" },
      from: { type: "string" },
      json: { type: "string" },
      plot: { type: "string" },
      "write-docs": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return undefined;
  const { tree, work, peers, binary, source, from, json, plot } = values;
  const works = work === undefined ? ALL_WORKS : chosen("--work", work, ALL_WORKS);
  return {
    trees: tree === undefined ? DEFAULT_TREES : tree === "all" ? TREE_NAMES : chosen("--tree", tree, TREE_NAMES),
    works: WORKS.filter((name) => works.includes(name)),
    deflate: works.includes("deflate"),
    rounds: parseRounds(values.rounds),
    writeDocs: values["write-docs"],
    ...(peers === undefined ? {} : { peers: peers === "none" ? [] : names(peers) }),
    ...(binary === undefined ? {} : { binary }),
    ...(source === undefined ? {} : { source }),
    ...(from === undefined ? {} : { from: names(from) }),
    ...(json === undefined ? {} : { json }),
    ...(plot === undefined ? {} : { plot }),
  };
}

function chosen<Name extends string>(option: string, text: string, known: readonly Name[]): readonly Name[] {
  return names(text).map((name) => {
    const found = known.find((one) => one === name);
    if (found === undefined) throw new RangeError(`Unknown ${option} "${name}": there are ${known.join(", ")}`);
    return found;
  });
}

function names(text: string): readonly string[] {
  return text.split(",").map((name) => name.trim()).filter((name) => name !== "");
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1) throw new RangeError(`Invalid --rounds "${text}": 1 or more is needed`);
  return rounds;
}
