/** What to run. */
export interface Invocation {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
}

/** What a command cost. */
export interface Cost {
  /** Wall time. */
  readonly seconds: number;
  /** User and system time of the process and of everything that it started and waited for. */
  readonly cpuSeconds: number;
}

/**
 * Runs a command that must succeed and measures it, disturbing it by nothing.
 *
 * Nothing else that this process started may end meanwhile, since the kernel counts all of it together.
 *
 * @throws {Error} When it fails, with what it wrote to standard error.
 */
export async function timed(invocation: Invocation, env: Readonly<Record<string, string>>): Promise<Cost> {
  const cpuBefore = cpuOfChildren();
  const start = performance.now();
  const child = spawn(invocation, env);
  const { success, stderr } = await child.output();
  const seconds = (performance.now() - start) / 1000;
  const cpuSeconds = cpuOfChildren() - cpuBefore;
  if (!success) throw failure(invocation, stderr);
  return { seconds, cpuSeconds };
}

/**
 * Runs a command that must succeed and looks every 10 ms at the memory of its process and of all below it.
 *
 * @returns The largest sum of resident memory, in bytes; 0 where there is no `/proc`. Pages that processes share count
 * for each of them.
 * @throws {Error} When it fails, with what it wrote to standard error.
 */
export async function watched(invocation: Invocation, env: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(invocation, env);
  let peak = 0;
  const look = (): void => {
    peak = Math.max(peak, residentMemory(child.pid));
  };
  const timer = setInterval(look, 10);
  look();
  const { success, stderr } = await child.output().finally(() => clearInterval(timer));
  if (!success) throw failure(invocation, stderr);
  return peak;
}

/**
 * The resident memory of a process and of everything below it, in bytes; 0 for one that is gone.
 *
 * A process that was forked and has not yet become another program has its parent's memory, which is not counted twice.
 */
export function residentMemory(pid: number, parentWords = ""): number {
  let bytes = 0;
  try {
    const words = Deno.readTextFileSync(`/proc/${pid}/cmdline`);
    if (words === parentWords) return 0;
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    bytes += 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0);
    for (const { name: thread } of Deno.readDirSync(`/proc/${pid}/task`)) {
      const children = Deno.readTextFileSync(`/proc/${pid}/task/${thread}/children`);
      for (const child of children.split(" ")) if (child !== "") bytes += residentMemory(Number(child), words);
    }
  } catch {
    // It has ended meanwhile, or this system has no such files.
  }
  return bytes;
}

function spawn(
  { program, args, cwd }: Invocation,
  env: Readonly<Record<string, string>>,
): Deno.ChildProcess {
  return new Deno.Command(program, {
    args: [...args],
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...env },
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

function failure({ program, args }: Invocation, stderr: Uint8Array): Error {
  return new Error(`Failed: ${program} ${args.join(" ")}:\n${new TextDecoder().decode(stderr).trim()}`);
}

/** `RUSAGE_CHILDREN`: processes that ended and were waited for, and what these waited for in turn. */
const CHILDREN = -1;
const LIBC = Deno.build.os === "darwin" ? "/usr/lib/libSystem.B.dylib" : "libc.so.6";

/** In seconds. No runtime tells this of its children, so the C library is asked. */
function cpuOfChildren(): number {
  const libc = Deno.dlopen(LIBC, { getrusage: { parameters: ["i32", "buffer"], result: "i32" } });
  const usage = new Uint8Array(256);
  const status = libc.symbols.getrusage(CHILDREN, usage);
  libc.close();
  if (status !== 0) throw new Error("Cannot ask for the CPU time of processes");
  const view = new DataView(usage.buffer);
  // Two times, user and system, each as seconds (64 bits) and microseconds (at least 32 bits).
  const time = (at: number): number => Number(view.getBigInt64(at, true)) + view.getInt32(at + 8, true) / 1e6;
  return time(0) + time(16);
}
