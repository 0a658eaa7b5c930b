/**
 * Checks that gzip writes the same bytes on every processor: compresses fixed data on this machine and, where
 * `qemu-x86_64` is on PATH, on processors without SSE4.2 (Penryn) and with AVX2 (Haswell). Exits with 1 when level 9
 * gives other bytes than it should. Level 6 is shown for contrast: its bytes depend on the processor.
 *
 * ```sh
 * deno run -A scripts/reproduce.ts                  # everywhere it can
 * deno run -A scripts/reproduce.ts native           # on this machine
 * deno run -A scripts/reproduce.ts Penryn Haswell   # on these processors, which needs qemu-x86_64
 * qemu-aarch64 -L /usr/aarch64-linux-gnu DENO_FOR_ARM run scripts/reproduce.ts --measure   # to compare by hand
 * ```
 */
import { digestHex, digestOf } from "../src/oci/digest.ts";
import { gzip } from "../src/pack/gzip.ts";
import { collectBytes } from "../tests/support/collect_bytes.ts";
import { binaryLike, inPieces, noise, textLike } from "../tests/support/sample_bytes.ts";
import { findTool, tool } from "../tests/support/tools.ts";

/** What level 9 gives, in hexadecimal. When one of these changes, so does the digest of every layer. */
const EXPECTED: Readonly<Record<string, string>> = {
  text: "5af7decb0fa141c1d33f325ee02b8eb59f5b301509bf160fb7392b84e3e648dd",
  binary: "722e6e7dcfca9850294fa6258716f56782884fe676f0b6b418b3d79037c5c4e2",
  noise: "86ff155d55e00a5ff0883746c58894c03dd76cd7f408c5ddb8fb6b5a3021b61b",
};

/** More than one block, and not a whole number of them. */
const SIZE = 3.5 * 1024 * 1024;
const SAMPLES: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  text: textLike(SIZE),
  binary: binaryLike(SIZE),
  noise: noise(SIZE),
};

/** The digests of one sample by compression level. */
type Digests = Readonly<Record<string, string>>;

if (Deno.args[0] === "--measure") {
  print(JSON.stringify(await measure()));
} else {
  const machines = Deno.args.length > 0
    ? Deno.args
    : ["native", ...Deno.build.arch === "x86_64" && findTool("qemu-x86_64") ? ["Penryn", "Haswell"] : []];
  Deno.exitCode = await check(machines) ? 0 : 1;
}

async function check(machines: readonly string[]): Promise<boolean> {
  print(`${"machine".padEnd(10)}${"data".padEnd(8)}${"level 9".padEnd(24)}level 6`);
  let same = true;
  for (const machine of machines) {
    const measured = machine === "native" ? await measure() : await measureUnder(machine);
    for (const [sample, expected] of Object.entries(EXPECTED)) {
      const digests = measured[sample] ?? {};
      const verdict = digests[9] === expected ? "same" : "DIFFERENT";
      same &&= digests[9] === expected;
      print(
        `${machine.padEnd(10)}${sample.padEnd(8)}${`${short(digests[9])} ${verdict}`.padEnd(24)}${short(digests[6])}`,
      );
    }
  }
  return same;
}

async function measure(): Promise<Readonly<Record<string, Digests>>> {
  const measured: Record<string, Digests> = {};
  for (const [sample, bytes] of Object.entries(SAMPLES)) {
    const digests: Record<string, string> = {};
    for (const level of [9, 6]) {
      digests[level] = digestHex(digestOf(await collectBytes(gzip(inPieces(bytes), { level }))));
    }
    measured[sample] = digests;
  }
  return measured;
}

async function measureUnder(processor: string): Promise<Readonly<Record<string, Digests>>> {
  const script = new URL(import.meta.url).pathname;
  const deno = await Deno.realPath(Deno.execPath());
  // Compiled code that another processor left in the cache is no use here.
  const args = ["-cpu", processor, deno, "run", "--no-config", "--no-code-cache", script, "--measure"];
  return JSON.parse(await tool("qemu-x86_64", args));
}

function short(digest: string | undefined): string {
  return (digest ?? "nothing").slice(0, 12);
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
