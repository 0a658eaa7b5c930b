/**
 * Measures what a push costs against real registries, `docker-registry` (distribution 2.8) and `registry`
 * (distribution 3), both of which must be on PATH: what a broken upload sends twice, how many requests a push takes,
 * and how much memory a large layer needs. Needs 13 GiB of temporary disk space for the last of them.
 *
 * ```sh
 * deno run -A scripts/measure.ts                      # all three
 * deno run -A scripts/measure.ts resume               # 1 GiB, the connection cut in the middle
 * deno run -A scripts/measure.ts requests             # an artifact of ten files, new and unchanged
 * deno run -A scripts/measure.ts memory               # a layer of 4 GiB, by `deno run`
 * deno run -A scripts/measure.ts memory dist/gantry   # the same by a compiled binary
 * ```
 */
import { join } from "node:path";
import type { Content } from "../src/oci/descriptor.ts";
import { createDigester } from "../src/oci/digest.ts";
import { createRegistryClient } from "../src/registry/client.ts";
import { type FaultyProxy, startFaultyProxy } from "../tests/support/network/faulty_proxy.ts";
import { push } from "../tests/support/gantry.ts";
import { REGISTRIES, startRegistry } from "../tests/support/registry_process.ts";
import { noise, textLike } from "../tests/support/sample_bytes.ts";
import { tempDirectory } from "../tests/support/temp_directory.ts";
import { runTool } from "../tests/support/tools.ts";
import { writeTree } from "../tests/support/tree.ts";

const MEBIBYTE = 1024 * 1024;
const GIBIBYTE = 1024 * MEBIBYTE;
const PIECE = noise(MEBIBYTE);
const DISTRIBUTIONS = REGISTRIES.filter(({ command }) => command !== "ociregistry");
const ROOT = new URL("../", import.meta.url).pathname;

const FIGURES: Readonly<Record<string, (program?: string) => Promise<void>>> = { resume, requests, memory };

const [wanted, program] = Deno.args;
for (const [name, measure] of Object.entries(FIGURES)) {
  if (wanted === undefined || wanted === name) await measure(program);
}

/** Bytes sent, divided by bytes needed, when the connection is cut in the middle of a large blob. */
async function resume(): Promise<void> {
  const size = GIBIBYTE;
  const blob = largeContent(size);
  for (const { name, command } of DISTRIBUTIONS) {
    await using registry = await startRegistry(command);
    let cuts = 0;
    await using proxy = startFaultyProxy({
      upstream: registry.host,
      fault: (request) => request.size === size && cuts++ === 0 ? { kind: "cut-request", after: size / 2 } : undefined,
    });
    const client = createRegistryClient({ host: proxy.host, plainHttp: true });
    const call = { signal: new AbortController().signal, log: { debug: print, info: print, warn: print }, progress };
    const started = performance.now();
    const { bytesSent } = await client.repository("acme/app", "push").pushBlob(blob, call);
    const seconds = (performance.now() - started) / 1000;
    client.close();
    const arrived = proxy.requests.reduce((sum, { bytes }) => sum + bytes, 0);
    print(`resume, ${name}: sent ${ratio(bytesSent, size)}, of which arrived ${ratio(arrived, size)}`);
    print(`  ${seconds.toFixed(1)} s: ${exchange(proxy)}`);
  }
}

/** Requests of a push, without and with the artifact being there already. */
async function requests(): Promise<void> {
  await using directory = await tempDirectory();
  const files = Array.from({ length: 10 }, (_, at) => [`deploy/file-${at}.yaml`, textLike(4096, at + 1)]);
  await writeTree(directory.path, Object.fromEntries(files));
  for (const { name, command } of DISTRIBUTIONS) {
    await using registry = await startRegistry(command);
    for (const what of ["new", "unchanged"]) {
      await using proxy = startFaultyProxy({ upstream: registry.host });
      await push([directory.path, `oci://${proxy.host}/acme/app`, "--version", "1.0.0", "--plain-http"]);
      print(`requests, ${name}, ${what}: ${proxy.requests.length}: ${exchange(proxy)}`);
    }
  }
}

/** The largest resident set of a push of a layer that fits no memory limit. */
async function memory(program?: string): Promise<void> {
  await using directory = await tempDirectory();
  const size = 4 * GIBIBYTE;
  const source = join(directory.path, "source");
  await writeTree(source, { "large.bin": "" });
  await Deno.writeFile(join(source, "large.bin"), largeContent(size).open());
  const gantry = program === undefined
    ? ["deno", "run", "--quiet", "-P", "--no-prompt", "--frozen", "main.ts"]
    : [program];
  for (const compression of ["none", "gzip"]) {
    await using registry = await startRegistry("registry");
    const args = [...gantry, "push", source, `oci://${registry.host}/acme/app`, "--compression", compression, "-q"];
    const started = performance.now();
    const { code, stderr } = await runTool("/usr/bin/time", ["-v", ...args], { cwd: ROOT });
    const seconds = (performance.now() - started) / 1000;
    const kibibytes = Number(/Maximum resident set size \(kbytes\): ([0-9]+)/.exec(stderr)?.[1]);
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}:\n${stderr}`);
    print(
      `memory, ${program ?? "deno run"}, 4 GiB, --compression ${compression}: ${Math.round(kibibytes / 1024)} MiB,`,
    );
    print(`  ${seconds.toFixed(0)} s: /usr/bin/time -v ${args.join(" ")}`);
  }
}

/** Bytes that do not compress, since no window reaches back to where they repeat. */
function largeContent(size: number): Content {
  const digester = createDigester();
  for (let at = 0; at < size; at += PIECE.byteLength) digester.update(PIECE);
  return {
    descriptor: { mediaType: "application/octet-stream", digest: digester.digest(), size },
    open(): ReadableStream<Uint8Array<ArrayBuffer>> {
      let at = 0;
      return new ReadableStream({
        pull(controller): void {
          if (at >= size) return controller.close();
          at += PIECE.byteLength;
          controller.enqueue(PIECE.slice());
        },
      }, { highWaterMark: 0 });
    },
  };
}

/** Each request in a word, such as `PUT 201`. */
function exchange({ requests }: FaultyProxy): string {
  return requests.map(({ method, status }) => `${method} ${status === 0 ? "cut" : status}`).join(", ");
}

function ratio(bytes: number, size: number): string {
  return (bytes / size).toFixed(4);
}

function progress(): void {}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
