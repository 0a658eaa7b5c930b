import { bytesContent } from "../../src/oci/bytes_content.ts";
import type { Content } from "../../src/oci/descriptor.ts";
import { encodeManifest } from "../../src/oci/manifest.ts";
import { EMPTY_MEDIA_TYPE, OCI_MANIFEST_MEDIA_TYPE } from "../../src/oci/media_types.ts";
import type { Context, Log } from "../../src/work/context.ts";
import type { Artifact } from "../../src/pipeline/values.ts";
import { createRegistryClient, type RegistryClient, type RegistryClientOptions } from "../../src/registry/client.ts";
import type { Clock } from "../../src/system/clock.ts";
import type { FakeRegistry } from "../support/fake_registry.ts";

/** A log that keeps what it is told. */
export interface KeptLog extends Log {
  readonly lines: string[];
}

/** A context for a test: nothing aborts it, and its log can be read. */
export function testContext(signal = new AbortController().signal): Context & { readonly log: KeptLog } {
  const lines: string[] = [];
  // That a request was sent is said of each, and is in the log of the fake registry.
  const keep = (level: string) => (message: string): void => {
    if (!/^[A-Z]+ https?:\/\/\S+: \d+ in \d+ ms$/.test(message)) lines.push(`${level} ${message}`);
  };
  return {
    signal,
    log: { lines, debug: keep("debug"), info: keep("info"), warn: keep("warn") },
    scratch: { keep: () => Promise.reject(new Error("not here")) },
    progress: () => {},
  };
}

/** A clock whose time passes when someone waits, and a record of the waits in milliseconds. */
export interface TestClock extends Clock {
  readonly waits: readonly number[];
  /** Lets time pass; timers that are due call back. */
  advance(milliseconds: number): void;
}

/** Starts at the given time. */
export function testClock(start = 1_700_000_000_000): TestClock {
  let time = start;
  const waits: number[] = [];
  const timers = new Set<{ readonly due: number; readonly run: () => void }>();
  return {
    waits,
    now: () => time,
    advance(milliseconds): void {
      time += milliseconds;
      for (const timer of [...timers].filter(({ due }) => due <= time)) {
        timers.delete(timer);
        timer.run();
      }
    },
    timer(milliseconds, run): () => void {
      const timer = { due: time + milliseconds, run };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    wait(milliseconds, signal): Promise<void> {
      if (signal.aborted) return Promise.reject(signal.reason);
      waits.push(milliseconds);
      time += milliseconds;
      return Promise.resolve();
    },
  };
}

/** A client of a fake registry that never sleeps. */
export function testClient(
  fake: Pick<FakeRegistry, "host" | "origin">,
  options: Partial<RegistryClientOptions> = {},
): RegistryClient & Disposable {
  const client = createRegistryClient({
    host: fake.host,
    plainHttp: fake.origin.startsWith("http:"),
    clock: testClock(),
    random: () => 0,
    ...options,
  });
  return { ...client, [Symbol.dispose]: () => client.close() };
}

/** Content of a text. */
export function textContent(text: string, mediaType = "application/octet-stream"): Content {
  return bytesContent(mediaType, new TextEncoder().encode(text));
}

/** An artifact of these layers. */
export function testArtifact(...layers: readonly Content[]): Artifact {
  const config = textContent("{}", EMPTY_MEDIA_TYPE);
  const archive = { profile: "generic", artifactType: "application/vnd.test", config, layers };
  const manifest = bytesContent(
    OCI_MANIFEST_MEDIA_TYPE,
    encodeManifest({
      artifactType: archive.artifactType,
      config: config.descriptor,
      layers: layers.map((layer) => layer.descriptor),
    }),
  );
  return { source: { location: "." }, entries: [], dropped: [], archive, annotations: {}, manifest };
}

/** Content that counts how often it was opened, and how many of its streams were not let go. */
export interface CountedContent extends Content {
  readonly opened: number;
  readonly held: number;
}

/** Makes content of a size, in pieces of 16 KiB. */
export function sizedContent(size: number, seed = 1): CountedContent {
  const bytes = new Uint8Array(size);
  let state = seed;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[at] = state >>> 24;
  }
  let opened = 0;
  let held = 0;
  return {
    descriptor: bytesContent("application/octet-stream", bytes).descriptor,
    get opened(): number {
      return opened;
    },
    get held(): number {
      return held;
    },
    open(): ReadableStream<Uint8Array<ArrayBuffer>> {
      opened++;
      held++;
      let at = 0;
      return new ReadableStream({
        pull(controller): void {
          const piece = bytes.slice(at, at + 16 * 1024);
          at += piece.byteLength;
          if (piece.byteLength > 0) return controller.enqueue(piece);
          held--;
          controller.close();
        },
        cancel(): void {
          held--;
        },
      }, { highWaterMark: 0 });
    },
  };
}
