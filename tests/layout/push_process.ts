import { fileURLToPath } from "node:url";

/** How `push_loop.ts` brings artifacts into a layout. */
export type Way = "push" | "copy" | "volumes";

/** A process that pushes one sample artifact after the other. */
export interface PushProcess {
  /** Resolves when it begins to push. */
  readonly ready: Promise<void>;
  /** Kills it, so that it cannot clean up. */
  kill(): void;
  /** Waits for its end; gives the tags that it has set, with their digests. Throws when it failed by itself. */
  tags(): Promise<ReadonlyMap<string, string>>;
}

/** Starts `push_loop.ts` in a process of its own. */
export function startPushing(
  kind: "oci-layout" | "oci-archive",
  path: string,
  name: string,
  { count, way = "push" }: { readonly count: number; readonly way?: Way },
): PushProcess {
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", fileURLToPath(import.meta.resolve("./push_loop.ts")), kind, path, name, String(count), way],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const ready = Promise.withResolvers<void>();
  const lines = readLines(process.stdout, () => ready.resolve());
  return {
    ready: ready.promise,
    kill(): void {
      process.kill("SIGKILL");
    },
    async tags(): Promise<ReadonlyMap<string, string>> {
      const { code, signal } = await process.status;
      if (signal === null && code !== 0) throw new Error(`push_loop.ts ended with ${code}`);
      return new Map((await lines).map((line) => line.split(" ") as [string, string]));
    },
  };
}

/** The complete lines after the first one. */
async function readLines(bytes: ReadableStream<Uint8Array>, onFirst: () => void): Promise<readonly string[]> {
  let text = "";
  for await (const piece of bytes.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
    text += piece;
    if (text.includes("\n")) onFirst();
  }
  onFirst();
  return text.split("\n").slice(1, -1);
}
