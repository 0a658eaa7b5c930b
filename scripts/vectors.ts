/**
 * Checks that gantry's gzip writes the bytes that it always wrote, on the machine where this runs: compresses every
 * input of tests/vectors/gzip at every level and compares the digests. Exits with 1 when one differs.
 *
 * ```sh
 * deno task vectors
 * deno task vectors --write   # writes the digests anew, which only a new major version may do
 * qemu-x86_64 -cpu Penryn "$(which deno)" run -A --no-config --no-code-cache scripts/vectors.ts
 * ```
 */
import { createHash } from "node:crypto";
import { gzip } from "../src/pack/gzip.ts";

/** How an input is made; README.md of the vectors has the rules. */
type Rule =
  | { readonly rule: "zeros"; readonly length: number }
  | { readonly rule: "random" | "text" | "program"; readonly length: number; readonly seed: number }
  | { readonly rule: "period"; readonly length: number; readonly seed: number; readonly period: number }
  | { readonly rule: "concatenation"; readonly length: number; readonly parts: readonly Rule[] };

/** One input, and what it becomes. */
export interface Vector {
  readonly name: string;
  readonly input: { readonly file: string } | Rule;
  readonly inputSha256: string;
  /** By level. */
  readonly gzipSha256: Readonly<Record<string, string>>;
}

const DIRECTORY = new URL("../tests/vectors/gzip/", import.meta.url);
const FILE = new URL("vectors.json", DIRECTORY);
const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
const WORDS = "apiVersion kind metadata name namespace labels spec replicas template containers image ports".split(" ");

if (import.meta.main) {
  const vectors = await readVectors();
  if (Deno.args.includes("--write")) {
    const written: Vector[] = [];
    for (const vector of vectors) written.push(await measure(vector));
    await Deno.writeTextFile(FILE, `${JSON.stringify(written, undefined, 2)}\n`);
  } else {
    for (const vector of vectors) {
      const wrong = differences(vector, await measure(vector));
      print(`${wrong.length === 0 ? "same" : `DIFFERENT (${wrong.join(", ")})`} ${vector.name}`);
      if (wrong.length > 0) Deno.exitCode = 1;
    }
  }
}

/** The vectors of the repository. */
export async function readVectors(): Promise<readonly Vector[]> {
  return JSON.parse(await Deno.readTextFile(FILE));
}

/** The bytes that a vector begins with. */
export async function inputOf({ input }: Vector): Promise<Uint8Array<ArrayBuffer>> {
  return "file" in input ? await Deno.readFile(new URL(input.file, DIRECTORY)) : make(input);
}

async function measure(vector: Vector): Promise<Vector> {
  const bytes = await inputOf(vector);
  const gzipSha256: Record<string, string> = {};
  for (const level of LEVELS) {
    const hash = createHash("sha256");
    for await (const piece of gzip(once(bytes), { level })) hash.update(piece);
    gzipSha256[level] = hash.digest("hex");
  }
  return { ...vector, inputSha256: createHash("sha256").update(bytes).digest("hex"), gzipSha256 };
}

function differences(expected: Vector, measured: Vector): readonly string[] {
  const levels = LEVELS.filter((level) => expected.gzipSha256[level] !== measured.gzipSha256[level]);
  return [
    ...expected.inputSha256 === measured.inputSha256 ? [] : ["input"],
    ...levels.map((level) => `level ${level}`),
  ];
}

function make(rule: Rule): Uint8Array<ArrayBuffer> {
  switch (rule.rule) {
    case "zeros":
      return new Uint8Array(rule.length);
    case "random":
      return random(rule);
    case "period":
      return period(rule);
    case "text":
      return text(rule);
    case "program":
      return program(rule);
    case "concatenation": {
      const bytes = new Uint8Array(rule.length);
      let at = 0;
      for (const part of rule.parts) {
        bytes.set(make(part), at);
        at += part.length;
      }
      return bytes;
    }
  }
}

interface Seeded {
  readonly length: number;
  readonly seed: number;
}

function random({ length, seed }: Seeded): Uint8Array<ArrayBuffer> {
  const next = xorshift32(seed);
  return new Uint8Array(length).map(() => next());
}

function period({ length, seed, period }: Seeded & { readonly period: number }): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  bytes.set(random({ length: Math.min(length, period), seed }));
  for (let at = period; at < length; at++) bytes[at] = bytes[at - period] ?? 0;
  return bytes;
}

function text({ length, seed }: Seeded): Uint8Array<ArrayBuffer> {
  const next = xorshift32(seed);
  const word = (): string => WORDS[next() % WORDS.length] ?? "";
  let lines = "";
  while (lines.length < length) lines += `${"  ".repeat(next() % 6)}${word()}: ${word()}-${next() % 1000}\n`;
  return new TextEncoder().encode(lines).slice(0, length);
}

function program({ length, seed }: Seeded): Uint8Array<ArrayBuffer> {
  const next = xorshift32(seed);
  const bytes: number[] = [];
  while (bytes.length < length) {
    const count = 1 + next() % 64;
    const kind = next() % 4;
    const distance = kind === 0 && bytes.length > 0 ? 1 + next() % Math.min(bytes.length, 60000) : 0;
    for (let i = 0; i < count; i++) {
      if (distance > 0) bytes.push(bytes[bytes.length - distance] ?? 0);
      else bytes.push(kind === 2 ? next() & 255 : kind === 3 ? next() % 16 : 0);
    }
  }
  return Uint8Array.from(bytes.slice(0, length));
}

function xorshift32(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

async function* once(bytes: Uint8Array<ArrayBuffer>): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  yield await Promise.resolve(bytes);
}

function print(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
