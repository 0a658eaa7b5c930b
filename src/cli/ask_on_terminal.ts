/**
 * Writes a question to standard error and reads the answer from standard input.
 *
 * @returns The line without its end; empty when the input is over.
 * @throws What the signal is aborted with, while it waits.
 */
export async function askOnTerminal(question: string, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  await Deno.stderr.write(new TextEncoder().encode(question));
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([readLine(), aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

async function readLine(): Promise<string> {
  const decoder = new TextDecoder();
  const piece = new Uint8Array(1024);
  let text = "";
  while (!text.includes("\n")) {
    const count = await Deno.stdin.read(piece);
    if (count === null) break;
    text += decoder.decode(piece.subarray(0, count), { stream: true });
  }
  return text.split(/\r?\n/, 1)[0] ?? "";
}
