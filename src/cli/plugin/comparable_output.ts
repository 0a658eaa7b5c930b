import type { Content } from "../../oci/descriptor.ts";
import { createDigester } from "../../oci/digest.ts";
import type { Entry } from "../../pipeline/entry.ts";

/**
 * Writes what a plugin gave in a form that can be compared: files and blobs as their digests, and every upload as what
 * is in the place afterwards, because a second run finds there what the first has sent.
 */
export async function comparableOutput(stage: string, output: unknown): Promise<unknown> {
  if (stage !== "upload" || typeof output !== "object" || output === null) return await comparable(output) ?? null;
  const { uploaded = [], existing = [] } = output as { uploaded?: readonly string[]; existing?: readonly string[] };
  return { present: [...new Set([...uploaded, ...existing])].sort() };
}

async function comparable(value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return await Promise.all(value.map(comparable));
  if (typeof value !== "object" || value === null) return value;
  if (isContent(value)) return { ...value.descriptor, read: await digestOf(value.open()) };
  if (isEntry(value)) {
    const { path, kind, executable, size } = value;
    return { path, kind, executable, size, ...(kind === "file" ? { digest: await digestOf(value.open()) } : {}) };
  }
  const sorted = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1);
  return Object.fromEntries(await Promise.all(sorted.map(async ([key, each]) => [key, await comparable(each)])));
}

function isContent(value: object): value is Content {
  return "descriptor" in value && "open" in value;
}

function isEntry(value: object): value is Entry {
  return "path" in value && "open" in value;
}

async function digestOf(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  const digester = createDigester();
  for await (const piece of bytes) digester.update(piece);
  return digester.digest();
}
