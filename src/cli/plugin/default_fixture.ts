import { dirname, join } from "node:path";
import { makeTemporaryDirectory } from "../../system/temporary_directory.ts";

/** One file of each kind that plugins look for. */
const FILES: Readonly<Record<string, string>> = {
  "README.md": "# A fixture\n",
  "VERSION": "1.2.3\n",
  "bin/run.sh": "#!/bin/sh\necho hello\n",
  "deploy/app.draft.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: next\n",
  "deploy/app.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: app\n",
  "deploy/secret.yaml": "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\nstringData:\n  key: not-a-real-one\n",
  "kustomization.yaml": "resources:\n  - deploy/app.yaml\n  - deploy/secret.yaml\n",
};

/**
 * Gives the directory that plugins are tested on: the one that was named, or a temporary one that is gone afterwards.
 */
export async function withFixture<T>(named: string | undefined, use: (directory: string) => Promise<T>): Promise<T> {
  if (named !== undefined) return await use(named);
  const temporary = await makeTemporaryDirectory({ prefix: "gantry-fixture-" });
  const directory = join(temporary.path, "fixture");
  try {
    for (const [path, text] of Object.entries(FILES)) {
      const target = join(directory, path);
      await Deno.mkdir(dirname(target), { recursive: true });
      await Deno.writeTextFile(target, text);
    }
    await Deno.chmod(join(directory, "bin/run.sh"), 0o755);
    return await use(directory);
  } finally {
    await temporary.remove();
  }
}
