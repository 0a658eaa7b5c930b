/** Makes a temporary directory and says its path; removes it at the end of standard input, or with `exit` just ends. */
import { makeTemporaryDirectory } from "../../src/system/temporary_directory.ts";

const [parent, how] = Deno.args;
const made = await makeTemporaryDirectory({ prefix: "gantry-", parent });
await Deno.stdout.write(new TextEncoder().encode(made.path));
if (how === "exit") Deno.exit(0);
for await (const _ of Deno.stdin.readable);
await made.remove();
