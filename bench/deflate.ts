import { deflateRawSync } from "node:zlib";
import { cpuUsage } from "node:process";
import { join } from "node:path";
import { GZIP_LEVEL } from "../src/pack/compression.ts";
import { DEFLATE_CHUNK_SIZE, DEFLATE_WINDOW, deflateChunk } from "../src/pack/deflate/deflate_chunk.ts";
import { manifests } from "./manifests.ts";
import { type DeflateRun, median } from "./results.ts";
import { rotated } from "./rounds.ts";
import { findPrograms, findSources, listSources } from "./samples.ts";

const SAMPLE_SIZE = 32 * 1024 * 1024;

/** Bytes that compressors are measured with. */
export interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** 32 MiB each of sources, programs and manifests, or as much as this machine has. */
export async function deflateSamples(source?: string): Promise<readonly Sample[]> {
  const sources = await findSources(source);
  const files = await Array.fromAsync(listSources(sources), (path) => join(sources, path));
  return [
    { name: "sources", bytes: await joined(files) },
    { name: "programs", bytes: await joined(await findPrograms(4 * SAMPLE_SIZE)) },
    { name: "manifests", bytes: new TextEncoder().encode(manifests(1, SAMPLE_SIZE)) },
  ];
}

/** Compresses samples in this thread, by gantry's compressor and by the runtime's zlib, in turn. */
export function measureDeflate(
  samples: readonly Sample[],
  { rounds, say }: { readonly rounds: number; readonly say: (line: string) => void },
): readonly DeflateRun[] {
  return samples.flatMap(({ name: sample, bytes }) => {
    const runs = COMPRESSORS.map((compressor) => ({ ...compressor, size: 0, cpuSeconds: [] as number[] }));
    // The first round is for the runtime, which compiles what it runs often.
    for (let round = -1; round < rounds; round++) {
      say(`deflate, ${sample}, round ${round + 1} of ${rounds}`);
      for (const run of rotated(runs, round + 1)) {
        const before = cpuUsage();
        run.size = run.compress(bytes);
        const { user, system } = cpuUsage(before);
        if (round >= 0) run.cpuSeconds.push((user + system) / 1e6);
      }
    }
    runs.sort((one, other) => median(one.cpuSeconds) - median(other.cpuSeconds));
    return runs.map(({ name, size, cpuSeconds }) => ({
      sample,
      bytes: bytes.byteLength,
      compressor: name,
      cpuSeconds,
      size,
    }));
  });
}

const COMPRESSORS: readonly { readonly name: string; readonly compress: (bytes: Uint8Array) => number }[] = [
  { name: `gantry ${GZIP_LEVEL}`, compress: ours },
  ...[6, 9].map((level) => ({
    name: `zlib ${level}`,
    compress: (bytes: Uint8Array) => deflateRawSync(bytes, { level }).byteLength,
  })),
];

function ours(bytes: Uint8Array): number {
  let size = 0;
  for (let at = 0; at < bytes.byteLength; at += DEFLATE_CHUNK_SIZE) {
    const end = at + DEFLATE_CHUNK_SIZE;
    size += deflateChunk({
      bytes: bytes.subarray(at, end),
      history: bytes.subarray(Math.max(0, at - DEFLATE_WINDOW), at),
      level: GZIP_LEVEL,
      last: end >= bytes.byteLength,
    }).byteLength;
  }
  return size;
}

async function joined(paths: readonly string[]): Promise<Uint8Array<ArrayBuffer>> {
  const all = new Uint8Array(SAMPLE_SIZE);
  let size = 0;
  for (const path of paths) {
    if (size === SAMPLE_SIZE) break;
    const bytes = (await Deno.readFile(path)).subarray(0, SAMPLE_SIZE - size);
    all.set(bytes, size);
    size += bytes.byteLength;
  }
  return all.subarray(0, size);
}
