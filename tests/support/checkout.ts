/** The files of this checkout in another directory, for what writes into the checkout that it runs in. */
import { type TempDirectory, tempDirectory } from "./temp_directory.ts";
import { tool } from "./tools.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** Copies what is committed, or would be; a directory that is gone after the test. */
export async function copiedCheckout(): Promise<TempDirectory> {
  const directory = await tempDirectory();
  const script = 'git ls-files -z --cached --others --exclude-standard | tar -c --null -T - | tar -x -C "$1"';
  await tool("sh", ["-c", script, "sh", directory.path], { cwd: ROOT });
  return directory;
}
