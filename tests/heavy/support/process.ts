/** Programs that run beside a test until it ends. */

/** A program that runs until it is disposed of. */
export interface RunningProcess extends AsyncDisposable {
  /** The last that it wrote to standard error. */
  said(): string;
}

/** Starts a program. What it says last is shown when it ends by itself, because the test fails for that reason. */
export function startProcess(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningProcess {
  const child = new Deno.Command(name, {
    args: [...args],
    env: { ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let isWanted = true;
  let isRunning = true;
  let last = "";
  const ended = (async () => {
    for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) last = (last + text).slice(-4000);
    const { code } = await child.status;
    isRunning = false;
    if (isWanted) Deno.stderr.writeSync(new TextEncoder().encode(`${name} ended with ${code}:\n${last}\n`));
  })();
  return {
    said: () => last,
    async [Symbol.asyncDispose](): Promise<void> {
      isWanted = false;
      if (isRunning) child.kill("SIGKILL");
      await ended;
    },
  };
}

/** A port of loopback that nobody has at the moment. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/**
 * Waits for what only another program can say when it is asked: asks until there is an answer.
 *
 * @param limit How long to ask, in milliseconds.
 */
export async function until<T>(what: string, limit: number, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + limit;
  while (Date.now() < end) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`Cannot wait any longer until ${what}: it took more than ${limit / 1000} s`);
}
