import type { Results } from "../../bench/results.ts";

/** Results that no machine gave: figures that are easy to check by hand. */
export function sampleResults(): Results {
  const common = { tree: "small", work: "push" } as const;
  return {
    machine: { cpu: "Sample <1>", cores: 2, memory: 4 * 1024 ** 3, system: "linux 6" },
    programs: { oras: "1.3.6" },
    trees: [{ name: "small", files: 1000, bytes: 2_500_000, from: "manifests" }],
    runs: [
      {
        ...common,
        tool: "gantry, binary",
        kind: "gantry",
        seconds: [0.1, 0.3, 0.2],
        cpuSeconds: [2, 1, 3],
        peakMemory: 10 * 1024 ** 2,
        bytesSent: 123_456_789,
        requests: 10,
        layerSize: 0,
      },
      { ...common, tool: "oras", kind: "peer", seconds: [0.4], cpuSeconds: [12.34] },
      { ...common, tool: "tar | pigz -6 -p2", kind: "floor", seconds: [123.4], cpuSeconds: [0.0004] },
    ],
    deflate: [
      { sample: "sources", bytes: 32e6, compressor: "gantry 6", cpuSeconds: [1], size: 99 },
      { sample: "sources", bytes: 32e6, compressor: "zlib 6", cpuSeconds: [1.5], size: 100 },
      { sample: "sources", bytes: 32e6, compressor: "zlib 9", cpuSeconds: [3], size: 98 },
    ],
    leftOut: [{ ...common, tool: "helm", why: "too large" }],
  };
}
