import { join } from "node:path";
import { isTemporaryName } from "../system/write_file.ts";

/** How long a file may be under way; whoever left an older one is dead. In milliseconds. */
const DEAD_AFTER = 60 * 60 * 1000;

/**
 * Removes what was used least recently until what is left of a cache fits into it, and what dead processes left behind.
 * Other files in the directory are nobody's business. Another process may be doing the same.
 */
export async function evict(directory: string, limit: number): Promise<void> {
  const entries = new Map<string, Entry>();
  for await (const { name } of Deno.readDir(directory)) {
    const path = join(directory, name);
    const info = await Deno.lstat(path).catch(() => undefined);
    if (info === undefined || !info.isFile) continue;
    const used = info.mtime?.getTime() ?? 0;
    if (isTemporaryName(name) && Date.now() - used > DEAD_AFTER) await remove(path);
    const key = ENTRY_REGEXP.exec(name)?.[1];
    if (key === undefined) continue;
    const entry = entries.get(key) ?? { size: 0, used: 0, paths: [] };
    entries.set(key, {
      size: entry.size + info.size,
      used: Math.max(entry.used, used),
      paths: [...entry.paths, path],
    });
  }
  let total = entries.values().reduce((sum, { size }) => sum + size, 0);
  for (const { size, paths } of [...entries.values()].sort((a, b) => a.used - b.used)) {
    if (total <= limit) return;
    total -= size;
    for (const path of paths) await remove(path);
  }
}

interface Entry {
  readonly size: number;
  /** When it was used last, in milliseconds since 1970. */
  readonly used: number;
  readonly paths: readonly string[];
}

const ENTRY_REGEXP = /^([0-9a-f]{64})\.(?:bytes|json)$/;

async function remove(path: string): Promise<void> {
  await Deno.remove(path).catch(() => {}); // Somebody else was faster, or it stays until the next time.
}
