/** The plugins in `examples/plugins`, each in a pipeline of its own. */
import { join } from "node:path";

const ROOT = new URL("../../../", import.meta.url).pathname;

/** Where the examples are. */
export const EXAMPLE_PLUGINS = join(ROOT, "examples/plugins");

/** The pipeline of each example, by the example's file. `url` is where the notifier sends to. */
export function examplePipelines(
  { url, tree }: { readonly url: string; readonly tree: string },
): Readonly<Record<string, object>> {
  const at = (name: string): string => join(EXAMPLE_PLUGINS, name);
  return {
    "strip_secrets.ts": { custom: [{ before: "archive", use: at("strip_secrets.ts") }] },
    "version_file.ts": { annotate: [at("version_file.ts")] },
    "size_limit.ts": { custom: [{ before: "archive", use: at("size_limit.ts"), options: { bytes: 65536 } }] },
    "directory_tree.ts": { upload: [[at("directory_tree.ts"), { path: tree }]] },
    "image_policy.sh": { custom: [{ before: "archive", use: `exec:${at("image_policy.sh")}` }] },
    "notify.ts": { custom: [{ after: "tag", use: at("notify.ts"), options: { url } }] },
  };
}

/** What a web hook was told. */
export interface Told {
  readonly authorization: string | null;
  readonly body: unknown;
}

/** A web hook that remembers what it was told. */
export interface Hook extends AsyncDisposable {
  readonly url: string;
  readonly told: readonly Told[];
}

/** Starts a web hook that answers with a status. */
export function startHook(status = 204): Hook {
  const told: Told[] = [];
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async (request) => {
    told.push({ authorization: request.headers.get("authorization"), body: await request.json() });
    return new Response(null, { status });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/hook`,
    told,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
