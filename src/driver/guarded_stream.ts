import { guarded } from "./call_plugin.ts";
import type { Context } from "../work/context.ts";
import type { Instance } from "./instance.ts";
import { kindOf } from "./kind_of.ts";
import { wrongOutput } from "../pipeline/plugin_error.ts";

/** What is known of bytes that a plugin gives. */
export interface GuardedOptions {
  /** Whose bytes they are. */
  readonly instance: Instance;
  readonly context: Context;
  /** Where they stand in its result, such as `entries[3]`. */
  readonly place: string;
  /** How many bytes there have to be. */
  readonly size: number;
}

/**
 * Reads bytes of a plugin as its own code is run: it is blamed for what goes wrong, each piece has to come in time, and
 * there have to be as many as it said.
 */
export function guardedStream(
  open: () => AsyncIterable<Uint8Array<ArrayBuffer>>,
  { instance, context, place, size }: GuardedOptions,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const { id, plugin: { stage } } = instance;
  const wrong = (problem: string): Error => wrongOutput({ id, stage }, place, problem);
  let pieces: AsyncIterator<unknown> | undefined;
  let count = 0;
  return new ReadableStream({
    async pull(controller): Promise<void> {
      const { done, value } = await guarded(instance, context, async () => {
        pieces ??= iteratorOf(open(), wrong);
        return await pieces.next();
      });
      if (done) {
        if (count !== size) throw wrong(`has the size ${count} and says that it is ${size}`);
        return controller.close();
      }
      if (!isBytes(value)) throw wrong(`gives ${kindOf(value)} where bytes are to be read`);
      count += value.byteLength;
      if (count > size) throw wrong(`has more than the ${size} bytes that it says`);
      controller.enqueue(value);
    },
    async cancel(): Promise<void> {
      await pieces?.return?.();
    },
    // Nothing is read before somebody asks.
  }, { highWaterMark: 0 });
}

function iteratorOf(stream: AsyncIterable<unknown>, wrong: (problem: string) => Error): AsyncIterator<unknown> {
  const iterate: unknown = stream?.[Symbol.asyncIterator];
  if (typeof iterate !== "function") throw wrong(`opens as ${kindOf(stream)}, and not as a stream`);
  return stream[Symbol.asyncIterator]();
}

function isBytes(value: unknown): value is Uint8Array<ArrayBuffer> {
  return value instanceof Uint8Array;
}
