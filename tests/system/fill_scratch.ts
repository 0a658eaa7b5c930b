/** Keeps 80 MiB in the directory that is named, and tells how it ended: run where a file may not grow that large. */
import { createScratch } from "../../src/system/scratch.ts";

const directory = Deno.args[0] ?? "";
await using scratch = createScratch({ directory });
let ended = false;
async function* large(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  try {
    for (let count = 0; count < 80; count++) yield new Uint8Array(1024 * 1024);
  } finally {
    ended = true;
  }
}
const failure = await scratch.keep({ mediaType: "application/octet-stream" }, large()).then(
  () => "nothing",
  (error: Error) => error.message,
);
const open = Array.from(Deno.readDirSync("/proc/self/fd"), ({ name }) => {
  try {
    return Deno.readLinkSync(`/proc/self/fd/${name}`);
  } catch {
    return ""; // The descriptor of the listing itself.
  }
}).filter((path) => path.startsWith(directory));
const files = Array.from(Deno.readDirSync(directory), ({ name }) => [...Deno.readDirSync(`${directory}/${name}`)])
  .flat().filter(({ isFile }) => isFile);
await Deno.stdout.write(new TextEncoder().encode(JSON.stringify({ failure, ended, open, files })));
