import { fileURLToPath } from "node:url";
import { dirname, join, resolve } from "node:path";
import { findTool, runTool } from "../tests/support/tools.ts";
import type { Invocation } from "./observe.ts";
import type { ToolKind } from "./results.ts";
import type { Tree } from "./trees.ts";

/** What a tool is told to do. */
export interface Job {
  readonly tree: Tree;
  /** Of the registry. */
  readonly host: string;
  readonly repository: string;
  /** A directory that is there and empty, for what is pulled. */
  readonly output: string;
  /** A directory for what a tool must write on its way. */
  readonly scratch: string;
  /** The digest of the layer that was pushed, in hexadecimal digits; empty before a push. */
  readonly layer: string;
}

/** A program that is measured. */
export interface Tool {
  readonly name: string;
  readonly kind: ToolKind;
  /** What prints its version. */
  readonly version: readonly string[];
  /** Whether it can publish a tree. */
  readonly takes: (tree: Tree) => boolean;
  readonly push: (job: Job) => Invocation;
  /** Absent where there is nothing to pull. */
  readonly pull?: (job: Job) => Invocation;
  /** Repository and tag of what was pushed, joined as in a URL's path; absent where nothing was. */
  readonly manifest?: (job: Job) => string;
}

/** Which tools are wanted. */
export interface ToolsWanted {
  readonly peers?: readonly string[];
  readonly binary?: string;
}

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const TAG = "v1";
/** Of the charts among the trees. */
const CHART_VERSION = "1.0.0";

/**
 * The tools that are measured: gantry, the floors, and the peers that are wanted, or those on PATH.
 *
 * @throws {RangeError} When a peer is not known.
 * @throws {Error} When one that was asked for is not there.
 */
export function findTools({ peers, binary }: ToolsWanted): readonly Tool[] {
  const unknown = peers?.find((name) => !PEERS.some((peer) => peer.version[0] === name));
  if (unknown !== undefined) {
    const known = PEERS.map(({ version: [program] }) => program).join(", ");
    throw new RangeError(`Unknown peer "${unknown}": there are ${known}`);
  }
  const wanted = PEERS.filter(({ version: [program = ""] }) => peers?.includes(program) ?? isThere(program));
  const missing = wanted.find(({ version: [program = ""] }) => !isThere(program));
  if (missing !== undefined) throw new Error(`Cannot measure ${missing.name}: it is not on PATH`);
  const floors = FLOORS.filter(({ version: [program = ""] }) => isThere(program));
  return [...binaryTool(binary), ...fromSources(), ...wanted, ...floors];
}

/** What a tool says of its version. */
export async function versionOf({ version: [program = "", ...args] }: Pick<Tool, "version">): Promise<string> {
  const { stdout, stderr } = await runTool(program, args);
  return parseVersion(`${stdout}${stderr}`);
}

/** The first version in what a program says of itself, or else its first line. */
export function parseVersion(text: string): string {
  return /(?<![\w./])v?\d+\.\d+[\w.+-]*/.exec(text)?.[0] ?? text.trim().split("\n")[0] ?? "";
}

/** The variables that every tool is given: a home of its own, so that none knows what it did before. */
export function environmentOf(job: Job, denoDirectory: string): Readonly<Record<string, string>> {
  return {
    PATH: Deno.env.get("PATH") ?? "",
    HOME: join(job.scratch, "home"),
    // What Deno has compiled once stays compiled, as it does for everybody who runs it twice.
    DENO_DIR: denoDirectory,
  };
}

function binaryTool(binary: string | undefined): readonly Tool[] {
  const path = resolve(binary ?? join(ROOT, "dist", "gantry"));
  if (!isThere(path)) {
    if (binary !== undefined) throw new Error(`Cannot measure ${binary}: there is no such file`);
    return [];
  }
  return gantry("gantry, binary", [path]);
}

/** As `deno task gantry` does it. */
function fromSources(): readonly Tool[] {
  return gantry("gantry, deno run", [
    Deno.execPath(),
    "run",
    "--quiet",
    "-P",
    "--no-prompt",
    "--frozen",
    "--unstable-lazy-dynamic-imports",
    "--config",
    join(ROOT, "deno.json"),
    join(ROOT, "main.ts"),
  ]);
}

/** The same work as the peers on every tree; and on charts Helm's, too. */
function gantry(name: string, words: readonly string[]): readonly Tool[] {
  const [program = "", ...first] = words;
  const limits = ["--max-size", "1TiB", "--max-entries", "10000000", "--max-ratio", "1000000"];
  const publishing = (
    profile: string,
    [below, tag]: readonly [string, string],
  ): Pick<Tool, "push" | "pull" | "manifest"> => {
    const reference = ({ host, repository }: Job): string => `oci://${host}/${repository}${below}:${tag}`;
    return {
      push: (job) => ({
        program,
        args: [...first, "push", job.tree.path, reference(job), "--profile", profile, "--no-config", "--quiet"],
      }),
      pull: (job) => ({ program, args: [...first, "pull", reference(job), job.output, ...limits, "--quiet"] }),
      manifest: ({ repository }) => `${repository}${below}/manifests/${tag}`,
    };
  };
  const common = { kind: "gantry", version: [...words, "version"] } as const;
  return [
    { ...common, name, takes: () => true, ...publishing("generic", ["", TAG]) },
    {
      ...common,
      name: `${name}, profile helm`,
      takes: ({ isChart }) => isChart,
      ...publishing("helm", ["/tree", CHART_VERSION]),
    },
  ];
}

/** Found by the first word of `version`. */
const PEERS: readonly Tool[] = [
  {
    name: "flux",
    kind: "peer",
    version: ["flux", "--version"],
    takes: () => true,
    push: (job) => ({
      program: "flux",
      args: `push artifact oci://${job.host}/${job.repository}:${TAG} --path`.split(" ")
        .concat(job.tree.path, "--source=bench", "--revision=bench", "--timeout=2h"),
    }),
    pull: (job) => ({
      program: "flux",
      args: ["pull", "artifact", `oci://${job.host}/${job.repository}:${TAG}`, "--output", job.output, "--timeout=2h"],
    }),
    manifest,
  },
  {
    name: "timoni",
    kind: "peer",
    version: ["timoni", "version"],
    takes: () => true,
    push: (job) => ({
      program: "timoni",
      args: ["artifact", "push", `oci://${job.host}/${job.repository}`, "-t", TAG, "-f", job.tree.path, "--timeout=2h"],
    }),
    pull: (job) => ({
      program: "timoni",
      args: ["artifact", "pull", `oci://${job.host}/${job.repository}:${TAG}`, "-o", job.output, "--timeout=2h"],
    }),
    manifest,
  },
  {
    name: "oras",
    kind: "peer",
    version: ["oras", "version"],
    takes: () => true,
    push: (job) => ({
      program: "oras",
      args: ["push", "--plain-http", "--no-tty", `${job.host}/${job.repository}:${TAG}`, "tree"],
      cwd: dirname(job.tree.path),
    }),
    pull: (job) => ({
      program: "oras",
      args: ["pull", "--plain-http", "--no-tty", `${job.host}/${job.repository}:${TAG}`, "-o", job.output],
    }),
    manifest,
  },
  {
    name: "tar and crane",
    kind: "other",
    version: ["crane", "version"],
    takes: () => true,
    push: (job) =>
      shell('tar -C "$1" -cf - . | crane append -f - -t "$2"', job.tree.path, `${job.host}/${job.repository}:${TAG}`),
    pull: (job) => shell('crane export "$1" - | tar -x -C "$2"', `${job.host}/${job.repository}:${TAG}`, job.output),
    manifest,
  },
  {
    name: "helm",
    kind: "other",
    version: ["helm", "version", "--short"],
    takes: ({ isChart }) => isChart,
    push: (job) =>
      shell(
        'helm package -d "$1" "$2" && helm push --plain-http "$1/tree-$3.tgz" "$4"',
        job.scratch,
        job.tree.path,
        CHART_VERSION,
        `oci://${job.host}/${job.repository}`,
      ),
    pull: (job) => ({
      program: "helm",
      args: `pull --plain-http oci://${job.host}/${job.repository}/tree --version ${CHART_VERSION} --untar --untardir`
        .split(" ")
        .concat(job.output),
    }),
    manifest: ({ repository }) => `${repository}/tree/manifests/${CHART_VERSION}`,
  },
  {
    name: "tar and skopeo",
    kind: "other",
    version: ["skopeo", "--version"],
    // It needs the whole tar on the disk.
    takes: ({ name }) => name !== "huge",
    push: (job) =>
      shell(
        'tar -C "$1" -cf "$2/tree.tar" . &&' +
          ' skopeo --insecure-policy copy -q --dest-tls-verify=false "tarball:$2/tree.tar" "docker://$3"',
        job.tree.path,
        job.scratch,
        `${job.host}/${job.repository}:${TAG}`,
      ),
    pull: (job) =>
      shell(
        'skopeo --insecure-policy copy -q --src-tls-verify=false "docker://$1" "dir:$2/image" &&' +
          ' tar -C "$3" -xzf "$2/image/$4"',
        `${job.host}/${job.repository}:${TAG}`,
        job.scratch,
        job.output,
        job.layer,
      ),
    manifest,
  },
];

/** What no tool can be faster than: packing without sending, and starting without doing anything. */
const FLOORS: readonly Tool[] = [
  {
    name: "tar | pigz -6 -p2",
    kind: "floor",
    version: ["pigz", "--version"],
    takes: () => true,
    push: (job) => shell('tar -C "$1" -cf - . | pigz -6 -p2 >"$2"', job.tree.path, join(job.scratch, "floor")),
  },
  {
    name: "deno run, empty file",
    kind: "floor",
    version: [Deno.execPath(), "--version"],
    takes: ({ name }) => name === "small",
    push: () => ({ program: Deno.execPath(), args: ["run", "--quiet", join(ROOT, "bench", "empty.ts")] }),
  },
];

function manifest({ repository }: Job): string {
  return `${repository}/manifests/${TAG}`;
}

/** A pipeline fails with any of its programs. */
function shell(text: string, ...args: readonly string[]): Invocation {
  return { program: "bash", args: ["-o", "pipefail", "-c", text, "bash", ...args] };
}

/** On PATH, or where a path says. */
function isThere(program: string): boolean {
  if (!program.includes("/")) return findTool(program) !== undefined;
  try {
    return Deno.statSync(program).isFile;
  } catch {
    return false;
  }
}
