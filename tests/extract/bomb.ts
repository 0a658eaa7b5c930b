/**
 * Extracts a tar of 1 GiB where half of that is allowed: `bomb.ts DIRECTORY`. Writes, as JSON, what it fails with and
 * by how many bytes its memory has grown. Run by a test.
 */
import { extractLayers } from "./extract_support.ts";
import { rawMember } from "../support/raw_tar.ts";

const MiB = 1024 * 1024;
const zeros = new Uint8Array(MiB);

async function* archive(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield rawMember({ name: "zeros", size: 1024 * MiB }).subarray(0, 512);
  for (let at = 0; at < 1024; at++) yield zeros;
}

const before = Deno.memoryUsage().rss;
const message = await extractLayers(Deno.args[0] ?? "", [archive], { rules: { maxSize: 512 * MiB } })
  .then(() => "nothing", ({ message }) => message);
const grown = Deno.memoryUsage().rss - before;
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ grown, message })));
