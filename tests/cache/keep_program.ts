/** Keeps some bytes in the cache in the directory that is named: a program for tests that kill it. */
import { openCache } from "../../src/cache/cache.ts";
import { SILENT_LOG } from "../../src/work/context.ts";

const [directory = "", key = "", text = ""] = Deno.args;
const cache = openCache(directory, { version: "1", log: SILENT_LOG });
await cache?.keep(key, {
  record: text,
  size: text.length,
  write: (path) => Deno.writeTextFile(path, text, { createNew: true }),
});
