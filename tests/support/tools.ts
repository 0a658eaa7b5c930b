/** Programs that tests need and a machine may lack. */
import { delimiter, join } from "node:path";

/** Where a program is on PATH; `undefined` when it is not. */
export function findTool(name: string): string | undefined {
  for (const directory of (Deno.env.get("PATH") ?? "").split(delimiter)) {
    const path = join(directory, name);
    try {
      if (Deno.statSync(path).isFile) return path;
    } catch {
      // Not in this directory.
    }
  }
  return undefined;
}

/**
 * Declares a test that needs programs. Where one is missing, the test is ignored and its name says why; in CI, which
 * sets `GANTRY_REQUIRE_TOOLS`, it fails instead.
 */
export function toolTest(
  name: string,
  needs: readonly string[] | ToolTestOptions,
  body: (t: Deno.TestContext) => Promise<void>,
): void {
  const { tools, ...options } = "tools" in needs ? needs : { tools: needs };
  const missing = tools.filter((tool) => findTool(tool) === undefined);
  if (missing.length === 0) return Deno.test({ name, fn: body, ...options });
  const reason = `${missing.join(" and ")} not on PATH`;
  if (Deno.env.get("GANTRY_REQUIRE_TOOLS") === "1") {
    return Deno.test(name, () => {
      throw new Error(`Cannot run: ${reason}`);
    });
  }
  Deno.test({ name: `${name} (ignored: ${reason})`, ignore: true, fn: body });
}

/** What a test needs. */
export interface ToolTestOptions {
  readonly tools: readonly string[];
  /** How long it may take, in milliseconds; Deno 2.6 takes no notice. */
  readonly timeout?: number;
}

/** What a program said when it ended. */
export interface ToolResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function runTool(
  name: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly clearEnv?: boolean;
  } = {},
): Promise<ToolResult> {
  const { code, stdout, stderr } = await new Deno.Command(name, {
    args: [...args],
    stdin: "null",
    clearEnv: options.clearEnv ?? false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: { ...options.env } }),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Runs a program that must succeed, and gives what it wrote to standard output. */
export async function tool(
  name: string,
  args: readonly string[],
  options: Parameters<typeof runTool>[2] = {},
): Promise<string> {
  const { code, stdout, stderr } = await runTool(name, args, options);
  if (code !== 0) throw new Error(`${name} ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}

/** Reads a named pipe to its end by another process: Deno 2.6 stands still while it opens one. */
export async function readPipe(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return (await new Deno.Command("cat", { args: [path], stderr: "inherit" }).output()).stdout;
}
