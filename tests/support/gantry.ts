/** gantry's command line, in process. */
import { createEnvironment } from "../../src/cli/environment.ts";
import { run } from "../../src/cli/run.ts";
import { createSecrets } from "../../src/cli/secrets.ts";

/** What a command line did. */
export interface GantryResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The bytes that went to standard output; absent unless it was taken for a tar or for a manifest as it is. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
}

/** What a command line is run with. */
export interface GantryOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
  /** How wide the terminal is on which both outputs are; none when left out. */
  readonly columns?: number;
  /** What is typed when a question is asked; without it there is no terminal. */
  readonly answer?: string | (() => Promise<string>);
}

/** Runs one command line with no environment but the one given. */
export async function gantry(args: readonly string[], options: GantryOptions = {}): Promise<GantryResult> {
  let stdout = "";
  let pieces: Uint8Array<ArrayBuffer>[] | undefined;
  let stderr = "";
  const { answer, columns } = options;
  const width = { columns: (): number => columns ?? 80 };
  const ask = async (question: string): Promise<string> => {
    stderr += `${question}\n`;
    return typeof answer === "function" ? await answer() : answer ?? "";
  };
  const secrets = createSecrets();
  const code = await run(args, {
    ...(columns === undefined ? {} : { terminal: width, screen: width }),
    ...(answer === undefined ? {} : { prompt: { line: ask, hidden: ask } }),
    ...createEnvironment((name) => options.env?.[name], secrets),
    stdin: () => new Blob([options.stdin ?? new Uint8Array()]).stream(),
    secrets,
    stdout: (text) => {
      stdout += text;
    },
    takeStdout: () => {
      const taken = pieces ??= [];
      return (bytes) => {
        taken.push(new Uint8Array(bytes));
        return Promise.resolve();
      };
    },
    stderr: (text) => {
      stderr += text;
    },
    signal: options.signal ?? new AbortController().signal,
  });
  return {
    code,
    stdout,
    stderr,
    ...(pieces === undefined ? {} : { bytes: new Uint8Array(await new Blob(pieces).arrayBuffer()) }),
  };
}

/** Runs a command line that must succeed. */
export async function gantryOk(args: readonly string[], options: GantryOptions = {}): Promise<GantryResult> {
  const result = await gantry(args, options);
  if (result.code !== 0) throw new Error(`gantry ${args.join(" ")} ended with ${result.code}:\n${result.stderr}`);
  return result;
}

/** Runs `push -o json`, which must succeed, and gives what it printed. */
export async function push(args: readonly string[], options: GantryOptions = {}): Promise<PushJson> {
  return JSON.parse((await gantryOk(["push", ...args, "-o", "json"], options)).stdout);
}

/** The part of `push -o json` that tests look at. */
export interface PushJson {
  readonly url: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest: string;
  readonly targets: readonly {
    readonly url: string;
    readonly digest: string;
    readonly tags: readonly string[];
    readonly uploaded: number;
    readonly existing: number;
    readonly bytesSent: number;
  }[];
}
