import type { Descriptor } from "../oci/descriptor.ts";
import { inParallel } from "../pipeline/in_parallel.ts";
import type { StoreReader } from "../pipeline/store.ts";
import type { ReadingSession } from "./reading_session.ts";

/**
 * Reads blobs to their end, and so hashes them.
 *
 * @returns What is wrong, one sentence for each blob.
 */
export async function verifyBlobs(
  store: StoreReader,
  blobs: readonly Descriptor[],
  { context, concurrency }: ReadingSession,
): Promise<readonly string[]> {
  const problems = await inParallel(blobs, concurrency, async (blob): Promise<readonly string[]> => {
    let done = 0;
    try {
      for await (const piece of await store.fetch(blob, context)) {
        context.signal.throwIfAborted();
        done += piece.byteLength;
        context.progress({ phase: "Verifying", item: `${store.url}@${blob.digest}`, done, total: blob.size });
      }
      return [];
    } catch (error) {
      context.signal.throwIfAborted();
      return [error instanceof Error ? error.message : String(error)];
    }
  });
  return problems.flat();
}
