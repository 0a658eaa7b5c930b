import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Host } from "../../src/pipeline/host.ts";

/** A host whose time passes when a test says so. */
export interface FakeHost extends Host {
  /** Lets time pass: timers that are due by then elapse. */
  readonly pass: (milliseconds: number) => void;
  /** Says that nothing is under way any more. */
  readonly idle: () => void;
  /** How many timers and listeners have not been stopped. */
  readonly waiting: () => number;
  /** Whose code was called, such as `acme:gate before:upload`. */
  readonly called: readonly string[];
}

/** Makes a host that knows nothing of the outside. */
export function fakeHost(parts: Partial<Host> = {}): FakeHost {
  const timers = new Map<() => void, number>();
  const idlers = new Set<() => void>();
  const called: string[] = [];
  let now = 0;
  return {
    version: "9.9.9",
    mode: "run",
    sourceDate: undefined,
    env: () => undefined,
    layer: (entries, { mediaType = "application/vnd.test.layer.v1", annotations }) =>
      Promise.resolve(bytesContent(
        mediaType,
        new TextEncoder().encode(entries.map(({ path }) => path).join("\n")),
        annotations === undefined ? {} : { annotations },
      )),
    timer(milliseconds, elapsed): () => void {
      const each = (): void => elapsed();
      timers.set(each, now + milliseconds);
      return () => timers.delete(each);
    },
    whenIdle(idle): () => void {
      idlers.add(idle);
      return () => idlers.delete(idle);
    },
    during<T>({ id, stage }: Parameters<Host["during"]>[0], work: () => T): T {
      called.push(`${id} ${stage}`);
      return work();
    },
    ...parts,
    pass(milliseconds): void {
      now += milliseconds;
      for (const [elapsed, due] of [...timers]) {
        if (due > now || !timers.delete(elapsed)) continue;
        elapsed();
      }
    },
    idle(): void {
      for (const each of [...idlers]) each();
    },
    waiting: () => timers.size + idlers.size,
    called,
  };
}
